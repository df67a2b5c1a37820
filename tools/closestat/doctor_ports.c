// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: ports for outgoing connections. A connect() needs a port that no socket holds for the
 * same source, destination and destination's port. A TIME_WAIT holds its port until it is over;
 * or, with tcp_tw_reuse and timestamps of both ends, until it is older than tcp_tw_reuse_delay.
 */
#include "doctor.h"
#include "endpoint.h"
#include "host_value.h"
#include "lib/procfile.h"
#include "lib/units.h"
#include "msg.h"
#include "port_set.h"
#include "settings.h"
#include "sock_age.h"
#include "sysctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_PERCENT 75
#define WIDE_LOW 1024
#define WIDE_HIGH 65535

struct port_model {
	unsigned int low;
	unsigned int high;
	unsigned int reserved;	/* of the range */
	unsigned int usable;
	u64 reuse;		/* tcp_tw_reuse; 0 without timestamps */
	u64 reuse_delay_ms;
	bool none_free;		/* connects found no port while doctor looked */
};

/* The ports that connections to one destination hold. */
struct held {
	const struct sock *one;	/* of them */
	const struct sock *live;	/* one that is not in TIME_WAIT, or NULL */
	size_t time_wait;	/* that hold their port */
	size_t others;		/* that are not in TIME_WAIT */
};

static int read_range(struct port_model *m)
{
	int ret = sysctl_read_ports(&m->low, &m->high);
	char *reserved;

	if (ret)
		return sysctl_explain(setting_find("ip_local_port_range"), NULL, -ret);
	if (!procfile_read("sys/net/ipv4/ip_local_reserved_ports", &reserved, NULL)) {
		m->reserved = port_set_count(reserved, m->low, m->high);
		free(reserved);
	}
	m->usable = m->high - m->low + 1 - m->reserved;
	return EXIT_OK;
}

/* Of the peer's timestamps the connects alone tell (tcp_twsk_unique()). */
static void read_reuse(const struct doctor *d, struct port_model *m)
{
	u64 timestamps = 1;

	m->none_free = doctor_rose(d, "connect_failed_no_port");
	procfile_number("sys/net/ipv4/tcp_timestamps", &timestamps);
	if (!timestamps || sysctl_read_number("tcp_tw_reuse", &m->reuse))
		m->reuse = 0;
	if (sysctl_read_number("tcp_tw_reuse_delay", &m->reuse_delay_ms))
		m->reuse_delay_ms = 1000;
}

static bool is_loopback(const struct sock *s)
{
	if (s->family == AF_INET)
		return s->dst.s6_addr[0] == 127;
	return IN6_IS_ADDR_LOOPBACK(&s->dst);
}

static bool reusable(const struct port_model *m, const struct sock *s)
{
	return m->reuse == 1 || (m->reuse == 2 && is_loopback(s));
}

static int compare(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;
	int ret;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	ret = memcmp(&x->dst, &y->dst, sizeof(x->dst)) ? :
	      memcmp(&x->src, &y->src, sizeof(x->src));
	return ret ? : (int)x->dport - y->dport;
}

/* Those that came from the port range, which a server's own do not. */
static void keep_outgoing(struct socks *socks, const struct port_model *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < socks->n; i++) {
		if (socks->v[i].sport >= m->low && socks->v[i].sport <= m->high)
			socks->v[kept++] = socks->v[i];
	}
	socks->n = kept;
}

static void count(const struct doctor *d, const struct port_model *m, const struct sock *s,
		  struct held *h)
{
	if (s->state != TCP_TIME_WAIT) {
		h->others++;
		h->live = s;
	} else if (!reusable(m, s) || m->none_free ||
		   sock_age_ms(s, d->length_ms, 0) < m->reuse_delay_ms) {
		h->time_wait++;
	}
}

/* The destination that has most: each has its own ports. */
static struct held busiest(const struct doctor *d, const struct port_model *m,
			   struct socks *socks)
{
	struct held most = { 0 }, h = { 0 };

	if (socks->n)
		qsort(socks->v, socks->n, sizeof(*socks->v), compare);
	for (size_t i = 0; i < socks->n; i++) {
		if (!h.one || compare(h.one, &socks->v[i]))
			h = (struct held){ .one = &socks->v[i] };
		count(d, m, &socks->v[i], &h);
		if (h.time_wait + h.others > most.time_wait + most.others)
			most = h;
	}
	return most;
}

/* The program, by a connection it still has; else by what ended; else the only one that is here. */
static char *program_of(const struct doctor *d, const struct held *h)
{
	char peer[ENDPOINT_SIZE];
	const struct owner *o = NULL;
	struct owners owners;
	u32 inode;
	char *text;

	endpoint_format(h->one->family, &h->one->dst, 0, peer);
	for (size_t i = 0; d->ends && i < d->ends->n; i++) {
		const struct end_group *g = &d->ends->v[i];

		if (g->netns == d->inode && !g->served && g->port == h->one->dport &&
		    *g->program && !strcmp(g->peer, peer))
			return doctor_text(" by %s", g->program);
	}
	if (h->live && h->live->inode) {
		inode = h->live->inode;
		owners_read(&inode, 1, &owners);
		o = owners_find(&owners, inode);
		text = o ? doctor_text(" by %s/%d", o->command, o->pid) : doctor_text("%s", "");
		owners_free(&owners);
		return text;
	}
	for (size_t i = 0; i < d->owners.n; i++) {
		const struct owner *v = &d->owners.v[i];

		if (o && strcmp(o->command, v->command))
			return doctor_text("%s", "");
		o = v;
	}
	return o ? doctor_text(" by %s, the one program with sockets here", o->command) :
		   doctor_text("%s", "");
}

