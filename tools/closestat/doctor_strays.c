// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: RSTs to segments of connections that this side does not have, though the peer has: not
 * the rest of one that has just ended.
 */
#include "ct_lookup.h"
#include "doctor.h"
#include "endpoint.h"
#include "host_value.h"
#include "ipvs.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum why {
	WHY_STALE,	/* closed here, and FIN_WAIT2 was over */
	WHY_OF_OTHERS,	/* of a connection that a NAT here passes on */
	WHY_FORGOTTEN,	/* for a service of IPVS */
	WHY_UNTRANSLATED,	/* of another address than the connection is with */
	WHY_UNKNOWN,	/* for a port that is listened on */
	N_WHYS,
	WHY_NONE = N_WHYS,	/* the rest of one that ended, a scan, a flood elsewhere */
};

static const struct {
	enum grade harm;
	const char *seen;
	const char *why;
	const char *remedy;
} kinds[] = {
	[WHY_STALE] = {
		HARM_FAILS,
		"answered a peer that went on with a connection that was closed here, and whose FIN_WAIT2 was over",
		"A client, or its pool, has not noticed that an idle connection was closed long before (CLOSE_WAIT there): its next request is lost, and it sees a reset or a broken pipe ('server has gone away')",
		"in the client's pool an idle time, or lifetime, shorter than the idle timeout here, or a test before use",
	},
	[WHY_OF_OTHERS] = {
		HARM_FAILS,
		"answered segments of connections that are passed on here with other addresses (NAT)",
		"Connection tracking took those segments for invalid, as out of the window, and has not translated them: they were for this host, then, which knows no such connection. The RST ends it: its peer sees 'connection reset by peer'",
		"sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1; or a rule that drops what is ct state invalid",
	},
	[WHY_FORGOTTEN] = {
		HARM_RISK,
		"answered segments for a service of IPVS, of connections that it does not know",
		"IPVS forgets a connection that is idle for longer than its timeout (900 s unless set; ipvsadm -l --timeout), or that another node had before a failover. What comes then is for this host, which knows no such connection: the peer sees 'connection reset by peer'. A scan looks the same",
		"keepalive at the peers (TCP_KEEPIDLE, net.ipv4.tcp_keepalive_time) shorter than that; or, here, ipvsadm --set 7200 0 0",
	},
	[WHY_UNTRANSLATED] = {
		HARM_FAILS,
		"answered segments of another address than that the connection on their port is with",
		"A NAT on the way (Docker, kube-proxy) has not translated them back, most often because its conntrack took them for invalid: the RST ends the connection at the peer, which sees 'connection reset by peer'",
		"where the NAT is: sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1, or a rule that drops what is ct state invalid",
	},
	[WHY_UNKNOWN] = {
		HARM_RISK,
		"answered segments of connections that are not known here, for a port that is listened on",
		"The peer still has a connection that this side has not: it was started anew, or took over an address (failover); a balancer, IPVS or a NAT on the way had forgotten an idle connection, and chose this side anew; or it was closed here long before, or never got past a listen queue that was full. The peer sees a reset. A scan looks the same",
		"keepalive at the peer (TCP_KEEPIDLE), shorter than the time after which what is on the way forgets",
	},
};

/* Whether this namespace has an address. */
static bool is_ours(u8 family, const struct in6_addr *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = *address };
	bool is_v4 = family == AF_INET;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ours;

	if (fd < 0)
		return false;
	memcpy(&v4.sin_addr, address, sizeof(v4.sin_addr));
	ours = !bind(fd, is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
		     is_v4 ? sizeof(v4) : sizeof(v6));
	close(fd);
	return ours;
}

/*
 * Whether all that left with an address of ours was sent here, and not by somebody whose packets
 * are passed on with it (NAT): no more than the kernel has sent itself.
 */
static bool are_all_sent_here(const struct doctor *d)
{
	const struct rst_watch *w = &d->rsts;
	u64 left = 0;

	for (size_t i = 0; i < w->n_sources; i++) {
		if (is_ours(w->sources[i].family, &w->sources[i].src))
			left += w->sources[i].count;
	}
	return !w->too_many && left <= doctor_out_rsts(d);
}

/* A connection from that port, unless one is the stray's: another answers than was asked. */
static const struct sock *from_port(const struct socks *open, const struct gone_conn *c)
{
	const struct sock *other = NULL;

	for (size_t i = 0; i < open->n; i++) {
		const struct sock *s = &open->v[i];

		if (s->sport != c->sport || s->family != c->family)
			continue;
		if (s->dport == c->dport && !memcmp(&s->dst, &c->dst, sizeof(s->dst)))
			return NULL;
		other = s;
	}
	return other;
}

