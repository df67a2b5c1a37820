// SPDX-License-Identifier: GPL-2.0
/* doctor: RSTs to segments that belong to no connection; most are SYNs where nobody listens. */
#include "doctor.h"
#include "endpoint.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"
#include "port_scan.h"

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

enum why {
	WHY_GONE,
	WHY_SCAN,
};

static const char *const why[] = {
	[WHY_GONE] =
		"Somebody asks for a service that is not here: it has not been started, listens on another address, or has moved",
	[WHY_SCAN] =
		"Who wants a service that is refused asks for its port again. Who asks for many ports, and seldom for one of them, looks for what is open, as scanners do with every public address. On these ports there was nothing to find",
};

static const char *const remedy[] = {
	"nothing, or a firewall that drops SYNs for ports that nobody is meant to reach",
};

/* All that went out, less the module's own: where it does not see these RSTs. */
static u64 out_rsts(const struct snapshot *s)
{
	u64 sent = counters_value(&s->kernel, "OutRsts");
	u64 ours = counters_value(&s->module.v[0].counters, "ended_rst_sent");

	return sent > ours ? sent - ours : 0;
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

/* What @n refusals have in common; the first counts most. */
static struct refusal sum_of(const struct refusal *v, size_t n)
{
	struct refusal sum = { 0 };

	for (size_t i = 0; i < n; i++) {
		sum.age_ms = i ? MIN(sum.age_ms, v[i].age_ms) : v[i].age_ms;
		sum.count += v[i].count;
	}
	return sum;
}

static char *when_kept(const struct doctor *d, u64 age_ms)
{
	char age[DURATION_SIZE];

	format_duration(age_ms * US_PER_MS + monotonic_us() - d->began_us, age);
	return doctor_text(", before doctor looked, the last %s ago", age);
}

/* What somebody wants, @count SYNs; @when is of those from before doctor looked, else "". */
static void tell_wanted(struct doctor *d, const struct refusal *v, size_t n, u64 count,
			const char *when)
{
	char peer[ENDPOINT_SIZE], *listens, *seen;

	endpoint_format(v->family, &v->peer, 0, peer);
	listens = listens_there(d, v->port, v->family == AF_INET6);
	seen = doctor_text("%llu RST%s answered SYNs for %s%s: %llu for port %u from %s%s%s",
			   count, plural(count), asked_for(listens), when, MIN(v->count, count),
			   v->port, peer, n > 1 ? " and others" : "", listens);
	free(listens);
	if (!*when) {
		doctor_find(d, HARM_RISK, "refused", why[WHY_GONE], seen,
			    list_listeners(d, v->port));
		return;
	}
	doctor_find(d, HARM_EARLIER, "refused", why[WHY_GONE],
		    doctor_text("%s. %s; remedy: start what should listen there, or find who asks",
				seen, why[WHY_GONE]), list_listeners(d, v->port));
	free(seen);
}

/* The others; of @lost SYNs it is not known for which ports they were. */
static void tell_scan(struct doctor *d, const struct port_scan *scan, const struct refusal *one,
		      u64 count, u64 lost, const char *when)
{
	char peer[ENDPOINT_SIZE], *seen, *from;

	endpoint_format(one->family, &one->peer, 0, peer);
	from = scan->peers == 1 ? doctor_text("%s", peer) :
				  doctor_text("%zu addresses, one of them %s", scan->peers, peer);
	seen = doctor_text("%llu RST%s answered SYNs for %zu %sports where nobody listens, a port scan by the looks of it%s: nobody asked for one of them more than %d times; from %s%s",
			   count, plural(count), scan->ports, lost ? "and more " : "", when,
			   PORT_SCAN_ASKED, from, lost ? " and others" : "");
	free(from);
	if (!*when) {
		doctor_find(d, HARM_NONE, "port_scan", why[WHY_SCAN], seen,
			    doctor_text("%s", remedy[0]));
		return;
	}
	doctor_find(d, HARM_EARLIER, "port_scan", why[WHY_SCAN],
		    doctor_text("%s. %s: harmless by itself", seen, why[WHY_SCAN]),
		    doctor_text("%s", remedy[0]));
	free(seen);
}

/* By what went over the wire: what is only passed on, as for a container, is not ours. */
static u64 refused_now(struct doctor *d)
{
	bool counted = doctor_total(d, ROW);
	u64 sent = doctor_out_rsts(d);
	struct rst_watch *w = &d->rsts;
	struct port_scan scan;
	size_t n_wanted;
	u64 n, wanted;

	if (!w->n || !sent)
		return 0;
	n_wanted = port_scan_part(w->v, w->n, &scan);
	wanted = sum_of(w->v, n_wanted).count;
	n = wanted + scan.syns + w->lost;
	/* Of its own it has sent others, too. */
	n = MIN(n, counted ? doctor_rose(d, ROW) : sent);
	/* There are too many peers and ports to keep them all, most often, because of a scan. */
	wanted = scan.syns ? MIN(wanted, n) : n;
	if (wanted)
		tell_wanted(d, w->v, n_wanted, wanted, "");
	if (n > wanted)
		tell_scan(d, &scan, &w->v[n_wanted], n - wanted, w->lost, "");
	return n;
}

/* What the module has kept; how many, to be freed. */
static size_t read_kept(const struct doctor *d, struct refusal **kept)
{
	struct refusal *v = calloc(d->past.n + 1, sizeof(*v));
	size_t n = 0;
	u16 none;

	for (size_t i = 0; v && i < d->past.n; i++) {
		const struct end_group *g = &d->past.v[i];
		struct refusal r = { .port = g->port, .count = g->count, .age_ms = g->age_ms };

		if (ends_match(g, d->inode, "no_socket", NULL, NULL) &&
		    !endpoint_parse(g->peer, &r.family, &r.peer, &none))
			v[n++] = r;
	}
	*kept = v;
	return n;
}

static u64 refused_earlier(struct doctor *d)
{
	struct refusal *v, sum;
	struct port_scan scan;
	size_t n = read_kept(d, &v), n_wanted = port_scan_part(v, n, &scan);
	char *when;

	sum = sum_of(v, n_wanted);
	if (n_wanted) {
		when = when_kept(d, sum.age_ms);
		tell_wanted(d, v, n_wanted, sum.count, when);
		free(when);
	}
	if (scan.syns) {
		when = when_kept(d, scan.age_ms);
		tell_scan(d, &scan, &v[n_wanted], scan.syns, 0, when);
		free(when);
	}
	free(v);
	return sum.count + scan.syns;
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
