// SPDX-License-Identifier: GPL-2.0
/* doctor: limits that are near: orphans, TIME_WAIT buckets, listen queues. */
#include "doctor.h"
#include "host_value.h"
#include "lib/procfile.h"
#include "lib/units.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* How many orphans are here, and the port that has most of them. */
static char *orphans_here(struct doctor *d)
{
	u32 *of_port = calloc(1 << 16, sizeof(*of_port));
	u16 port, most = 0;
	size_t n = 0;

	if (!of_port)
		return doctor_text("%s", "");
	for (size_t i = 0; i < d->last.n; i++) {
		const struct sock *s = &d->last.v[i];

		if (s->inode || s->timewait || s->state == TCP_CLOSE_WAIT)
			continue;
		n++;
		port = doctor_serves(d->inode, s->sport, s->dport, d) ? s->sport : s->dport;
		if (++of_port[port] > of_port[most])
			most = port;
	}
	free(of_port);
	return n ? doctor_text("; %zu of them in FIN_WAIT1 or later here, most of port %u, their peers do not read or have gone",
			       n, most) : doctor_text("%s", "");
}

/* Which of the two it was: below the first mark of tcp_mem TCP has what it wants. */
static bool wants_memory(const struct doctor *d, u64 *pages, u64 *low)
{
	*pages = doctor_sockstat(d, "mem");
	return !host_value("sys/net/ipv4/tcp_mem", low) && *pages >= *low;
}

static void tell_resets(struct doctor *d, u64 orphans)
{
	u64 rose = doctor_rose(d, "rst_sent_memory"), total = doctor_total(d, "rst_sent_memory");
	struct judged j = {
		.row = "rst_sent_memory", .how = "rst_sent", .cause = "memory",
		.harm = HARM_FAILS,
		.why = "An orphan is a closed socket, in FIN_WAIT1 or later, whose peer does not read or no longer acknowledges. close() keeps no more of them than that: what was not yet sent is lost",
	};
	u64 max = 0, pages, low;
	char *seen, *remedy;

	if (!total)
		return;
	host_value("sys/net/ipv4/tcp_max_orphans", &max);
	if (wants_memory(d, &pages, &low)) {
		j.why = "TCP is under memory pressure: data not yet sent is lost";
		seen = doctor_text("reset because TCP is out of memory: it holds %llu pages, and tcp_mem begins with %llu (fewer or smaller socket buffers help)",
				   pages, low);
		remedy = doctor_text("sysctl net.ipv4.tcp_mem");
	} else {
		seen = doctor_text("reset because of too many orphans: tcp_max_orphans is %llu (host-wide), of which %llu are taken now",
				   max, orphans);
		remedy = doctor_text("sysctl -w net.ipv4.tcp_max_orphans=%llu",
				     MIN(MAX(max * 2, 8192), LIMIT_MAX));
	}
	j.seen = seen;
	j.remedy = remedy;
	if (rose)
		doctor_tell_now(d, &j, rose);
	if (total > rose)
		doctor_tell_earlier(d, &j, total - rose);
	free(seen);
	free(remedy);
}

static void check_orphans(struct doctor *d)
{
	u64 max, orphans = doctor_sockstat(d, "orphan");
	u64 reset = doctor_total(d, "rst_sent_memory");
	char *here;

	tell_resets(d, orphans);
	if (!orphans || host_value("sys/net/ipv4/tcp_max_orphans", &max) || !max ||
	    orphans * 100 < max * LIMIT_NEAR_PERCENT)
		return;
	here = orphans_here(d);
	doctor_find(d, HARM_FAILS, "orphans",
		    "Beyond tcp_max_orphans, close() resets a connection and its unsent data is lost ('too many orphaned sockets')",
		    doctor_text("%llu of tcp_max_orphans %llu orphaned sockets (host-wide), %llu connection%s reset for it or because TCP is out of memory so far%s",
				orphans, max, reset, plural(reset), here),
		    doctor_text("sysctl -w net.ipv4.tcp_max_orphans=%llu",
				MIN(MAX(max * 2, 8192), LIMIT_MAX)));
	free(here);
}

