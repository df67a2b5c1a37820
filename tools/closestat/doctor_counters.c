// SPDX-License-Identifier: GPL-2.0
/* doctor: ends that should not be, by the counters. */
#include "doctor.h"
#include "msg.h"

#include <stdbool.h>
#include <sys/param.h>

/* Of all connections that ended, in percent: what is rarer is not worth a word. */
#define WORTH_PERCENT 1

static const struct counters *now(const struct doctor *d)
{
	return &d->now.module.v[0].counters;
}

static bool worth_a_word(const struct doctor *d, u64 count)
{
	return count && count >= counters_value(now(d), "ended") / 100 * WORTH_PERCENT;
}

static u64 given_up(const struct doctor *d)
{
	return counters_value(&d->now.kernel, "TCPTimeWaitOverflow");
}

static void check_overflow(struct doctor *d)
{
	u64 overflows = given_up(d);

	if (!overflows)
		return;
	doctor_find(d, "overflow",
		    "Those connections ended without TIME_WAIT: a late segment meets a new connection or gets a RST",
		    doctor_text("%llu TIME_WAITs were given up because tcp_max_tw_buckets was reached",
				overflows),
		    doctor_text("closestat set %stcp_max_tw_buckets=262144", d->where));
}

static void check_expired_fin_wait2(struct doctor *d)
{
	u64 expired = counters_value(now(d), "ended_fin_wait2_expired");

	/*
	 * FIN_WAIT2 after close() takes a bucket as well. Without one it ends at once,
	 * which check_overflow() tells already.
	 */
	expired -= MIN(expired, given_up(d));
	if (!worth_a_word(d, expired))
		return;
	doctor_find(d, "fin_wait2_expired",
		    "Each held a socket in FIN_WAIT2 until tcp_fin_timeout; its peers leak sockets in CLOSE_WAIT or have gone",
		    doctor_text("%llu of %llu connections were closed here but never by the peer",
				expired, counters_value(now(d), "ended")),
		    doctor_text("closestat set %stcp_fin_timeout=15", d->where));
}

static const struct {
	const char *counter;
	const char *seen;
	const char *why;
	const char *command;
} resets[] = {
	{
		"rst_sent_unread_data", "by close() with data unread",
		"What was sent last may be lost to the peer: a RST discards it",
		"read to the end before close(), or shutdown(SHUT_WR) and wait for the peer's FIN",
	},
	{
		"rst_sent_data_after_close", "because the peer sent data after close()",
		"The peer's data is lost and its next write fails",
		"use shutdown(SHUT_WR) and read to the end before close()",
	},
	{
		"rst_sent_memory", "for want of memory or because of too many orphans",
		"Data not yet sent is lost",
		"closestat get tcp_max_orphans; sysctl net.ipv4.tcp_mem",
	},
	{
		"rst_sent_other", "for a reason of its own",
		"It is none of those that applications usually give",
		"closestat monitor kind=rst_sent",
	},
};

static void check_resets(struct doctor *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(resets); i++) {
		u64 count = counters_value(now(d), resets[i].counter);

		if (worth_a_word(d, count))
			doctor_find(d, resets[i].counter, resets[i].why,
				    doctor_text("%llu connections were reset %s", count,
						resets[i].seen),
				    doctor_text("%s", resets[i].command));
	}
}

int doctor_counters(struct doctor *d)
{
	check_overflow(d);
	check_expired_fin_wait2(d);
	check_resets(d);
	return EXIT_OK;
}
