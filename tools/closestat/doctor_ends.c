// SPDX-License-Identifier: GPL-2.0
/* doctor: connections that ended as they should not, while it watched and, as history, before. */
#include "doctor.h"
#include "endpoint.h"
#include "lib/units.h"
#include "msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A connection that was silent for so long was idle, not in the middle of something. */
#define IDLE_US (300 * US_PER_MS)
/* More than the head of a request: somebody was sending a body. */
#define UPLOAD_BYTES 65536

struct judged {
	const char *row;
	const char *how;	/* of the event; NULL: told by no event */
	const char *cause;
	const char *unless;	/* a row that tells more: where there is that one, not this */
	enum grade harm;
	const char *seen;	/* what follows "3 of 5 connections" */
	const char *why;
	const char *remedy;	/* a command, or what to change in the program */
};

static const struct judged judged[] = {
	{
		"rst_sent_unread_data", "rst_sent", "unread_data", NULL, HARM_FAILS,
		"reset by close() with data unread",
		"What was sent last may be lost to the peer: a RST discards it",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
	},
	{
		"rst_sent_linger", "rst_sent", "linger", NULL, HARM_NONE,
		"reset by SO_LINGER with a time of 0",
		"The program asks for it, as health checks and load generators do. Only data on its way is lost",
		"close() without SO_LINGER",
	},
	{
		"rst_sent_memory", "rst_sent", "memory", NULL, HARM_FAILS,
		"reset for want of memory or because of too many orphans",
		"Data not yet sent is lost",
		"closestat get tcp_max_orphans; sysctl net.ipv4.tcp_mem",
	},
	{
		"rst_sent_timeout", "rst_sent", "timeout", NULL, HARM_RISK,
		"reset when their time was over, the peer having fallen silent",
		"A timer of the kernel gave them up: FIN_WAIT2 of a socket with data, keepalive or the user timeout",
		"see that the peer is alive, and closes",
	},
	{
		"rst_sent_destroyed", "rst_sent", "destroyed", NULL, HARM_NONE,
		"ended by hand ('closestat kill', 'ss -K')",
		"An administrator or an agent ended them",
		"find what calls SOCK_DESTROY",
	},
	{
		"rst_sent_other", "rst_sent", "other", NULL, HARM_FAILS,
		"reset because the port stopped listening before it had accepted them, or for a rarer cause",
		"A listener that closes, as in a deploy, resets what waits in its queue: those clients see 'connection reset by peer'",
		"drain first: take it out of the balancer, accept what waits, then close the listener",
	},
	{
		"ended_rst_received", "rst_received", NULL, NULL, HARM_RISK,
		"reset by the peer",
		"The peer closed with data unread, had closed an idle connection already, or its program died. Look for why on its side: run doctor there",
		"an idle timeout here that is shorter than the peer's; retry what is safe to repeat",
	},
	{
		"ended_timeout", "timeout", NULL, NULL, HARM_FAILS,
		"ended because the peer no longer answered: retransmissions ran out",
		"A middlebox forgot an idle connection, or the peer or the way to it is gone. Until then the program hangs",
		"keepalive (TCP_KEEPIDLE) shorter than the time after which the middlebox forgets, and TCP_USER_TIMEOUT for a limit",
	},
	{
		"ended_connect_failed", "connect_failed", NULL, "connect_failed_refused",
		HARM_FAILS,
		"never established: connect() failed (refused, unreachable, timed out, or no port free)",
		"What wanted to connect could not",
		"see that the peer listens, and can be reached",
	},
	{
		"connect_failed_refused", "connect_failed", NULL, NULL, HARM_FAILS,
		"refused: connect() met a port where nobody listens",
		"The peer's program is not there, or not yet",
		"see that the peer listens on that port: closestat list --port PORT, there",
	},
	{
		"connect_failed_timeout", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): no answer",
		"A firewall drops the SYNs, the peer's listen queue is full, or it is gone",
		"run doctor at the peer: its listen queues; look at firewalls between",
	},
	{
		"connect_failed_unreachable", "connect_failed", NULL, NULL, HARM_FAILS,
		"given up by connect(): unreachable",
		"A router, or this host, has no way there",
		"ip route get ADDRESS",
	},
	{
		"connect_failed_no_port", "connect_failed", NULL, NULL, HARM_FAILS,
		"without a port: connect() failed with EADDRNOTAVAIL (cannot assign requested address)",
		"All local ports for that destination are held, most often by TIME_WAIT",
		"keep connections open; closestat get ip_local_port_range tcp_tw_reuse",
	},
	{
		"connect_failed_other", "connect_failed", NULL, NULL, HARM_RISK,
		"given up by connect() for another reason",
		"The program closed before it was established, or something rarer",
		"closestat monitor kind=connect_failed",
	},
	{
		"ended_fin_wait2_expired", "fin_wait2_expired", NULL, NULL, HARM_RISK,
		"closed here but never by the peer",
		"Each held a socket in FIN_WAIT2 until tcp_fin_timeout; its peers leak sockets in CLOSE_WAIT or have gone",
		"see that the peer closes: run doctor there",
	},
	{
		"time_wait_reset", NULL, NULL, NULL, HARM_RISK,
		"taken out of TIME_WAIT by a RST",
		"Behind NAT or a balancer a new connection came from a port that is still in TIME_WAIT",
		"sysctl -w net.ipv4.tcp_rfc1337=1 keeps them; better let the peer close first",
	},
	{
		"rst_sent_no_socket", NULL, NULL, NULL, HARM_RISK,
		"answered with a RST: segments that belong to no connection, or SYNs for a port where nobody listens",
		"Somebody asks for a service that is not here, or still talks to one that has gone",
		"tcpdump -ni any 'tcp[tcpflags] & tcp-rst != 0'",
	},
};

