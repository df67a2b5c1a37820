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
#include <sys/param.h>

#define NEAR_PERCENT 75
#define WIDE_LOW 1024
#define WIDE_HIGH 65535
#define RESERVED "sys/net/ipv4/ip_local_reserved_ports"

/* NodePorts of Kubernetes, unless told otherwise (--service-node-port-range) */
#define NODE_PORT_LOW 30000
#define NODE_PORT_HIGH 32767

/* From there on no two connections of connect() have other ports by chance. */
#define CERTAIN_PERCENT 95

struct port_model {
	unsigned int low;
	unsigned int high;
	unsigned int reserved;	/* of the range */
	unsigned int usable;
	u64 reuse;		/* tcp_tw_reuse; 0 without timestamps */
	bool timestamps;	/* ours */
	u64 reuse_delay_ms;
	bool none_free;		/* connects found no port while doctor looked */
};

/* The ports that connections to one destination hold. */
struct held {
	const struct sock *one;	/* of them */
	const struct sock *live;	/* one that is not in TIME_WAIT, or NULL */
	size_t time_wait;	/* that hold their port */
	size_t others;		/* that are not in TIME_WAIT: */
	size_t open;
	size_t connecting;	/* SYN_SENT */
	size_t peer_closed;	/* CLOSE_WAIT */
};