/* The table is asked only where there is one. */
static bool is_of_others(const struct stray *s)
{
	const struct ct_tuple t = {
		.family = s->conn.family, .sport = s->conn.dport, .dport = s->conn.sport,
		.src = s->conn.dst, .dst = s->src,
	};
	u64 count;

	return !procfile_number("sys/net/netfilter/nf_conntrack_count", &count) && count &&
	       ct_is_translated(&t);
}

static enum why why_of(const struct doctor *d, const struct socks *open, const struct stray *s)
{
	if (gone_expired(&d->rsts.gone, &s->conn))
		return WHY_STALE;
	if (is_of_others(s))
		return WHY_OF_OTHERS;
	if (ipvs_has_service(s->conn.family, &s->src, s->conn.sport))
		return WHY_FORGOTTEN;
	if (doctor_listens(d, s->conn.sport))
		return WHY_UNKNOWN;
	return from_port(open, &s->conn) ? WHY_UNTRANSLATED : WHY_NONE;
}

static char *of_connection(const struct gone_conn *c, const struct sock *s, const char *others)
{
	char *who = doctor_holder(s->inode, " of "), *text;
	char from[ENDPOINT_SIZE], with[ENDPOINT_SIZE];

	endpoint_format(c->family, &c->dst, c->dport, from);
	endpoint_format(s->family, &s->dst, s->dport, with);
	text = doctor_text("from %s, while the connection%s is with %s%s", from, who, with, others);
	free(who);
	return text;
}

static char *of_port(const struct doctor *d, const struct gone_conn *c, const char *others)
{
	const struct owner *o = doctor_listener(d, c->sport);
	char peer[ENDPOINT_SIZE];

	endpoint_format(c->family, &c->dst, 0, peer);
	if (!o)
		return doctor_text("on port %u with %s%s", c->sport, peer, others);
	return doctor_text("on port %u of %s/%d with %s%s", c->sport, o->command, o->pid, peer,
			   others);
}

static char *of_other(const struct gone_conn *c, const char *others)
{
	char from[ENDPOINT_SIZE];

	endpoint_format(c->family, &c->dst, c->dport, from);
	return doctor_text("from %s to port %u%s", from, c->sport, others);
}

/* Those that have the reason @why, by @whys. */
static u64 tell(struct doctor *d, const struct socks *open, const enum why *whys, enum why why)
{
	const struct rst_watch *w = &d->rsts;
	const struct stray *one = NULL;
	const char *others = "";
	bool late = false;
	u64 n = 0;
	char *what;

	for (size_t i = 0; i < w->n_strays; i++) {
		if (whys[i] != why)
			continue;
		if (one && memcmp(&one->conn.dst, &w->strays[i].conn.dst, sizeof(one->conn.dst)))
			others = " and others";
		one = &w->strays[i];
		n += one->count;
		/* It ended just before doctor looked, perhaps. */
		late |= one->late || why == WHY_STALE;
	}
	if (!late)
		return 0;
	if (why == WHY_UNTRANSLATED)
		what = of_connection(&one->conn, from_port(open, &one->conn), others);
	else if (why == WHY_OF_OTHERS || why == WHY_FORGOTTEN)
		what = of_other(&one->conn, others);
	else
		what = of_port(d, &one->conn, others);
	doctor_find(d, kinds[why].harm, "stray", kinds[why].why,
		    doctor_text("%llu RST%s %s: %s", n, plural(n), kinds[why].seen, what),
		    doctor_text("%s%s", why == WHY_OF_OTHERS ? d->enter : "", kinds[why].remedy));
	free(what);
	return n;
}

/* Without what is only passed on; how many are left. */
static u64 keep_ours(struct rst_watch *w)
{
	size_t kept = 0;
	u64 n = 0;

	rst_watch_forget(w);
	for (size_t i = 0; i < w->n_strays; i++) {
		if (!is_ours(w->strays[i].conn.family, &w->strays[i].src))
			continue;
		n += w->strays[i].count;
		w->strays[kept++] = w->strays[i];
	}
	w->n_strays = kept;
	return n;
}

u64 doctor_strays(struct doctor *d, u64 sent)
{
	u64 n = d->traced ? keep_ours(&d->rsts) : 0, told = 0;
	struct socks open;
	enum why *whys;

	if (!n || n > sent || !are_all_sent_here(d) ||
	    sockdiag_read(BIT(TCP_ESTABLISHED), &open))
		return 0;
	whys = calloc(d->rsts.n_strays, sizeof(*whys));
	for (size_t i = 0; whys && i < d->rsts.n_strays; i++)
		whys[i] = why_of(d, &open, &d->rsts.strays[i]);
	for (int why = 0; whys && why < N_WHYS; why++)
		told += tell(d, &open, whys, why);
	free(whys);
	sockdiag_free(&open);
	return told;
}
