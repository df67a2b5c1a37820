// SPDX-License-Identifier: GPL-2.0
/* doctor: connections that ended as they should not, while it watched and, as history, before. */
#include "doctor.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static u64 error_of(const struct end_group *g)
{
	u64 err = 0;

	parse_u64(g->err, &err);
	return err;
}

static bool was_refused(const struct end_group *g)
{
	return error_of(g) == ECONNREFUSED || error_of(g) == ECONNRESET;
}

static bool had_no_answer(const struct end_group *g)
{
	return error_of(g) == ETIMEDOUT;
}

static bool had_no_port(const struct end_group *g)
{
	return error_of(g) == EADDRNOTAVAIL;
}

static bool was_unreachable(const struct end_group *g)
{
	switch (error_of(g)) {
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case EACCES:
		return true;
	default:
		return false;
	}
}

static bool failed_otherwise(const struct end_group *g)
{
	return !was_refused(g) && !had_no_answer(g) && !had_no_port(g) && !was_unreachable(g);
}

static const struct judged judged[] = {
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_FAILS,
		"reset by close() with data unread",
		"What was sent last, such as a 413 to an upload, may be lost to the peer: a RST discards it",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
		NULL, false, false,
	},
	{
		"rst_sent_linger", "rst_sent", "linger", NULL, HARM_NONE,
		"reset by SO_LINGER with a time of 0",
		"The program asks for it, as health checks and load generators do. Only data on its way is lost",
		"close() without SO_LINGER",
		NULL, false, false,
	},
	{
		"rst_sent_timeout", "rst_sent", "timeout", NULL, HARM_RISK,
		"reset when their time was over, the peer having fallen silent",
		"A timer of the kernel gave them up: FIN_WAIT2 of a socket with data, keepalive or the user timeout",
		"see that the peer is alive, and closes",
		NULL, false, false,
	},
	{
		"rst_sent_destroyed", "rst_sent", "destroyed", NULL, HARM_NONE,
		"ended by hand ('closestat kill', 'ss -K')",
		"An administrator or an agent ended them",
		"find what calls SOCK_DESTROY",
		NULL, false, false,
	},
	{
		"rst_sent_other", "rst_sent", "other", NULL, HARM_FAILS,
		"reset because the port stopped listening before it had accepted them, or for a rarer cause",
		"A listener that closes, as in a deploy, resets what waits in its queue: those clients see 'connection reset by peer'",
		"drain first: take it out of the balancer, accept what waits, then close the listener",
		NULL, false, false,
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_RISK,
		"reset by the peer",
		"A healthy peer sends next to none, and one may be one failed request. It closed with data unread, had closed an idle connection already, or its program died; why is known on its side: run doctor there",
		"an idle timeout here that is shorter than the peer's; retry what is safe to repeat",
		NULL, false, false,
	},
	{
		"ended_timeout", "timeout", NULL, NULL, HARM_FAILS,
		"given up because the peer no longer answered: retransmissions ran out",
		"A middlebox forgot an idle connection, or the peer or the way to it is gone. Until then the program hangs",
		"keepalive (TCP_KEEPIDLE) shorter than the time after which the middlebox forgets, and TCP_USER_TIMEOUT for a limit",
		NULL, true, false,
	},
	{
		"ended_connect_failed", "connect_failed", NULL, "connect_failed_refused",
		HARM_FAILS,
		"never established: connect() failed (refused, unreachable, timed out, or no port free)",
		"What wanted to connect could not",
		"see that the peer listens, and can be reached",
		NULL, false, false,
	},
	{
		"connect_failed_refused", "connect_failed", NULL, NULL, HARM_FAILS,
		"refused: connect() met a port where nobody listens",
		"The peer's program is not there, or not yet",
		"see that the peer listens on that port: closestat list --port PORT, there",
		was_refused, false, false,
	},
	{
		"connect_failed_timeout", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): no answer",
		"A firewall drops the SYNs, the peer's listen queue is full, or it is gone",
		"run doctor at the peer: its listen queues; look at firewalls between",
		had_no_answer, false, false,
	},
	{
		"connect_failed_unreachable", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): unreachable",
		"A router, or this host, has no way there",
		"ip route get PEER",
		was_unreachable, false, true,
	},
	{
		"connect_failed_no_port", "connect_failed", NULL, NULL, HARM_FAILS,
		"without a port: connect() failed with EADDRNOTAVAIL (cannot assign requested address)",
		"All local ports for that destination are held, most often by TIME_WAIT. Best is to keep connections open",
		"closestat get ip_local_port_range tcp_tw_reuse",
		had_no_port, false, true,
	},
	{
		"connect_failed_other", "connect_failed", NULL, NULL, HARM_RISK,
		"given up by the program before connect() had an answer, or for a rarer reason",
		"Its own timeout was shorter than the kernel's: as without it, a firewall drops the SYNs, the peer's listen queue is full, or the peer is gone",
		"closestat monitor kind=connect_failed",
		failed_otherwise, false, true,
	},
	{
		"ended_fin_wait2_expired", "fin_wait2_expired", NULL, NULL, HARM_RISK,
		"closed here but never by the peer",
		"Each held a socket in FIN_WAIT2 until tcp_fin_timeout; its peers leak sockets in CLOSE_WAIT or have gone; or tcp_max_tw_buckets left no room to wait in",
		"see that the peer closes: run doctor there",
		NULL, false, false,
	},
	{
		"time_wait_reset", NULL, "TIME_WAIT", NULL, HARM_RISK,
		"ended by a RST",
		"Behind NAT or a balancer a new connection came from a port that is still in TIME_WAIT; or the peer sent its FIN twice, and had gone when the second was answered. Best is to let the peer close first",
		"sysctl -w net.ipv4.tcp_rfc1337=1",
		NULL, false, true,
	},
};

