// SPDX-License-Identifier: GPL-2.0
/* doctor: connection tracking: a table that is full, or was; two that want the same place in it. */
#include "ct_census.h"
#include "ct_stat.h"
#include "doctor.h"
#include "endpoint.h"
#include "host_value.h"
#include "lib/procfile.h"
#include "lib/units.h"
#include "msg.h"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>

#define TIMEOUT "nf_conntrack_tcp_timeout_"

/* Far above what a NAT may forget an idle connection after, RFC 5382 REQ-5: 2 hours 4 minutes. */
#define LONG_IDLE_S 86400

struct ct_drops doctor_ct_drops(void)
{
	struct ct_drops drops;
	char *text;

	if (procfile_read("thread-self/net/stat/nf_conntrack", &text, NULL))
		return (struct ct_drops){ 0 };
	drops = ct_drops_parse(text);
	free(text);
	return drops;
}

static const char *const whys[] = {
	"When it is full, packets of new connections are dropped ('nf_conntrack: table full')",
	"Packets of new connections were dropped ('nf_conntrack: table full'): connect() waits a second and more, here or where this host passes them on",
};

/* How long each is kept; those of a kernel without other settings, seconds (tcp_timeouts[]). */
static const struct timeout {
	const char *state;
	const char *name;
	u64 initial;
} timeouts[] = {
	[TCP_CONNTRACK_SYN_SENT] = { "SYN_SENT", "syn_sent", 120 },
	[TCP_CONNTRACK_SYN_RECV] = { "SYN_RECV", "syn_recv", 60 },
	[TCP_CONNTRACK_ESTABLISHED] = { "ESTABLISHED", "established", 432000 },
	[TCP_CONNTRACK_FIN_WAIT] = { "FIN_WAIT", "fin_wait", 120 },
	[TCP_CONNTRACK_CLOSE_WAIT] = { "CLOSE_WAIT", "close_wait", 60 },
	[TCP_CONNTRACK_LAST_ACK] = { "LAST_ACK", "last_ack", 30 },
	[TCP_CONNTRACK_TIME_WAIT] = { "TIME_WAIT", "time_wait", 120 },
	[TCP_CONNTRACK_CLOSE] = { "CLOSE", "close", 10 },
};

/* What holds most of it. */
struct held {
	struct ct_census census;
	const struct timeout *timeout;	/* NULL: not known, or it is no TCP */
	u64 seconds;
};

static bool is_udp(const struct ct_census *c)
{
	return c->udp > c->in_state;
}

/* What is open, and of which nothing was seen for long, has so much left at most. */
static u64 left_after_long(void)
{
	u64 seconds;

	if (procfile_number("sys/net/netfilter/" TIMEOUT "established", &seconds))
		return 0;
	return seconds > LONG_IDLE_S ? seconds - LONG_IDLE_S : 0;
}

static void read_held(struct held *h)
{
	const struct ct_census *c = &h->census;
	char file[80];

	*h = (struct held){ 0 };
	ct_census_take(left_after_long(), &h->census);
	if (!c->in_state || is_udp(c) || c->state >= ARRAY_SIZE(timeouts) ||
	    !timeouts[c->state].name)
		return;
	snprintf(file, sizeof(file), "sys/net/netfilter/" TIMEOUT "%s", timeouts[c->state].name);
	if (!procfile_number(file, &h->seconds))
		h->timeout = &timeouts[c->state];
}

static char *describe_udp(size_t n)
{
	u64 seconds = 0, answered = 0;

	procfile_number("sys/net/netfilter/nf_conntrack_udp_timeout", &seconds);
	procfile_number("sys/net/netfilter/nf_conntrack_udp_timeout_stream", &answered);
	return doctor_text("; %zu of them UDP, each kept for %llu s after its last packet (nf_conntrack_udp_timeout), %llu s of a flow that goes both ways (nf_conntrack_udp_timeout_stream); 'notrack' keeps a busy service, as DNS, out of the table",
			   n, seconds, answered);
}

/* Most are open, and nothing goes over them. */
static bool is_long_idle(const struct held *h)
{
	return h->timeout && h->census.idle * 2 > h->census.in_state;
}

/* What is set by hand it sets back. */
static char *describe_kube_proxy(const struct doctor *d, u8 state)
{
	if (!doctor_is_node(d) ||
	    (state != TCP_CONNTRACK_ESTABLISHED && state != TCP_CONNTRACK_CLOSE_WAIT))
		return doctor_text("%s", "");
	return doctor_text("; kube-proxy sets it when it starts, --conntrack-tcp-timeout-%s",
			   state == TCP_CONNTRACK_CLOSE_WAIT ? "close-wait" : "established");
}

