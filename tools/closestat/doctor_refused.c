// SPDX-License-Identifier: GPL-2.0
/* doctor: RSTs to segments that belong to no connection; most are SYNs where nobody listens. */
#include "doctor.h"
#include "endpoint.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#define ROW "rst_sent_no_socket"

static const struct judged no_socket = {
	ROW, NULL, "RST", NULL, HARM_NONE,
	"sent to answer segments that belong to no connection",
	"Somebody still talked to a connection that has gone: harmless after a reset, or where a FIN came twice. A peer that goes on with one which is long forgotten here (closed, started anew, or a NAT or balancer on the way forgot it) sees a reset: its log tells",
	"tcpdump -ni any 'tcp[tcpflags] & tcp-rst != 0'",
	NULL, false, true, false,
};

static const char *const why[] = {
	"Somebody asks for a service that is not here: it has not been started, listens on another address, or has moved",
};

/* All that went out, less the module's own: where it does not see these RSTs. */
static u64 out_rsts(const struct snapshot *s)
{
	u64 sent = counters_value(&s->kernel, "OutRsts");
	u64 ours = counters_value(&s->module.v[0].counters, "ended_rst_sent");

	return sent > ours ? sent - ours : 0;
}

static int compare(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

/* Whether a listener takes what comes by that family for all addresses here. */
static bool takes_all(const struct sock *l, bool v6)
{
	return IN6_IS_ADDR_UNSPECIFIED(&l->src) && (!v6 || l->family == AF_INET6);
}

/* Who listens on a port all the same: by now, or on another address. To be freed. */
static char *listens_there(const struct doctor *d, u16 port, bool v6)
{
	char who[COMMAND_SIZE + 24] = "a process that may not be looked into";
	const struct sock *found = NULL;
	char address[ENDPOINT_SIZE];
	const struct owner *o;

	for (size_t i = 0; i < d->listeners.n; i++) {
		const struct sock *l = &d->listeners.v[i];

		if (l->sport == port && (!found || takes_all(l, v6)))
			found = l;
	}
	if (!found)
		return doctor_text("%s", "");
	o = owners_find(&d->owners, found->inode);
	if (o)
		snprintf(who, sizeof(who), "%s/%d", o->command, o->pid);
	endpoint_format(found->family, &found->src, port, address);
	if (takes_all(found, v6))
		return doctor_text("; %s listens by now, on %s", who, address);
	return doctor_text("; %s listens on that port, but on %s alone", who, address);
}

/* What the SYNs were for, by what listens_there() says. */
static const char *asked_for(const char *listens)
{
	return *listens ? "which no listener was found" : "ports where nobody listens";
}

static char *list_listeners(const struct doctor *d, u16 port)
{
	return doctor_text("%sss -ltnp 'sport = :%u'", d->enter, port);
}

/* By what went over the wire: what is only passed on, as for a container, is not ours. */
static u64 refused_now(struct doctor *d)
{
	bool counted = doctor_total(d, ROW);
	u64 sent = doctor_out_rsts(d);
	struct rst_watch *w = &d->rsts;
	char peer[ENDPOINT_SIZE], *listens;
	u64 n = w->lost;

	if (!w->n || !sent)
		return 0;
	qsort(w->v, w->n, sizeof(*w->v), compare);
	for (size_t i = 0; i < w->n; i++)
		n += w->v[i].count;
	/* Of its own it has sent others, too. */
	n = MIN(n, counted ? doctor_rose(d, ROW) : sent);
	if (!n)
		return 0;
	endpoint_format(w->v[0].family, &w->v[0].peer, 0, peer);
	listens = listens_there(d, w->v[0].port, w->v[0].family == AF_INET6);
	doctor_find(d, HARM_RISK, "refused", why[0],
		    doctor_text("%llu RST%s answered SYNs for %s: %llu for port %u from %s%s%s",
				n, plural(n), asked_for(listens), MIN(w->v[0].count, n),
				w->v[0].port, peer, w->n > 1 ? " and others" : "", listens),
		    list_listeners(d, w->v[0].port));
	free(listens);
	return n;
}

/* By what the module has kept. */
static u64 refused_earlier(struct doctor *d)
{
	struct ends_sum sum = ends_sum(&d->past, d->inode, "no_socket", NULL, NULL);
	const struct end_group *most = NULL;
	char age[DURATION_SIZE], *listens;
	size_t kinds = 0;

	for (size_t i = 0; i < d->past.n; i++) {
		if (!ends_match(&d->past.v[i], d->inode, "no_socket", NULL, NULL))
			continue;
		most = most ? : &d->past.v[i];
		kinds++;
	}
	if (!most)
		return 0;
	format_duration(sum.age_ms * US_PER_MS + monotonic_us() - d->began_us, age);
	listens = listens_there(d, most->port, strchr(most->peer, ':'));
	doctor_find(d, HARM_EARLIER, "refused", why[0],
		    doctor_text("%llu RST%s answered SYNs for %s, before doctor looked, the last %s ago: %llu for port %u from %s%s%s. %s; remedy: start what should listen there, or find who asks",
				sum.count, plural(sum.count), asked_for(listens), age, most->count,
				most->port, most->peer, kinds > 1 ? " and others" : "", listens,
				why[0]),
		    list_listeners(d, most->port));
	free(listens);
	return sum.count;
}

int doctor_refused(struct doctor *d)
{
	u64 total = doctor_total(d, ROW), rose = doctor_rose(d, ROW);
	u64 now = refused_now(d), earlier = refused_earlier(d);
	u64 before = out_rsts(&d->before);

	if (!total) {
		/*
		 * None yet, or the module cannot see them (before 6.10, without its hooks): only of
		 * what went out meanwhile it is known that no connection of ours was reset. Before
		 * the module came nobody counted those; one is of the self-test when it came.
		 */
		rose = out_rsts(&d->now);
		rose = rose > before ? rose - before : 0;
		total = rose;
	} else {
		/* doctor_limits() reports the RSTs of a full accept queue (tcp_check_req()). */
		now += doctor_queue_resets(d, true);
		earlier += doctor_queue_resets(d, false);
		if (rose > now)
			now += doctor_strays(d, rose - now);
	}
	if (rose > now)
		doctor_tell_now(d, &no_socket, rose - now);
	if (total - rose > earlier)
		doctor_tell_earlier(d, &no_socket, total - rose - earlier);
	return EXIT_OK;
}