/* Where a table of its own tells about it. */
static bool counts_connections(const struct judged *j)
{
	return j->how;
}

static char *tell(const struct doctor *d, const struct judged *j, u64 n, u64 of)
{
	char *ends = j->how ? doctor_ends_described(d, j->how, j->cause, NULL) : NULL;
	char *text;

	if (!counts_connections(j))
		text = doctor_text("%llu %s", n, j->seen);
	else
		text = doctor_text("%llu of %llu connection%s that ended %s %s%s%s", n, of,
				   plural(of), n == 1 ? "was" : "were", j->seen,
				   *ends ? ": " : "", ends);
	free(ends);
	return text;
}

/* What happened before, with what it means: there are no events to ask any more. */
static void tell_earlier(struct doctor *d, const struct judged *j, u64 n)
{
	u64 ended = doctor_total(d, "ended") - doctor_rose(d, "ended");
	char *listening = j->harm == HARM_NONE ? strdup("") : doctor_listening(d);
	char of[64] = "";

	if (counts_connections(j))
		snprintf(of, sizeof(of), " of %llu connection%s that ended", ended, plural(ended));
	doctor_find(d, HARM_EARLIER, j->row, j->why,
		    doctor_text("%llu%s %s %s, before doctor looked. %s; remedy: %s%s%s%s", n, of,
				n == 1 ? "was" : "were", j->seen, j->why, j->remedy,
				listening && *listening ? " (listening here: " : "",
				listening ? : "", listening && *listening ? ")" : ""),
		    doctor_text("%s", j->remedy));
	free(listening);
}

static bool is_idle(const struct end_group *g)
{
	return g->idle && g->idle_max_us >= IDLE_US;
}

static bool is_upload(const struct end_group *g)
{
	return !is_idle(g) && g->bytes && g->received / g->count >= UPLOAD_BYTES;
}

static bool is_tls(const struct end_group *g)
{
	static const u16 ports[] = { 443, 465, 563, 636, 853, 989, 990, 993, 995, 5061, 8443 };

	for (size_t i = 0; !is_idle(g) && !is_upload(g) && i < ARRAY_SIZE(ports); i++) {
		if (g->port == ports[i])
			return true;
	}
	return false;
}

static bool is_other(const struct end_group *g)
{
	return !is_idle(g) && !is_upload(g) && !is_tls(g);
}

static const struct {
	bool (*is)(const struct end_group *group);
	struct judged j;
} after_close[] = {
	{ is_idle, {
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the next request came while this side closed an idle connection (a keep-alive race)",
		"The server's idle timeout is shorter than the client's: the client sees a reset, a balancer answers 502, however rare it is",
		"make the server's keep-alive (idle) timeout longer than its clients'",
	} },
	{ is_upload, {
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset while the peer was still sending: an upload that was refused, as with 413",
		"The RST may overtake the answer: the client sees a reset instead of why",
		"read to the end, or shutdown(SHUT_WR) and read on, before close()",
	} },
	{ is_tls, {
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_NONE,
		"answered with a RST when the peer's last bytes came after close(), as a TLS close_notify does",
		"Nothing was lost: the answer had arrived",
		"nginx: lingering_close always; others: shutdown(SHUT_WR) and read to the end before close()",
	} },
	{ is_other, {
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the peer sent data after close()",
		"That data is lost, and the peer's next read or write fails",
		"use shutdown(SHUT_WR) and read to the end before close()",
	} },
};

/* Without events, or before: any of the three. */
static const struct judged after_close_any = {
	"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
	"reset because the peer sent data after close()",
	"If it was the next request on an idle connection this is a keep-alive race, however rare: the server's keepAliveTimeout has to be longer than the client's idle timeout; if the bytes were a TLS close_notify (port 443) it is harmless; if an upload or a half-closed request, its answer is lost",
	"a longer keep-alive timeout; nginx: lingering_close always; shutdown(SHUT_WR) and read to the end before close()",
};

static u64 count(const struct doctor *d, const char *how, const char *cause,
		 bool (*want)(const struct end_group *group))
{
	u64 n = 0;

	for (size_t i = 0; d->ends && i < d->ends->n; i++) {
		const struct end_group *g = &d->ends->v[i];

		if (g->netns == d->inode && !strcmp(g->how, how) &&
		    (!cause || !strcmp(g->cause, cause)) && want(g))
			n += g->count;
	}
	return n;
}