static char *describe_held(const struct doctor *d, const struct held *h)
{
	const struct ct_census *c = &h->census;
	char service[ENDPOINT_SIZE], initial[48] = "", idle[64] = "", *set_anew, *text;

	if (is_udp(c))
		return describe_udp(c->udp);
	if (!h->timeout)
		return doctor_text("%s", "");
	endpoint_format(c->family, &c->dst, c->dport, service);
	if (h->seconds != h->timeout->initial)
		snprintf(initial, sizeof(initial), ", %llu by default", h->timeout->initial);
	if (is_long_idle(h))
		snprintf(idle, sizeof(idle), ", %zu of these idle for more than a day", c->idle);
	set_anew = describe_kube_proxy(d, c->state);
	text = doctor_text("; %zu of them TCP in %s, each kept for %llu s (" TIMEOUT "%s%s%s), %zu of these with %s%s",
			   c->in_state, h->timeout->state, h->seconds, h->timeout->name, initial,
			   set_anew, c->with_service, service, idle);
	free(set_anew);
	return text;
}

static char *larger(u64 max)
{
	return doctor_text("sysctl -w net.netfilter.nf_conntrack_max=%llu",
			   MIN(max * 2, LIMIT_MAX));
}

/* A shorter time is of what comes from now on: what is there stays for as long as it has left. */
static char *forget_idle(const struct doctor *d, u64 max)
{
	char *room = larger(max), *text;

	text = doctor_text("%s && %ssysctl -w net.netfilter." TIMEOUT "established=%u", room,
			   d->enter, LONG_IDLE_S);
	free(room);
	return text;
}

/* Less of what is kept for longer than it has to be, else more room. */
static char *remedy(const struct doctor *d, const struct held *h, u64 count, u64 max)
{
	if (h->census.in_state * 2 > count && is_long_idle(h))
		return forget_idle(d, max);
	if (h->timeout && h->seconds > h->timeout->initial && h->census.in_state * 2 > count)
		return doctor_text("%ssysctl -w net.netfilter." TIMEOUT "%s=%llu", d->enter,
				   h->timeout->name, h->timeout->initial);
	return larger(max);
}

static void tell_full(struct doctor *d, u64 count, u64 max, u64 rose)
{
	char *dropped, *by;
	struct held h;

	read_held(&h);
	by = describe_held(d, &h);
	dropped = rose ? doctor_text("; %llu packet%s of new connections %s dropped while doctor looked",
				     rose, plural(rose), rose == 1 ? "was" : "were") :
			 doctor_text("%s", "");
	doctor_find(d, HARM_FAILS, "conntrack_full", whys[!!rose],
		    doctor_text("Connection tracking holds %llu of %llu connections%s%s",
				count, max, by, dropped), remedy(d, &h, count, max));
	free(by);
	free(dropped);
}

static const char *const clash[] = {
	"Two connections that were translated (masquerade, SNAT) at the same moment were given the same port, or two packets of one UDP flow came at once: the later packet is lost. connect() sends its SYN again after a second, a resolver waits five",
	"a port by chance: iptables --random-fully, nftables masquerade fully-random; for a resolver: options single-request-reopen",
};

static void tell_clashes(struct doctor *d, u64 total, u64 rose)
{
	if (rose)
		doctor_find(d, HARM_RISK, "conntrack_clash", clash[0],
			    doctor_text("%llu packet%s of new connections %s dropped while doctor looked because another had taken the same addresses and ports in connection tracking (insert_failed)",
					rose, plural(rose), rose == 1 ? "was" : "were"),
			    doctor_text("%s", clash[1]));
	else if (total)
		doctor_find(d, HARM_EARLIER, "conntrack_clash", clash[0],
			    doctor_text("%llu packet%s of new connections %s dropped before doctor looked because another had taken the same addresses and ports in connection tracking (insert_failed). %s; remedy: %s",
					total, plural(total), total == 1 ? "was" : "were", clash[0],
					clash[1]), doctor_text("%s", clash[1]));
}

static u64 rise(u64 now, u64 before)
{
	return now > before ? now - before : 0;
}

int doctor_conntrack(struct doctor *d)
{
	const struct ct_drops now = doctor_ct_drops();
	u64 rose = rise(now.no_room, d->ct_drops.no_room), count, max;

	if (procfile_number("sys/net/netfilter/nf_conntrack_count", &count) ||
	    procfile_number("sys/net/netfilter/nf_conntrack_max", &max) || !max)
		return EXIT_OK;
	tell_clashes(d, now.clashed, rise(now.clashed, d->ct_drops.clashed));
	if (rose || count * 100 >= max * LIMIT_NEAR_PERCENT)
		tell_full(d, count, max, rose);
	else if (now.no_room)
		doctor_find(d, HARM_EARLIER, "conntrack_full", whys[1],
			    doctor_text("%llu packet%s found connection tracking full, before doctor looked: it holds %llu of %llu connections now. %s; remedy: a larger nf_conntrack_max, unless it was raised since",
					now.no_room, plural(now.no_room), count, max, whys[1]),
			    larger(max));
	return EXIT_OK;
}
