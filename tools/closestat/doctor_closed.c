// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: what came after this side, or the peer, had closed: data that a RST answers, by what it
 * means, and requests that nobody answered.
 */
#include "doctor.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"

#include <stdlib.h>
#include <string.h>

#define ROW "rst_sent_data_after_close"

static bool is_idle(const struct end_group *g)
{
	return g->kind == END_IDLE;
}

static bool is_upload(const struct end_group *g)
{
	return g->kind == END_UPLOAD;
}

static bool is_tls(const struct end_group *g)
{
	static const u16 ports[] = {
		443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 3269, 4443, 5061,
		5671, 6443, 6514, 6697, 8443, 8883, 9443, 10250,
	};

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

static const struct judged after_close[] = {
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the next request came while this side closed an idle connection (a keep-alive race)",
		"The server's idle timeout is shorter than the client's: the client sees a reset, a balancer answers 502, however rare it is",
		"make the server's keep-alive (idle) timeout longer than its clients' (node: keepAliveTimeout)",
		is_idle, true, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset while the peer was still sending: an upload that was refused, as with 413",
		"The RST may overtake the answer: the client sees a reset instead of why",
		"read to the end, or shutdown(SHUT_WR) and read on, before close()",
		is_upload, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_NONE,
		"answered with a RST when the peer's last bytes came after close(), as a TLS close_notify does",
		"Nothing was lost: the answer had arrived",
		"nginx: lingering_close always; others: shutdown(SHUT_WR) and read to the end before close()",
		is_tls, false, false,
	},
	{
		"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
		"reset because the peer sent data after close()",
		"That data is lost, and the peer's next read or write fails",
		"use shutdown(SHUT_WR) and read to the end before close()",
		is_other, false, false,
	},
};

/* Without events, or before: any of the three. */
static const struct judged after_close_any = {
	"rst_sent_data_after_close", "rst_sent", "data_after_close", NULL, HARM_FAILS,
	"reset because the peer sent data after close()",
	"If it was the next request on an idle connection this is a keep-alive race, however rare: the server's keepAliveTimeout has to be longer than the client's idle timeout; if the bytes were a TLS close_notify (port 443) it is harmless; if an upload or a half-closed request, its answer is lost",
	"a longer keep-alive timeout; nginx: lingering_close always; shutdown(SHUT_WR) and read to the end before close()",
	NULL, false, false,
};

static void check_after_close(struct doctor *d)
{
	u64 rose = doctor_rose(d, ROW), before = doctor_total(d, ROW) - rose;
	u64 now[ARRAY_SIZE(after_close)], then[ARRAY_SIZE(after_close)];

	for (size_t i = 0; i < ARRAY_SIZE(after_close); i++) {
		const struct judged *j = &after_close[i];

		now[i] = ends_sum(d->ends, d->inode, j->how, j->cause, j->want).count;
		then[i] = ends_sum(&d->past, d->inode, j->how, j->cause, j->want).count;
		if (now[i])
			doctor_tell_now(d, j, now[i]);
		rose -= now[i] < rose ? now[i] : rose;
		if (then[i])
			doctor_tell_earlier(d, j, then[i]);
		before -= then[i] < before ? then[i] : before;
	}
	if (rose)
		doctor_tell_now(d, &after_close_any, rose);
	if (before)
		doctor_tell_earlier(d, &after_close_any, before);
}

static bool is_unanswered(const struct end_group *g)
{
	return g->served && g->kind == END_UNANSWERED;
}

static void tell_unanswered(struct doctor *d, const struct ends *ends, enum grade harm)
{
	static const char *const texts[] = {
		"A client that half-closes after its request (shutdown(SHUT_WR), nc -N) waits for an answer; a proxy that takes its FIN for an abort gives none (nginx: 499). A protocol that has no answers, as syslog, is well all the same",
		"nginx: proxy_ignore_client_abort on; others: answer before close()",
	};
	const char *why = texts[0], *remedy = texts[1];
	struct ends_sum sum = ends_sum(ends, d->inode, "passive_fin", NULL, is_unanswered);
	char *who, age[DURATION_SIZE];

	if (!sum.count)
		return;
	who = doctor_ends_described(d, ends, "passive_fin", NULL, is_unanswered);
	format_duration(sum.age_ms * US_PER_MS + monotonic_us() - d->began_us, age);
	doctor_find(d, harm, "unanswered", why,
		    doctor_text("%llu connection%s %s closed without one byte of answer after the peer's FIN had come first%s%s%s: %s%s%s%s%s",
				sum.count, plural(sum.count), sum.count == 1 ? "was" : "were",
				harm ? "" : ", before doctor looked, the last ",
				harm ? "" : age, harm ? "" : " ago", who, harm ? "" : ". ",
				harm ? "" : why, harm ? "" : "; remedy: ", harm ? "" : remedy),
		    doctor_text("%s", remedy));
	free(who);
}

int doctor_closed(struct doctor *d)
{
	check_after_close(d);
	tell_unanswered(d, d->ends, HARM_FAILS);
	tell_unanswered(d, &d->past, HARM_EARLIER);
	return EXIT_OK;
}
