// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: what is sent again and again, and nothing comes back: the SYN of a connect(), the SYN-ACK
 * of a server, the data or the keepalive probes of a connection that is open.
 */
#include "doctor.h"
#include "endpoint.h"
#include "host_value.h"
#include "lib/units.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* Sent again so many times, and for so long without a sign of the peer: no mere loss. */
#define RETRIES 3
#define SILENT_MS 2000
/* The nodes of a cluster, or the addresses of a name, are two or three, each worth a word. */
#define FEW_DESTINATIONS 3
/* A browser opens six connections to a host at a time: so many does one client that goes leave. */
#define ONE_CLIENT 6

enum why {
	WHY_DATA,
	WHY_FULL_SIZED,
	WHY_PROBES,
	WHY_CONNECTING,
	WHY_MANY,
	WHY_HANDSHAKES,
};

static const char *const whys[] = {
	[WHY_DATA] =
		"The peer, or the way to it, is gone, or a middlebox has forgotten a connection that was idle. The program waits until tcp_retries2 is over (15: a quarter of an hour), or its own timeout or TCP_USER_TIMEOUT",
	[WHY_FULL_SIZED] =
		"The peer, or the way to it, is gone, or a middlebox has forgotten a connection that was idle. Or full-sized segments are lost on the way where small ones pass, as the handshake did: a path-MTU black hole, a link with a smaller MTU (a tunnel, a VPN, PPPoE) whose ICMP does not come back. The program waits until tcp_retries2 is over (15: a quarter of an hour), or its own timeout or TCP_USER_TIMEOUT",
	[WHY_PROBES] =
		"The peer, or the way to it, is gone, or a middlebox has forgotten a connection that was idle. Keepalive gives it up after tcp_keepalive_probes, or the program's TCP_KEEPCNT",
	[WHY_CONNECTING] =
		"A firewall drops the SYNs, the peer's listen queue is full, or it is gone. connect() waits for two minutes, or as long as the program lets it",
	[WHY_MANY] =
		"A program that tries many destinations, as a P2P client, a crawler or a scanner does, meets some that do not answer, and all is well. Where it needs them: a firewall on the way drops the SYNs, or the way there is gone",
	[WHY_HANDSHAKES] =
		"The SYN-ACKs, or the ACKs that answer them, are lost: a firewall drops them, or an asymmetric route leads past one that has to see both ways. Or the SYNs have forged addresses: a SYN flood, against which SYN cookies protect (tcp_syncookies=1, the default). Where the listener has TCP_DEFER_ACCEPT it may be clients that connect and send nothing",
};

/* A connect() that waits. */
struct attempt {
	const struct sock *sock;
	const struct owner *owner;	/* who called it; NULL if that is not known */
};

static int compare(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->dst, &y->dst, sizeof(x->dst)) ? : (int)x->dport - y->dport;
}

/* Move those that are wanted to the front, in their order; how many. */
static size_t to_front(struct doctor *d, struct sock *v, size_t n,
		       bool (*wanted)(struct doctor *d, const struct sock *s))
{
	size_t front = 0;
	struct sock s;

	for (size_t i = 0; i < n; i++) {
		s = v[i];
		if (!wanted(d, &s))
			continue;
		v[i] = v[front];
		v[front++] = s;
	}
	return front;
}

/* Tell of those that are alike together. */
static void tell_alike(struct doctor *d, struct sock *v, size_t n,
		       int (*compare_them)(const void *a, const void *b),
		       void (*tell)(struct doctor *d, const struct sock *s, size_t n))
{
	size_t run;

	if (n)
		qsort(v, n, sizeof(*v), compare_them);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n && !compare_them(&v[i], &v[i + run]);)
			run++;
		tell(d, &v[i], run);
	}
}

static const char *program_of(const struct attempt *a)
{
	return a->owner ? a->owner->command : "";
}

static int compare_destinations(const struct attempt *a, const struct attempt *b)
{
	return strcmp(program_of(a), program_of(b)) ? : compare(a->sock, b->sock);
}

static int compare_attempts(const void *a, const void *b)
{
	return compare_destinations(a, b);
}

static int compare_programs(const struct attempt *a, const struct attempt *b)
{
	return strcmp(program_of(a), program_of(b));
}