static void check_buckets(struct doctor *d)
{
	u64 rose, total = doctor_kernel(d, "TCPTimeWaitOverflow", &rose);
	u64 held = doctor_total(d, "time_wait"), max;
	bool full;

	if (!total)
		return;
	if (sysctl_read_number("tcp_max_tw_buckets", &max))
		max = 0;
	for (size_t i = 0; i < d->last.n; i++)
		held += d->last.v[i].timewait;
	full = max && held * 100 >= max * LIMIT_NEAR_PERCENT;
	if (rose || full)
		doctor_find(d, HARM_FAILS, "overflow",
			    "Those connections ended without TIME_WAIT: a late segment meets a new connection or gets a RST",
			    doctor_text("%llu TIME_WAIT%s given up because tcp_max_tw_buckets is %llu, of which %llu are taken (%llu while doctor looked)",
					total, total == 1 ? " was" : "s were", max, held, rose),
			    doctor_text("closestat set %stcp_max_tw_buckets=%llu", d->where,
					MIN(MAX(max * 4, 16384), LIMIT_MAX)));
	else
		doctor_find(d, HARM_EARLIER, "overflow", "",
			    doctor_text("%llu TIME_WAIT%s given up because tcp_max_tw_buckets was reached, not any more: %llu of %llu are taken",
					total, total == 1 ? " was" : "s were", held, max),
			    doctor_text("closestat get %stcp_max_tw_buckets", d->where));
}

u64 doctor_queue_resets(const struct doctor *d, bool now)
{
	u64 aborts, reset_now, overflows_now;
	u64 reset = doctor_kernel(d, "EmbryonicRsts", &reset_now);
	u64 overflows = doctor_kernel(d, "ListenOverflows", &overflows_now);

	if (procfile_number("sys/net/ipv4/tcp_abort_on_overflow", &aborts) || !aborts)
		return 0;
	return now ? MIN(reset_now, overflows_now) :
		     MIN(reset - reset_now, overflows - overflows_now);
}

/* What is added to what was seen. */
static char *queue_resets(const struct doctor *d, bool now)
{
	u64 n = doctor_queue_resets(d, now);

	if (!n)
		return doctor_text("%s", "");
	return doctor_text("; tcp_abort_on_overflow is 1: %llu client%s that had just connected %s reset instead of waiting",
			   n, plural(n), n == 1 ? "was" : "were");
}

/* And to what is to be done, before it. */
static char *wait_instead(const struct doctor *d)
{
	if (!doctor_queue_resets(d, true) && !doctor_queue_resets(d, false))
		return doctor_text("%s", "");
	return doctor_text("%ssysctl -w net.ipv4.tcp_abort_on_overflow=0; then ", d->enter);
}

/* The program's part is its own; the limit may stand in its way. */
static char *more_room(const struct doctor *d, u32 backlog)
{
	char *first = wait_instead(d), *text;
	u64 somaxconn;

	if (procfile_number("sys/net/core/somaxconn", &somaxconn) || backlog < somaxconn)
		text = doctor_text("%sa larger backlog in the program's listen(), which somaxconn allows, and start it anew",
				   first);
	else
		text = doctor_text("%s%ssysctl -w net.core.somaxconn=%llu; then a larger backlog in the program's listen(), and start it anew",
				   first, d->enter, MIN(MAX(somaxconn * 4, 4096), LIMIT_MAX));
	free(first);
	return text;
}

static void tell_full_queue(struct doctor *d, const struct sock *l, const struct owner *o)
{
	char *who = o ? doctor_text("%s/%d", o->command, o->pid) :
			doctor_text("of a process that may not be looked into");
	u64 rose, limit, files = o ? doctor_no_files(o->pid, &limit) : 0;
	char *seen, *reset = queue_resets(d, true);

	doctor_kernel(d, "ListenOverflows", &rose);
	seen = doctor_text("The listen queue of port %u (%s) is full: %u connection%s, its backlog is %u; %llu dropped while doctor looked%s",
			   l->sport, who, l->rqueue, l->rqueue == 1 ? " waits" : "s wait",
			   l->wqueue, rose, reset);
	free(reset);
	if (files) {
		doctor_find(d, HARM_FAILS, "listen_queue",
			    "accept() fails with EMFILE ('too many open files'), which a larger backlog does not help: further SYNs are dropped and clients wait a second and more. See whether it closes what it has open",
			    doctor_text("%s; it has %llu of %llu files open", seen, files, limit),
			    doctor_text("prlimit --pid %d --nofile=%llu, and for good LimitNOFILE= or ulimit -n",
					o->pid, MIN(limit * 4, LIMIT_MAX)));
		free(seen);
	} else {
		doctor_find(d, HARM_FAILS, "listen_queue",
			    "The program does not accept fast enough, or its backlog is too small: further SYNs are dropped and clients wait a second and more",
			    seen, more_room(d, l->wqueue));
	}
	free(who);
}

