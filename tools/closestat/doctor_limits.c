// SPDX-License-Identifier: GPL-2.0
/* doctor: TIME_WAITs that are many, limits that are near: TIME_WAIT buckets, listen queues. */
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

/* From there on they are told, where they do no harm. */
#define MANY_TIME_WAITS 1000

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

static bool is_found(const struct doctor *d, const char *check)
{
	for (size_t i = 0; i < d->n_findings; i++) {
		if (!strcmp(d->findings[i].check, check))
			return true;
	}
	return false;
}

/* People see them, and wonder. */
static void check_many(struct doctor *d)
{
	u64 n = doctor_total(d, "time_wait");

	if (n < MANY_TIME_WAITS || is_found(d, "ports") || is_found(d, "bound_ports") ||
	    is_found(d, "overflow"))
		return;
	doctor_find(d, HARM_NONE, "time_wait",
		    "Each takes some 250 bytes until it ends by itself, keeps a late segment from the next connection, and no connect() lacks a port for them: those of a service are all on its own port",
		    doctor_text("%llu connections are in TIME_WAIT: closed here first", n),
		    doctor_text("closestat list %s--state time-wait", d->where));
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
	"The kernel says 'possible SYN flooding': a flood, or more clients at a time than the backlog of listen(). With a cookie a connection lacks window scaling and SACK, unless it has timestamps; dropped, its client waits a second and more",
};

/* What tcp_conn_request() has dropped, or given a cookie. */
struct half_open {
	u64 cookies;
	u64 dropped;
};

/*
 * Without cookies it drops at three quarters of tcp_max_syn_backlog, too, where the backlog has
 * room, which ListenDrops alone counts.
 */
static u64 over_max_syn_backlog(const struct doctor *d, u64 *rose)
{
	u64 max, overflows_rose, full_rose;
	u64 drops = doctor_kernel(d, "ListenDrops", rose);
	u64 overflows = doctor_kernel(d, "ListenOverflows", &overflows_rose);
	u64 dropped = doctor_kernel(d, "TCPReqQFullDrop", &full_rose);
	bool limits = false;

	if (!procfile_number("sys/net/ipv4/tcp_max_syn_backlog", &max)) {
		for (size_t i = 0; i < d->listeners.n; i++)
			limits = limits || d->listeners.v[i].wqueue > max - max / 4;
	}
	overflows += dropped;
	overflows_rose += full_rose;
	*rose = limits && *rose > overflows_rose ? *rose - overflows_rose : 0;
	return limits && drops > overflows ? drops - overflows : 0;
}

static void read_half_open(const struct doctor *d, u64 syncookies, struct half_open *total,
			   struct half_open *rose)
{
	u64 more_rose;

	total->dropped = doctor_kernel(d, "TCPReqQFullDrop", &rose->dropped);
	total->cookies = doctor_kernel(d, "TCPReqQFullDoCookies", &rose->cookies);
	if (syncookies == 2) {
		/* Each SYN gets one, whatever room there is. */
		total->cookies = 0;
		rose->cookies = 0;
	}
	if (!syncookies) {
		total->dropped += over_max_syn_backlog(d, &more_rose);
		rose->dropped += more_rose;
	}
}

static char *more_half_open(const struct doctor *d, u64 syncookies)
{
	u32 least = ~0U;

	if (!syncookies)
		return doctor_text("%ssysctl -w net.ipv4.tcp_syncookies=1", d->enter);
	for (size_t i = 0; i < d->listeners.n; i++)
		least = MIN(least, d->listeners.v[i].wqueue);
	return more_room(d, d->listeners.n ? least : 0);
}

/* Connections that are not established yet have a limit of their own. */
static void check_syn_queue(struct doctor *d)
{
	struct half_open total, rose, n;
	char *who, *seen, *remedy;
	u64 syncookies;
	bool now;

	if (procfile_number("sys/net/ipv4/tcp_syncookies", &syncookies))
		syncookies = 1;
	read_half_open(d, syncookies, &total, &rose);
	if (!total.cookies && !total.dropped)
		return;
	now = rose.cookies || rose.dropped;
	n = now ? rose : total;
	who = doctor_dropping(d, now);
	seen = doctor_text("SYNs met a listener with no room for more half-open connections: %llu got a cookie, %llu were dropped%s doctor looked (%s)",
			   n.cookies, n.dropped, now ? " while" : ", before", who);
	free(who);
	remedy = more_half_open(d, syncookies);
	if (now) {
		doctor_find(d, n.dropped ? HARM_FAILS : HARM_RISK, "syn_queue", no_room[0], seen,
			    remedy);
		return;
	}
	doctor_find(d, HARM_EARLIER, "syn_queue", no_room[0],
		    doctor_text("%s. %s; remedy: %s", seen, no_room[0], remedy), remedy);
	free(seen);
}

static const char *const full[] = {
	"A listen queue was full for a moment: those SYNs were dropped and clients waited a second and more",
};

static void check_listen_queues(struct doctor *d)
{
	u64 rose, total = doctor_kernel(d, "ListenOverflows", &rose);
	size_t before = d->n_findings;
	char *who, *reset, *first;

	for (size_t i = 0; i < d->listeners.n; i++)
		check_full_queue(d, &d->listeners.v[i]);
	if (d->n_findings != before || !total)
		return;
	who = doctor_dropping(d, rose);
	reset = queue_resets(d, rose);
	first = wait_instead(d);
	if (rose)
		doctor_find(d, HARM_FAILS, "listen_queue", full[0],
			    doctor_text("%llu connection%s found a listen queue full while doctor looked (%s)%s",
					rose, plural(rose), who, reset),
			    doctor_text("%s%sss -ltn; then a larger backlog, and net.core.somaxconn",
					first, d->enter));
	else
		doctor_find(d, HARM_EARLIER, "listen_queue", full[0],
			    doctor_text("%llu connection%s found a listen queue full, before doctor looked (%s)%s. %s; remedy: %sa larger backlog in the program's listen(), and net.core.somaxconn",
					total, plural(total), who, reset, full[0], first),
			    doctor_text("%sss -ltn", d->enter));
	free(who);
	free(reset);
	free(first);
}

int doctor_limits(struct doctor *d)
{
	check_buckets(d);
	check_many(d);
	check_listen_queues(d);
	check_syn_queue(d);
	return EXIT_OK;
}