/* How many are alike, from the first on. */
static size_t run_of(const struct attempt *v, size_t n,
		     int (*compare_them)(const struct attempt *a, const struct attempt *b))
{
	size_t run = 1;

	while (run < n && !compare_them(v, &v[run]))
		run++;
	return run;
}

/* " of python3/12" */
static char *who_of(const struct attempt *v, size_t n)
{
	if (!v->owner)
		return doctor_text("%s", "");
	for (size_t i = 1; i < n; i++) {
		if (v[i].owner->pid != v->owner->pid)
			return doctor_text(" of %s (several processes)", v->owner->command);
	}
	return doctor_text(" of %s/%d", v->owner->command, v->owner->pid);
}

/* Of one program, @n of them. */
static void tell_connecting(struct doctor *d, const struct attempt *v, size_t n,
			    size_t destinations)
{
	char peer[ENDPOINT_SIZE], *who = who_of(v, n), *whom, *seen;
	bool many = destinations > FEW_DESTINATIONS;
	unsigned int times = 0;

	for (size_t i = 0; i < n; i++)
		times = MAX(times, v[i].sock->retransmits + 1U);
	endpoint_format(v->sock->family, &v->sock->dst, v->sock->dport, peer);
	whom = many ? doctor_text("%zu destinations, one of them %s", destinations, peer) :
		      doctor_text("%s", peer);
	seen = doctor_text("%zu connect()%s%s %s for an answer of %s: SYNs were sent up to %u times",
			   n, plural(n), who, n == 1 ? "waits" : "wait", whom, times);
	if (many)
		doctor_find(d, HARM_RISK, "connecting", whys[WHY_MANY], seen,
			    doctor_text("%sss -tnp state syn-sent", d->enter));
	else
		doctor_find(d, HARM_FAILS, "connecting", whys[WHY_CONNECTING], seen,
			    doctor_text("%sss -tnp state syn-sent; run doctor at the peer: its listen queues",
					d->enter));
	free(who);
	free(whom);
}

static void tell_program(struct doctor *d, const struct attempt *v, size_t n)
{
	size_t destinations = 0, run;

	for (size_t i = 0; i < n; i += run_of(&v[i], n - i, compare_destinations))
		destinations++;
	if (destinations > FEW_DESTINATIONS) {
		tell_connecting(d, v, n, destinations);
		return;
	}
	for (size_t i = 0; i < n; i += run) {
		run = run_of(&v[i], n - i, compare_destinations);
		tell_connecting(d, &v[i], run, 1);
	}
}

static void tell_attempts(struct doctor *d, const struct sock *socks, size_t n)
{
	struct attempt *v = calloc(n + 1, sizeof(*v));
	u32 *inodes = calloc(n + 1, sizeof(*inodes));
	struct owners owners = { 0 };
	size_t run;

	for (size_t i = 0; inodes && i < n; i++)
		inodes[i] = socks[i].inode;
	if (inodes)
		owners_read(inodes, n, &owners);
	for (size_t i = 0; v && i < n; i++)
		v[i] = (struct attempt){ &socks[i], owners_find(&owners, socks[i].inode) };
	if (v)
		qsort(v, n, sizeof(*v), compare_attempts);
	for (size_t i = 0; v && i < n; i += run) {
		run = run_of(&v[i], n - i, compare_programs);
		tell_program(d, &v[i], run);
	}
	owners_free(&owners);
	free(inodes);
	free(v);
}

static bool is_connecting(struct doctor *d, const struct sock *s)
{
	(void)d;
	return s->state == TCP_SYN_SENT && s->retransmits;
}

static bool is_handshake(struct doctor *d, const struct sock *s)
{
	(void)d;
	return s->state == TCP_SYN_RECV && s->retransmits;
}

/* By port, then by address. */
static int compare_handshakes(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	if (x->sport != y->sport)
		return x->sport < y->sport ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->dst, &y->dst, sizeof(x->dst));
}

/* A full queue drops the last ACK of a handshake, which doctor_limits() tells. */
static bool has_no_room(const struct doctor *d, u16 port)
{
	for (size_t i = 0; i < d->listeners.n; i++) {
		const struct sock *l = &d->listeners.v[i];

		if (l->sport == port && l->rqueue > l->wqueue)
			return true;
	}
	return false;
}