static void check_full_queue(struct doctor *d, const struct sock *l)
{
	/* Not the first of those that share the port: of SO_REUSEPORT each has its queue. */
	if (l->rqueue > l->wqueue)
		tell_full_queue(d, l, owners_find(&d->owners, l->inode));
}

static const char *const no_room[] = {
	"The kernel says 'possible SYN flooding': a flood, or more clients at a time than the backlog of listen(). With a cookie a connection lacks window scaling and SACK, unless it has timestamps",
};

/* Connections that are not established yet have a limit of their own. */
static void check_syn_queue(struct doctor *d)
{
	u64 cookies, all_cookies = doctor_kernel(d, "TCPReqQFullDoCookies", &cookies);
	u64 dropped, all_dropped = doctor_kernel(d, "TCPReqQFullDrop", &dropped);
	bool now = cookies || dropped;
	char *listening, *seen;

	if (!all_cookies && !all_dropped)
		return;
	listening = doctor_listening(d);
	seen = doctor_text("SYNs met a listener with no room for more half-open connections: %llu got a cookie, %llu were dropped%s doctor looked (listening here: %s)",
			   now ? cookies : all_cookies, now ? dropped : all_dropped,
			   now ? " while" : ", before", listening);
	free(listening);
	if (now) {
		doctor_find(d, dropped ? HARM_FAILS : HARM_RISK, "syn_queue", no_room[0], seen,
			    doctor_text("%sss -tn state syn-recv; then a larger backlog",
					d->enter));
		return;
	}
	doctor_find(d, HARM_EARLIER, "syn_queue", no_room[0],
		    doctor_text("%s. %s; remedy: a larger backlog in the program's listen()", seen,
				no_room[0]),
		    doctor_text("%sss -tn state syn-recv", d->enter));
	free(seen);
}

static const char *const full[] = {
	"A listen queue was full for a moment: those SYNs were dropped and clients waited a second and more",
};

static void check_listen_queues(struct doctor *d)
{
	u64 rose, total = doctor_kernel(d, "ListenOverflows", &rose);
	size_t before = d->n_findings;
	char *listening, *reset, *first;

	for (size_t i = 0; i < d->listeners.n; i++)
		check_full_queue(d, &d->listeners.v[i]);
	if (d->n_findings != before || !total)
		return;
	listening = doctor_listening(d);
	reset = queue_resets(d, rose);
	first = wait_instead(d);
	if (rose)
		doctor_find(d, HARM_FAILS, "listen_queue", full[0],
			    doctor_text("%llu connection%s found a listen queue full while doctor looked (listening here: %s)%s",
					rose, plural(rose), listening, reset),
			    doctor_text("%s%sss -ltn; then a larger backlog, and net.core.somaxconn",
					first, d->enter));
	else
		doctor_find(d, HARM_EARLIER, "listen_queue", full[0],
			    doctor_text("%llu connection%s found a listen queue full, before doctor looked (listening here: %s)%s. %s; remedy: %sa larger backlog in the program's listen(), and net.core.somaxconn",
					total, plural(total), listening, reset, full[0], first),
			    doctor_text("%sss -ltn", d->enter));
	free(listening);
	free(reset);
	free(first);
}

int doctor_limits(struct doctor *d)
{
	check_orphans(d);
	check_buckets(d);
	check_listen_queues(d);
	check_syn_queue(d);
	return EXIT_OK;
}