static int read_range(struct port_model *m)
{
	int ret = sysctl_read_ports(&m->low, &m->high);
	char *reserved;

	if (ret)
		return sysctl_explain(setting_find("ip_local_port_range"), NULL, -ret);
	if (!procfile_read(RESERVED, &reserved, NULL)) {
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
	m->timestamps = timestamps;
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

/* Those that came from the port range, but not to a service there. */
static void keep_outgoing(const struct doctor *d, struct socks *socks, const struct port_model *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < socks->n; i++) {
		const struct sock *s = &socks->v[i];

		if (s->sport >= m->low && s->sport <= m->high && !doctor_listens(d, s->sport))
			socks->v[kept++] = *s;
	}
	socks->n = kept;
}

static void count(const struct doctor *d, const struct port_model *m, const struct sock *s,
		  struct held *h)
{
	if (s->state != TCP_TIME_WAIT) {
		h->others++;
		h->open += s->state == TCP_ESTABLISHED;
		h->connecting += s->state == TCP_SYN_SENT;
		h->peer_closed += s->state == TCP_CLOSE_WAIT;
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

/* What this side's programs had with a service, and has ended. */
static const struct end_group *ended_with(const struct doctor *d, const struct ends *ends,
					  const char *peer, u16 port)
{
	for (size_t i = 0; ends && i < ends->n; i++) {
		const struct end_group *g = &ends->v[i];

		if (g->netns == d->inode && !g->served && g->port == port && *g->program &&
		    !strcmp(g->peer, peer))
			return g;
	}
	return NULL;
}

/* The program, by a connection it still has; else by what ended; else the only one that is here. */
static char *program_of(const struct doctor *d, const struct held *h)
{
	char peer[ENDPOINT_SIZE];
	const struct owner *o = NULL, *server;
	const struct end_group *g;

	endpoint_format(h->one->family, &h->one->dst, 0, peer);
	g = ended_with(d, d->ends, peer, h->one->dport) ? :
	    ended_with(d, &d->past, peer, h->one->dport);
	if (g)
		return doctor_text(" by %s", g->program);
	if (h->live && h->live->inode)
		return doctor_holder(h->live->inode, " by ");
	/* The service may be here, too. */
	server = doctor_listener(d, h->one->dport);
	for (size_t i = 0; i < d->owners.n; i++) {
		const struct owner *v = &d->owners.v[i];

		if (server && !strcmp(server->command, v->command))
			continue;
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

static bool held_by_time_wait(const struct held *h)
{
	return h->time_wait >= h->others;
}

static bool are_leaked(const struct held *h)
{
	return h->peer_closed * 2 > h->time_wait + h->others;
}

/* In the wide range, and not in the present one. */
static bool would_be_new(const struct port_model *m, u16 port)
{
	return port >= WIDE_LOW && (port < m->low || port > m->high);
}

/* Those listened on; and NodePorts, which are translated without a listener. */
static void find_services(const struct doctor *d, const struct port_model *m, bool *services)
{
	memset(services, 0, PORT_SET_SIZE * sizeof(*services));
	for (size_t i = 0; i < d->listeners.n; i++) {
		u16 port = d->listeners.v[i].sport;

		services[port] = would_be_new(m, port);
	}
	if (!doctor_is_node(d))
		return;
	for (u16 port = NODE_PORT_LOW; port <= NODE_PORT_HIGH; port++)
		services[port] = would_be_new(m, port);
}

/* That connect() does not take the port of a service, which then could not be started again. */
static char *reserve_first(const struct doctor *d, const struct port_model *m)
{
	static bool services[PORT_SET_SIZE];
	char *old = NULL, *list, *text;

	find_services(d, m, services);
	if (procfile_read(RESERVED, &old, NULL))
		old = NULL;
	list = port_set_add(old ? : "", services);
	if (list && strncmp(list, old ? : "", strlen(list)))
		text = doctor_text("%ssysctl -w net.ipv4.ip_local_reserved_ports=%s && ", d->enter,
				   list);
	else
		text = doctor_text("%s", "");
	free(old);
	free(list);
	return text;
}

static char *more_ports(const struct doctor *d, const struct port_model *m)
{
	char *first, *text;

	if (m->low <= WIDE_LOW && m->high >= WIDE_HIGH)
		return doctor_text("more source addresses, or fewer connections at a time");
	first = reserve_first(d, m);
	text = doctor_text("%sclosestat set %sip_local_port_range=%u-%u", first, d->where,
			   WIDE_LOW, WIDE_HIGH);
	free(first);
	return text;
}

static char *remedy(const struct doctor *d, const struct port_model *m, const struct held *h)
{
	if (are_leaked(h))
		return doctor_text("closestat list %s--state close-wait --port %u", d->where,
				   h->one->dport);
	if (h->others * 100 >= (size_t)m->usable * NEAR_PERCENT || reusable(m, h->one))
		return more_ports(d, m);
	if (m->timestamps)
		return doctor_text("closestat set %stcp_tw_reuse=1", d->where);
	/* Of no use without: tcp_twsk_unique(). */
	return doctor_text("%ssysctl -w net.ipv4.tcp_timestamps=1 net.ipv4.tcp_tw_reuse=1",
			   d->enter);
}

/* What it is often taken for. */
static char *not_fin_timeout(void)
{
	u64 seconds;

	if (sysctl_read_number("tcp_fin_timeout", &seconds) || seconds == KERNELS_OWN_MS / 1000)
		return doctor_text("%s", "");
	return doctor_text("; tcp_fin_timeout, %llu s, is of FIN_WAIT2 and does not change that",
			   seconds);
}

/* That of a connection without timestamps, where the guard is on. */
static u64 length_of(const struct doctor *d, const struct port_model *m)
{
	u64 guard = 0;

	if (!m->timestamps && !sysctl_read_number("time_wait_guard", &guard) && guard)
		return MAX(d->length_ms, KERNELS_OWN_MS);
	return d->length_ms;
}

static char *held_so(const struct doctor *d, const struct port_model *m, const struct held *h,
		     const char *reserved, const char *dst, const char *program)
{
	const bool reused = reusable(m, h->one) && !m->none_free;
	u64 length_ms = length_of(d, m);
	double seconds = (reused ? m->reuse_delay_ms : length_ms) / 1000.0;
	char others[64] = "", rate[64] = "", *of_other, *text;

	if (!held_by_time_wait(h))
		return doctor_text("Connections hold %zu of the %u usable ports%s to %s%s: %zu are open, %zu in CLOSE_WAIT, %zu in SYN_SENT, %zu in TIME_WAIT",
				   h->time_wait + h->others, m->usable, reserved, dst, program,
				   h->open, h->peer_closed, h->connecting, h->time_wait);
	if (h->others)
		snprintf(others, sizeof(others), ", open connections %zu more,", h->others);
	if (seconds)
		snprintf(rate, sizeof(rate), ": at most %.0f a second", m->usable / seconds);
	of_other = not_fin_timeout();
	text = doctor_text("TIME_WAIT of %g s holds %zu%s of the %u usable ports%s for connections to %s%s%s%s",
			   length_ms / 1000.0, h->time_wait, others, m->usable, reserved, dst,
			   program, rate, of_other);
	free(of_other);
	return text;
}

static const char *const whys[] = {
	"Without a free port connect() fails with EADDRNOTAVAIL. A proxy or a client does best to keep its connections open (nginx: keepalive in the upstream); else tcp_tw_reuse=1 frees a port after a second, or a shorter TIME_WAIT or more ports help",
	"Without a free port connect() fails with EADDRNOTAVAIL. The peer has closed these connections, the program has not: it leaks them. A shorter TIME_WAIT does not help",
	"Without a free port connect() fails with EADDRNOTAVAIL. So many connections at a time take more ports, or more addresses here or at the peer. A shorter TIME_WAIT does not help",
};

static const char *why_of(const struct held *h)
{
	if (held_by_time_wait(h))
		return whys[0];
	return whys[are_leaked(h) ? 1 : 2];
}

static void report(struct doctor *d, const struct port_model *m, const struct held *h)
{
	char *program = program_of(d, h), *failed = failures(d), *how;
	char dst[ENDPOINT_SIZE], reserved[64] = "";

	endpoint_format(h->one->family, &h->one->dst, h->one->dport, dst);
	if (m->reserved)
		snprintf(reserved, sizeof(reserved), " (%u of the range are reserved)",
			 m->reserved);
	how = held_so(d, m, h, reserved, dst, program);
	doctor_find(d, HARM_FAILS, "ports", why_of(h), doctor_text("%s%s", how, failed),
		    remedy(d, m, h));
	free(how);
	free(program);
	free(failed);
}

/* A port that bind() has chosen is held whatever the destination. */
static void report_bound(struct doctor *d, const struct port_model *m, size_t n)
{
	doctor_find(d, n >= m->usable ? HARM_FAILS : HARM_RISK, "bound_ports",
		    "A program that calls bind() before connect() gets one port for each source address, whatever the destination, unless it sets IP_BIND_ADDRESS_NO_PORT. Without a free one bind() fails with EADDRINUSE (address already in use). tcp_tw_reuse does not help",
		    doctor_text("Connections to all destinations together hold %zu of the %u usable ports, each one of its own, as after bind()",
				n, m->usable),
		    doctor_text("IP_BIND_ADDRESS_NO_PORT in the program, or no bind() at all"));
}

static int compare_ports(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;
	int ret;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	ret = memcmp(&x->src, &y->src, sizeof(x->src));
	return ret ? : (int)x->sport - y->sport;
}

static bool have_one_source(const struct sock *x, const struct sock *y)
{
	return x->family == y->family && IN6_ARE_ADDR_EQUAL(&x->src, &y->src);
}

/* Those from one address, @n of them, sorted by port: whether each has a port of its own. */
static bool have_own_ports(const struct sock *s, size_t n)
{
	bool one_destination = true;

	for (size_t i = 1; i < n; i++) {
		if (s[i].sport == s[i - 1].sport)
			return false;
		one_destination = one_destination && s[i].dport == s->dport &&
				  IN6_ARE_ADDR_EQUAL(&s[i].dst, &s->dst);
	}
	/* Of one alone it means nothing. */
	return !one_destination;
}

/*
 * connect() gives a port again that another destination has; bind() does not, nor does it take one
 * over from a TIME_WAIT. How many such ports there are of the address that has most, 0 where there
 * is room.
 */
static size_t bound_ports(const struct port_model *m, struct socks *socks)
{
	size_t most = 0, n;

	if (socks->n)
		qsort(socks->v, socks->n, sizeof(*socks->v), compare_ports);
	for (size_t i = 0; i < socks->n; i += n) {
		const struct sock *s = &socks->v[i];

		for (n = 1; i + n < socks->n && have_one_source(s, &s[n]);)
			n++;
		if (n > most && n * 100 >= (size_t)m->usable * NEAR_PERCENT && have_own_ports(s, n))
			most = n;
	}
	return most;
}

int doctor_ports(struct doctor *d)
{
	u64 held = doctor_total(d, "time_wait") + doctor_sockstat(d, "inuse");
	struct port_model m = { 0 };
	struct socks socks;
	struct held h;
	size_t bound;
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
	keep_outgoing(d, &socks, &m);
	bound = bound_ports(&m, &socks);
	h = busiest(d, &m, &socks);
	if (bound * 100 >= (size_t)m.usable * CERTAIN_PERCENT)
		report_bound(d, &m, bound);
	else if (h.one && (h.time_wait + h.others) * 100 >= (size_t)m.usable * NEAR_PERCENT)
		report(d, &m, &h);
	else if (bound)
		report_bound(d, &m, bound);
	sockdiag_free(&socks);
	return EXIT_OK;
}