static char *find_where_lost(const struct doctor *d, u16 port)
{
	u64 cookies;
	bool none = !procfile_number("sys/net/ipv4/tcp_syncookies", &cookies) && !cookies;

	return doctor_text("%s%s%stcpdump -ni any 'tcp port %u', and the same at a client: whether it gets the SYN-ACK, and its ACK comes here",
			   none ? d->enter : "",
			   none ? "sysctl -w net.ipv4.tcp_syncookies=1; " : "", d->enter, port);
}

static const char *const full[] = {
	"; a listen queue was full while doctor looked, which does the same",
};

/* On one port, @n of them, by address. */
static void tell_handshakes(struct doctor *d, const struct sock *s, size_t n)
{
	const struct owner *o = doctor_listener(d, s->sport);
	char peer[ENDPOINT_SIZE], *who, *from;
	unsigned int times = 0;
	size_t addresses = 1;
	u64 overflows;

	if (n <= ONE_CLIENT || has_no_room(d, s->sport))
		return;
	for (size_t i = 0; i < n; i++) {
		times = MAX(times, s[i].retransmits + 1U);
		addresses += i && compare_handshakes(&s[i - 1], &s[i]);
	}
	doctor_kernel(d, "ListenOverflows", &overflows);
	endpoint_format(s->family, &s->dst, 0, peer);
	who = o ? doctor_text(" of %s/%d", o->command, o->pid) : doctor_text("%s", "");
	from = addresses == 1 ? doctor_text("%s", peer) :
				doctor_text("%zu addresses, one of them %s", addresses, peer);
	doctor_find(d, HARM_RISK, "handshakes", whys[WHY_HANDSHAKES],
		    doctor_text("%zu handshakes on port %u%s hang in SYN_RECV, with %s: the SYN-ACK was sent up to %u times, and nothing has completed them%s",
				n, s->sport, who, from, times,
				overflows ? full[0] : ""),
		    find_where_lost(d, s->sport));
	free(who);
	free(from);
}

static void tell_all_handshakes(struct doctor *d, struct sock *v, size_t n)
{
	size_t run;

	if (n)
		qsort(v, n, sizeof(*v), compare_handshakes);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n && v[i].sport == v[i + run].sport;)
			run++;
		tell_handshakes(d, &v[i], run);
	}
}

int doctor_connecting(struct doctor *d)
{
	struct socks socks;
	size_t n;
	int ret;

	/*
	 * The kernel walks the table of all namespaces: not where neither a SYN nor a SYN-ACK was
	 * ever sent again.
	 */
	if (!doctor_kernel(d, "TCPSynRetrans", NULL))
		return EXIT_OK;
	ret = sockdiag_read(BIT(TCP_SYN_SENT) | BIT(TCP_SYN_RECV), &socks);
	if (ret)
		return ret;
	n = to_front(d, socks.v, socks.n, is_handshake);
	tell_all_handshakes(d, socks.v, n);
	n = to_front(d, socks.v, socks.n, is_connecting);
	if (n)
		tell_attempts(d, socks.v, n);
	sockdiag_free(&socks);
	return EXIT_OK;
}

/* A server's clients have a port each. */
static int compare_served(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	return (int)x->sport - y->sport;
}

static bool is_silent(struct doctor *d, const struct sock *s)
{
	(void)d;
	return s->info && s->retransmits >= RETRIES && s->ack_received_ms >= SILENT_MS &&
	       s->data_received_ms >= SILENT_MS;
}

static bool is_served(struct doctor *d, const struct sock *s)
{
	return doctor_serves(d->inode, s->sport, s->dport, d);
}

/* In flight are full-sized segments, but for the last. Probing would have made them smaller. */
static bool is_full_sized(const struct sock *s)
{
	u32 flight = s->wqueue > s->unsent ? s->wqueue - s->unsent : 0;
	u64 probing;

	return s->unacked && s->mss && flight >= s->mss &&
	       flight > (u64)(s->unacked - 1) * s->mss &&
	       !procfile_number("sys/net/ipv4/tcp_mtu_probing", &probing) && !probing;
}