/* Those without an event are no connections that end. */
static bool counts_connections(const struct judged *j)
{
	return j->how;
}

/* "3 of 300 connections that ended were reset (1 %)" */
static char *counted(const struct judged *j, u64 n, u64 of)
{
	char share[32] = "";

	if (!counts_connections(j))
		return doctor_text("%llu %s%s %s %s", n, j->cause, plural(n),
				   n == 1 ? "was" : "were", j->seen);
	if (n < of)
		snprintf(share, sizeof(share), " (%.2g %%)", n * 100.0 / of);
	return doctor_text("%llu of %llu connection%s that ended %s %s%s", n, of, plural(of),
			   n == 1 ? "was" : "were", j->seen, share);
}

/* Where it tells something how long nothing had gone either way. */
static char *idle_before(const struct judged *j, const struct ends_sum *sum)
{
	char text[DURATION_SIZE];

	if (!j->idle || !sum->idle_max_us)
		return doctor_text("%s", "");
	return doctor_text(", idle for %s before", format_duration(sum->idle_max_us, text));
}

/* The peer of most of them. */
static const char *peer_of(const struct doctor *d, const struct ends *ends, const struct judged *j)
{
	for (size_t i = 0; ends && i < ends->n; i++) {
		if (ends_match(&ends->v[i], d->inode, j->how, j->cause, j->want))
			return ends->v[i].peer;
	}
	return "PEER";
}

/* A command of ours is told the namespace, another is run in it. */
static char *remedy_of(const struct doctor *d, const struct ends *ends, const struct judged *j)
{
	static const char ours[] = "closestat ";
	const char *peer = strstr(j->remedy, "PEER");
	size_t verb = strlen(ours) + strcspn(j->remedy + strlen(ours), " ") + 1;

	if (!j->here)
		return doctor_text("%s", j->remedy);
	if (!strncmp(j->remedy, ours, strlen(ours)))
		return doctor_text("%.*s%s%s", (int)verb, j->remedy, d->where, j->remedy + verb);
	if (peer)
		return doctor_text("%s%.*s%s", d->enter, (int)(peer - j->remedy), j->remedy,
				   peer_of(d, ends, j));
	return doctor_text("%s%s", d->enter, j->remedy);
}

void doctor_tell_now(struct doctor *d, const struct judged *j, u64 n)
{
	char *text = counted(j, n, doctor_rose(d, "ended")), *ends, *idle;
	struct ends_sum sum;

	if (!j->how) {
		doctor_find(d, j->harm, j->row, j->why, text, remedy_of(d, NULL, j));
		return;
	}
	/* To the event a retransmission is data. */
	sum = ends_sum(strcmp(j->how, "timeout") ? d->ends : &d->lately, d->inode, j->how,
		       j->cause, j->want);
	ends = doctor_ends_described(d, d->ends, j->how, j->cause, j->want);
	idle = idle_before(j, &sum);
	doctor_find(d, j->harm, j->row, j->why,
		    doctor_text("%s%s%s%s", text, idle, *ends ? ": " : "", ends),
		    remedy_of(d, d->ends, j));
	free(text);
	free(ends);
	free(idle);
}

/* Of ends that the module has not kept, who listens here is all there is to go by. */
static char *not_kept(const struct doctor *d, const struct judged *j)
{
	char *listening = j->harm == HARM_NONE ? doctor_text("%s", "") : doctor_listening(d);
	char *text = doctor_text(", before doctor looked%s%s%s",
				 *listening ? " (listening here: " : "", listening,
				 *listening ? ")" : "");

	free(listening);
	return text;
}

static char *kept(const struct doctor *d, const struct judged *j, const struct ends_sum *sum)
{
	char *ends = doctor_ends_described(d, &d->past, j->how, j->cause, j->want);
	char *idle = idle_before(j, sum), *text, age[DURATION_SIZE];
	u64 ago_us = monotonic_us() - d->began_us;

	text = doctor_text("%s, before doctor looked, the last %s ago: %s", idle,
			   format_duration(sum->age_ms * US_PER_MS + ago_us, age), ends);
	free(idle);
	free(ends);
	return text;
}

void doctor_tell_earlier(struct doctor *d, const struct judged *j, u64 n)
{
	char *text = counted(j, n, doctor_total(d, "ended") - doctor_rose(d, "ended"));
	struct ends_sum sum = { 0 };
	char *what, *remedy;

	if (j->how)
		sum = ends_sum(&d->past, d->inode, j->how, j->cause, j->want);
	what = sum.count ? kept(d, j, &sum) : not_kept(d, j);
	remedy = remedy_of(d, &d->past, j);
	doctor_find(d, HARM_EARLIER, j->row, j->why,
		    doctor_text("%s%s. %s; remedy: %s", text, what, j->why, remedy), remedy);
	free(text);
	free(what);
}

/* A FIN that is sent twice may find nobody there any more: the RST to it ends the TIME_WAIT. */
static bool was_sent_twice(const struct doctor *d, const struct judged *j, u64 n)
{
	return !strcmp(j->row, "time_wait_reset") && n <= doctor_rose(d, "fin_retransmits");
}

int doctor_ends(struct doctor *d)
{
	const struct counters *rows = &d->now.module.v[0].counters;

	for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
		const struct judged *j = &judged[i];
		u64 rose = doctor_rose(d, j->row), total = doctor_total(d, j->row);

		if (j->unless && counters_find(rows, j->unless))
			continue;
		if (rose && !was_sent_twice(d, j, rose))
			doctor_tell_now(d, j, rose);
		if (total > rose)
			doctor_tell_earlier(d, j, total - rose);
	}
	return EXIT_OK;
}