/* How many connects found no port, so far and while doctor looked. */
static char *failures(const struct doctor *d)
{
	bool exact = counters_find(&d->now.module.v[0].counters, "connect_failed_no_port");
	const char *row = exact ? "connect_failed_no_port" : "ended_connect_failed";
	u64 total = doctor_total(d, row), rose = doctor_rose(d, row);

	if (!total)
		return doctor_text("%s", "");
	return doctor_text("; %llu connect%s failed %sso far, %llu of them while doctor looked",
			   total, plural(total), exact ? "with EADDRNOTAVAIL " : "", rose);
}

static char *remedy(const struct doctor *d, const struct port_model *m, const struct held *h)
{
	if (h->others * 100 >= (size_t)m->usable * NEAR_PERCENT || reusable(m, h->one)) {
		if (m->low > WIDE_LOW || m->high < WIDE_HIGH)
			return doctor_text("closestat set %sip_local_port_range=%u-%u", d->where,
					   WIDE_LOW, WIDE_HIGH);
		return doctor_text("more source addresses, or fewer connections at a time");
	}
	return doctor_text("closestat set %stcp_tw_reuse=1", d->where);
}

static void report(struct doctor *d, const struct port_model *m, const struct held *h)
{
	const bool reused = reusable(m, h->one) && !m->none_free;
	double length = (reused ? m->reuse_delay_ms : d->length_ms) / 1000.0;
	char dst[ENDPOINT_SIZE], others[64] = "", reserved[64] = "", rate[64] = "";
	char *program = program_of(d, h), *failed = failures(d);

	endpoint_format(h->one->family, &h->one->dst, h->one->dport, dst);
	if (h->others)
		snprintf(others, sizeof(others), ", open connections %zu more,", h->others);
	if (m->reserved)
		snprintf(reserved, sizeof(reserved), " (%u of the range are reserved)",
			 m->reserved);
	if (length)
		snprintf(rate, sizeof(rate), ": at most %.0f a second", m->usable / length);
	doctor_find(d, HARM_FAILS, "ports",
		    "Without a free port connect() fails with EADDRNOTAVAIL. A proxy or a client does best to keep its connections open (nginx: keepalive in the upstream); else tcp_tw_reuse=1 frees a port after a second, or a shorter TIME_WAIT or more ports help",
		    doctor_text("TIME_WAIT of %g s holds %zu%s of the %u usable ports%s for connections to %s%s%s%s",
				d->length_ms / 1000.0, h->time_wait, others, m->usable, reserved,
				dst, program, rate, failed),
		    remedy(d, m, h));
	free(program);
	free(failed);
}

/* A port that bind() has chosen is held whatever the destination. */
static void report_bound(struct doctor *d, const struct port_model *m, size_t n)
{
	doctor_find(d, HARM_RISK, "bound_ports",
		    "A program that calls bind() before connect() gets one port for each source address, whatever the destination, unless it sets IP_BIND_ADDRESS_NO_PORT",
		    doctor_text("Connections to all destinations together hold %zu of the %u usable ports, each one of its own, as after bind()",
				n, m->usable),
		    doctor_text("IP_BIND_ADDRESS_NO_PORT in the program, or no bind() at all"));
}

/*
 * connect() gives a port again that another destination has; bind() does not, nor does it take one
 * over from a TIME_WAIT.
 */
static bool are_bound(const struct port_model *m, const struct socks *socks)
{
	static bool seen[WIDE_HIGH + 1];

	if (!socks->n)
		return false;
	/* Sorted by destination: of one alone it means nothing. */
	if (socks->n * 100 < (size_t)m->usable * NEAR_PERCENT ||
	    !compare(&socks->v[0], &socks->v[socks->n - 1]))
		return false;
	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < socks->n; i++) {
		if (seen[socks->v[i].sport])
			return false;
		seen[socks->v[i].sport] = true;
	}
	return true;
}

int doctor_ports(struct doctor *d)
{
	u64 held = doctor_total(d, "time_wait") + doctor_sockstat(d, "inuse");
	struct port_model m = { 0 };
	struct socks socks;
	struct held h;
	int ret;

	ret = read_range(&m);
	if (ret)
		return ret;
	/* All of them together are too few: no need to list them. */
	if (held * 100 < (u64)m.usable * NEAR_PERCENT)
		return EXIT_OK;
	ret = sockdiag_read(~(u32)(BIT(TCP_LISTEN) | BIT(TCP_CLOSE)), &socks);
	if (ret)
		return ret;
	read_reuse(d, &m);
	keep_outgoing(&socks, &m);
	h = busiest(d, &m, &socks);
	if (h.one && (h.time_wait + h.others) * 100 >= (size_t)m.usable * NEAR_PERCENT)
		report(d, &m, &h);
	else if (are_bound(&m, &socks))
		report_bound(d, &m, socks.n);
	sockdiag_free(&socks);
	return EXIT_OK;
}