/* TCP has a header of 20 bytes, and 12 of timestamps; ICMP one of 8. */
static char *check_mtu(const struct doctor *d, const struct sock *s)
{
	char peer[ENDPOINT_SIZE];

	if (!s)
		return doctor_text("%s", "");
	endpoint_format(s->family, &s->dst, 0, peer);
	return doctor_text("%sping -M do -s %u %s: if that gets no answer, but a ping without -s does, it is the MTU, and %ssysctl -w net.ipv4.tcp_mtu_probing=1 helps; else ",
			   d->enter, s->mss + 20 + (s->timestamps ? 12 : 0) - 8, peer, d->enter);
}

/* What those that are alike wait for, @n of them. */
struct silence {
	unsigned int times;	/* sent at most */
	u64 heard_ms;		/* nothing came for so long, at most */
	bool data;		/* not for an answer to keepalive */
	bool differ;		/* the peers */
	const struct sock *full;	/* one with full-sized segments in flight */
};

static struct silence silence_of(const struct sock *s, size_t n)
{
	struct silence all = { 0 };

	for (size_t i = 0; i < n; i++) {
		all.times = MAX(all.times, s[i].retransmits + 1U);
		all.heard_ms = MAX(all.heard_ms, MIN(s[i].ack_received_ms, s[i].data_received_ms));
		all.data |= s[i].wqueue;
		all.differ |= memcmp(&s[i].dst, &s->dst, sizeof(s->dst));
		if (!all.full && is_full_sized(&s[i]))
			all.full = &s[i];
	}
	return all;
}

static char *what_waits(const struct silence *all, const char *who, const char *where, size_t n)
{
	char silent[DURATION_SIZE], *size, *text;

	format_duration(all->heard_ms * US_PER_MS, silent);
	if (!all->data)
		return doctor_text("%zu idle connection%s%s %s %s no answer to up to %u keepalive probes, and nothing has come back for %s",
				   n, plural(n), who, where, n == 1 ? "gets" : "get",
				   all->times - 1, silent);
	size = all->full ? doctor_text(" (full-sized segments, of %u bytes)", all->full->mss) :
			   doctor_text("%s", "");
	text = doctor_text("%zu connection%s%s %s %s for an ACK: what is in flight%s was sent up to %u times, and nothing has come back for %s",
			   n, plural(n), who, where, n == 1 ? "waits" : "wait", size, all->times,
			   silent);
	free(size);
	return text;
}

/* Alike, @n of them: to one service, or on one port of ours. */
static void tell_silent(struct doctor *d, const struct sock *s, size_t n)
{
	char peer[ENDPOINT_SIZE], *who = doctor_holder(s->inode, " of "), *where, *mtu;
	struct silence all = silence_of(s, n);
	bool served = is_served(d, s);
	enum why why = all.full ? WHY_FULL_SIZED : all.data ? WHY_DATA : WHY_PROBES;

	endpoint_format(s->family, &s->dst, served ? 0 : s->dport, peer);
	where = served ? doctor_text("on port %u with %s", s->sport,
				     all.differ ? "several peers" : peer) :
			 doctor_text("with %s", peer);
	mtu = check_mtu(d, all.full);
	doctor_find(d, served ? HARM_STUCK : HARM_FAILS, "no_ack", whys[why],
		    what_waits(&all, who, where, n),
		    doctor_text("%s%sss -tnpo state established '%cport = :%u'; in the program keepalive shorter than a middlebox remembers, and TCP_USER_TIMEOUT",
				mtu, d->enter, served ? 's' : 'd', served ? s->sport : s->dport));
	free(where);
	free(who);
	free(mtu);
}

int doctor_silent(struct doctor *d)
{
	struct socks socks;
	size_t n, served;
	int ret;

	/* The kernel walks the table of all namespaces: not where none is open. */
	if (doctor_sockstat(d, "inuse") <= d->listeners.n)
		return EXIT_OK;
	ret = sockdiag_read(BIT(TCP_ESTABLISHED), &socks);
	if (ret)
		return ret;
	n = to_front(d, socks.v, socks.n, is_silent);
	served = to_front(d, socks.v, n, is_served);
	tell_alike(d, socks.v, served, compare_served, tell_silent);
	tell_alike(d, socks.v + served, n - served, compare, tell_silent);
	sockdiag_free(&socks);
	return EXIT_OK;
}