static void check_after_close(struct doctor *d)
{
	u64 rose = doctor_rose(d, "rst_sent_data_after_close"), told = 0;
	u64 ended = doctor_rose(d, "ended");
	u64 before = doctor_total(d, "rst_sent_data_after_close") - rose;

	for (size_t i = 0; i < ARRAY_SIZE(after_close); i++) {
		const struct judged *j = &after_close[i].j;
		u64 n = count(d, j->how, j->cause, after_close[i].is);
		char *ends;

		if (!n)
			continue;
		ends = doctor_ends_described(d, j->how, j->cause, after_close[i].is);
		told += n;
		doctor_find(d, j->harm, j->row, j->why,
			    doctor_text("%llu of %llu connection%s that ended %s %s: %s", n, ended,
					plural(ended), n == 1 ? "was" : "were", j->seen, ends),
			    doctor_text("%s", j->remedy));
		free(ends);
	}
	if (rose > told)
		doctor_find(d, HARM_FAILS, after_close_any.row, after_close_any.why,
			    tell(d, &after_close_any, rose - told, ended),
			    doctor_text("%s", after_close_any.remedy));
	if (before)
		tell_earlier(d, &after_close_any, before);
}

static bool is_unanswered(const struct end_group *g)
{
	return g->served && g->unanswered;
}

static void check_unanswered(struct doctor *d)
{
	static const char remedy[] =
		"nginx: proxy_ignore_client_abort on; others: answer before close()";
	u64 n = count(d, "passive_fin", NULL, is_unanswered);
	char *ends;

	if (!n)
		return;
	ends = doctor_ends_described(d, "passive_fin", NULL, is_unanswered);
	doctor_find(d, HARM_FAILS, "unanswered",
		    "A client that half-closes after its request (shutdown(SHUT_WR), nc -N) waits for an answer; a proxy that takes its FIN for an abort gives none (nginx: 499)",
		    doctor_text("%llu connection%s %s closed without one byte of answer after the peer's FIN had come first: %s",
				n, plural(n), n == 1 ? "was" : "were", ends),
		    doctor_text("%s", remedy));
	free(ends);
}

static u64 out_rsts(const struct snapshot *s)
{
	u64 sent = counters_value(&s->kernel, "OutRsts");
	u64 ours = counters_value(&s->module.v[0].counters, "ended_rst_sent");

	return sent > ours ? sent - ours : 0;
}

static int compare_refusals(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

/* By what went over the wire: the kernel counts these RSTs among all others. */
static u64 check_refused(struct doctor *d)
{
	struct rst_watch *w = &d->rsts;
	char peer[ENDPOINT_SIZE];
	u64 n = w->lost;

	if (!w->n)
		return 0;
	qsort(w->v, w->n, sizeof(*w->v), compare_refusals);
	for (size_t i = 0; i < w->n; i++)
		n += w->v[i].count;
	endpoint_format(w->v[0].family, &w->v[0].peer, 0, peer);
	doctor_find(d, HARM_RISK, "refused",
		    "Somebody asks for a service that is not here: it has not been started, listens on another address, or has moved",
		    doctor_text("%llu RST%s answered SYNs for ports where nobody listens: %llu for port %u from %s%s",
				n, plural(n), w->v[0].count, w->v[0].port, peer,
				w->n > 1 ? " and others" : ""),
		    doctor_text("closestat list %s--port %u", d->where, w->v[0].port));
	return n;
}

/* Where the kernel does not let the module see these RSTs: all that went out, less its own. */
static void check_no_socket(struct doctor *d)
{
	const struct judged *j = &judged[ARRAY_SIZE(judged) - 1];
	u64 now = out_rsts(&d->now), before = out_rsts(&d->before);
	u64 rose = now > before ? now - before : 0, refused = check_refused(d);

	if (doctor_total(d, j->row))
		return;
	if (rose > refused)
		doctor_find(d, j->harm, j->row, j->why, tell(d, j, rose - refused, 0),
			    doctor_text("%s", j->remedy));
	if (now > rose)
		tell_earlier(d, j, now - rose);
}

int doctor_ends(struct doctor *d)
{
	const struct counters *rows = &d->now.module.v[0].counters;
	u64 ended = doctor_rose(d, "ended");

	for (size_t i = 0; i < ARRAY_SIZE(judged); i++) {
		const struct judged *j = &judged[i];
		u64 rose = doctor_rose(d, j->row), total = doctor_total(d, j->row);

		if (j->unless && counters_find(rows, j->unless))
			continue;
		if (rose)
			doctor_find(d, j->harm, j->row, j->why, tell(d, j, rose, ended),
				    doctor_text("%s", j->remedy));
		if (total > rose)
			tell_earlier(d, j, total - rose);
	}
	check_no_socket(d);
	check_after_close(d);
	check_unanswered(d);
	return EXIT_OK;
}
