// SPDX-License-Identifier: GPL-2.0
/* Counts: their names, adding them up, and the rows computed from them. */
#include "counters.h"

#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/tcp_states.h>

static const char * const names[TCS_N_ROWS] = {
	[TCS_ROW_VERSION] = "version",
	[TCS_ROW_ENDED] = "ended",
	[TCS_ROW_ENDED_ACTIVE_FIN] = "ended_active_fin",
	[TCS_ROW_ENDED_PASSIVE_FIN] = "ended_passive_fin",
	[TCS_ROW_ENDED_SIMULTANEOUS_FIN] = "ended_simultaneous_fin",
	[TCS_ROW_ENDED_RST_SENT] = "ended_rst_sent",
	[TCS_ROW_ENDED_RST_RECEIVED] = "ended_rst_received",
	[TCS_ROW_ENDED_TIMEOUT] = "ended_timeout",
	[TCS_ROW_ENDED_FIN_WAIT2_EXPIRED] = "ended_fin_wait2_expired",
	[TCS_ROW_ENDED_CONNECT_FAILED] = "ended_connect_failed",
	[TCS_ROW_ENDED_OTHER] = "ended_other",
	[TCS_ROW_RST_SENT_UNREAD_DATA] = "rst_sent_unread_data",
	[TCS_ROW_RST_SENT_LINGER] = "rst_sent_linger",
	[TCS_ROW_RST_SENT_DATA_AFTER_CLOSE] = "rst_sent_data_after_close",
	[TCS_ROW_RST_SENT_MEMORY] = "rst_sent_memory",
	[TCS_ROW_RST_SENT_TIMEOUT] = "rst_sent_timeout",
	[TCS_ROW_RST_SENT_DESTROYED] = "rst_sent_destroyed",
	[TCS_ROW_RST_SENT_OTHER] = "rst_sent_other",
	[TCS_ROW_RST_SENT_NO_SOCKET] = "rst_sent_no_socket",
	[TCS_ROW_FIN_WAIT1_ENTERED] = "fin_wait1_entered",
	[TCS_ROW_FIN_WAIT2_ENTERED] = "fin_wait2_entered",
	[TCS_ROW_CLOSING_ENTERED] = "closing_entered",
	[TCS_ROW_CLOSE_WAIT_ENTERED] = "close_wait_entered",
	[TCS_ROW_LAST_ACK_ENTERED] = "last_ack_entered",
	[TCS_ROW_TIME_WAIT_ENTERED] = "time_wait_entered",
	[TCS_ROW_FIN_WAIT1] = "fin_wait1",
	[TCS_ROW_FIN_WAIT2] = "fin_wait2",
	[TCS_ROW_CLOSING] = "closing",
	[TCS_ROW_CLOSE_WAIT] = "close_wait",
	[TCS_ROW_LAST_ACK] = "last_ack",
	[TCS_ROW_TIME_WAIT] = "time_wait",
	[TCS_ROW_TIME_WAIT_SHORTENED] = "time_wait_shortened",
	[TCS_ROW_TIME_WAIT_GUARDED] = "time_wait_guarded",
	[TCS_ROW_TIME_WAIT_REARMED] = "time_wait_rearmed",
	[TCS_ROW_TIME_WAIT_EXPIRED] = "time_wait_expired",
	[TCS_ROW_TIME_WAIT_REUSED] = "time_wait_reused",
	[TCS_ROW_TIME_WAIT_RESET] = "time_wait_reset",
	[TCS_ROW_TIME_WAIT_PURGED] = "time_wait_purged",
	[TCS_ROW_FIN_RETRANSMITS] = "fin_retransmits",
	[TCS_ROW_RECORDS] = "records",
	[TCS_ROW_RECORD_FAILURES] = "record_failures",
};

/* No name is longer than what this leaves it. */
char tcs_rows_text[TCS_N_ROWS * 32] __ro_after_init;
unsigned int tcs_rows_len __ro_after_init;
unsigned short tcs_rows_at[TCS_N_ROWS] __ro_after_init;

/**
 * tcs_counters_init() - write the rows down as they are when all are 0
 *
 * Process context.
 */
void __init tcs_counters_init(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < TCS_N_ROWS; i++) {
		n += scnprintf(tcs_rows_text + n, sizeof(tcs_rows_text) - n,
			       "%s 0\n", names[i]);
		tcs_rows_at[i] = n - strlen("0\n");
	}
	tcs_rows_len = n;
}

static void fold(const struct tcs_stats __percpu *stats, u64 *sum,
		 unsigned int from, unsigned int to)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct tcs_stats *s = per_cpu_ptr(stats, cpu);

		for (i = from; i < to; i++)
			sum[i] += READ_ONCE(s->count[i]);
	}
}

/*
 * Where to pause when cells are read from the last to the first. RFC 9293, figure
 * 5: FIN_WAIT2 and CLOSING come after FIN_WAIT1, LAST_ACK after CLOSE_WAIT, and the
 * numbers of TCP's states are in that order.
 */
static const unsigned char pauses[] = {
	TCS_PASSIVE,
	TCS_TW_BEGUN,
	TCS_ENTERED + TCP_LAST_ACK,
	TCS_ENTERED + TCP_FIN_WAIT2,
	0,
};

/**
 * tcs_counters_fold() - add up the cells of all CPUs
 * @stats: the cells
 * @sum: TCS_N_COUNTS sums, added to (so that several sets can be added up)
 *
 * Process context. Counts may move on meanwhile; see enum tcs_count for what
 * holds between the sums all the same.
 */
void tcs_counters_fold(const struct tcs_stats __percpu *stats, u64 *sum)
{
	unsigned int from, to = TCS_N_COUNTS;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pauses); i++) {
		from = pauses[i];
		fold(stats, sum, from, to);
		to = from;
		/*
		 * Who left a state that was read has entered it before, in the order
		 * of the socket's lock, or of the record's for a timewait socket: do not
		 * let the entries be read early.
		 */
		smp_rmb();
	}
}

static const unsigned char tcp_states[TCS_N_STATES] = {
	[TCS_FIN_WAIT1] = TCP_FIN_WAIT1,
	[TCS_FIN_WAIT2] = TCP_FIN_WAIT2,
	[TCS_CLOSING] = TCP_CLOSING,
	[TCS_CLOSE_WAIT] = TCP_CLOSE_WAIT,
	[TCS_LAST_ACK] = TCP_LAST_ACK,
	[TCS_TIME_WAIT] = TCP_TIME_WAIT,
};

static u64 add_up(const u64 *cell, unsigned int n)
{
	u64 sum = 0;

	while (n--)
		sum += cell[n];
	return sum;
}

/**
 * tcs_counters_rows() - compute the rows of a file
 * @sum: TCS_N_COUNTS sums of tcs_counters_fold()
 * @row: TCS_N_ROWS values, all set
 */
void tcs_counters_rows(const u64 *sum, u64 *row)
{
	unsigned int i;

	row[TCS_ROW_VERSION] = 1;

	for (i = 0; i < TCS_N_RST; i++)
		row[TCS_ROW_RST_SENT_UNREAD_DATA + i] = sum[TCS_RST + i];
	row[TCS_ROW_RST_SENT_NO_SOCKET] = sum[TCS_RST_NO_SOCKET];

	row[TCS_ROW_ENDED_ACTIVE_FIN] = sum[TCS_ENDED + TCS_ENDED_ACTIVE_FIN] +
					sum[TCS_TW_BEGUN];
	row[TCS_ROW_ENDED_PASSIVE_FIN] =
		sum[TCS_ENDED + TCS_ENDED_PASSIVE_FIN] + sum[TCS_PASSIVE];
	row[TCS_ROW_ENDED_SIMULTANEOUS_FIN] =
		sum[TCS_ENDED + TCS_ENDED_SIMULTANEOUS_FIN] +
		sum[TCS_TW_BEGUN + 1];
	row[TCS_ROW_ENDED_RST_SENT] = add_up(sum + TCS_RST, TCS_N_RST);
	row[TCS_ROW_ENDED_RST_RECEIVED] =
		sum[TCS_ENDED + TCS_ENDED_RST_RECEIVED];
	row[TCS_ROW_ENDED_TIMEOUT] = sum[TCS_ENDED + TCS_ENDED_TIMEOUT];
	row[TCS_ROW_ENDED_FIN_WAIT2_EXPIRED] =
		sum[TCS_ENDED + TCS_ENDED_FIN_WAIT2_EXPIRED];
	row[TCS_ROW_ENDED_CONNECT_FAILED] =
		sum[TCS_ENDED + TCS_ENDED_CONNECT_FAILED];
	row[TCS_ROW_ENDED_OTHER] = sum[TCS_ENDED + TCS_ENDED_OTHER];
	row[TCS_ROW_ENDED] = add_up(sum + TCS_ENDED, TCS_N_ENDED) +
			     add_up(sum + TCS_TW_BEGUN, 2) +
			     sum[TCS_PASSIVE] + row[TCS_ROW_ENDED_RST_SENT];

	for (i = 0; i < TCS_N_STATES; i++) {
		row[TCS_ROW_FIN_WAIT1_ENTERED + i] =
			sum[TCS_ENTERED + tcp_states[i]];
		row[TCS_ROW_FIN_WAIT1 + i] = sum[TCS_BASELINE + i];
		if (i != TCS_TIME_WAIT)
			row[TCS_ROW_FIN_WAIT1 + i] -= sum[TCS_LEFT + i];
	}
	row[TCS_ROW_TIME_WAIT_ENTERED] += add_up(sum + TCS_TW_BEGUN, 2);
	for (i = 0; i < TCS_N_STATES; i++)
		row[TCS_ROW_FIN_WAIT1 + i] += row[TCS_ROW_FIN_WAIT1_ENTERED + i];

	row[TCS_ROW_FIN_WAIT1] -= row[TCS_ROW_FIN_WAIT2_ENTERED] +
				  row[TCS_ROW_CLOSING_ENTERED];
	row[TCS_ROW_FIN_WAIT2] -= sum[TCS_TW_BEGUN];
	row[TCS_ROW_CLOSING] -= sum[TCS_TW_BEGUN + 1];
	row[TCS_ROW_CLOSE_WAIT] -= row[TCS_ROW_LAST_ACK_ENTERED];
	row[TCS_ROW_LAST_ACK] -= sum[TCS_PASSIVE];
	row[TCS_ROW_TIME_WAIT] -= add_up(sum + TCS_TW_ENDED, TCS_N_TW_END);

	row[TCS_ROW_TIME_WAIT_SHORTENED] = sum[TCS_TW_SHORTENED];
	row[TCS_ROW_TIME_WAIT_GUARDED] = sum[TCS_TW_GUARDED];
	row[TCS_ROW_TIME_WAIT_REARMED] = sum[TCS_TW_REARMED];
	for (i = 0; i < TCS_N_TW_END; i++)
		row[TCS_ROW_TIME_WAIT_EXPIRED + i] = sum[TCS_TW_ENDED + i];

	row[TCS_ROW_FIN_RETRANSMITS] = sum[TCS_FIN_RETRANSMITS];
	row[TCS_ROW_RECORDS] = sum[TCS_RECORD_MADE] - sum[TCS_RECORD_FREED];
	row[TCS_ROW_RECORD_FAILURES] = sum[TCS_RECORD_FAILURES];
}

/**
 * tcs_counters_move() - add one set of cells to another
 * @to: added to, while others may be adding as well
 * @from: no longer written by anybody
 *
 * Process context, may be preempted.
 */
void tcs_counters_move(struct tcs_stats __percpu *to,
		       const struct tcs_stats __percpu *from)
{
	unsigned int cpu, i;

	/* Both are arrays of u64 only: one loop serves all cells. */
	BUILD_BUG_ON(sizeof(struct tcs_stats) % sizeof(u64));
	BUILD_BUG_ON(TCS_ROW_RST_SENT_OTHER - TCS_ROW_RST_SENT_UNREAD_DATA + 1 !=
		     TCS_N_RST);
	BUILD_BUG_ON(TCS_ROW_TIME_WAIT_PURGED - TCS_ROW_TIME_WAIT_EXPIRED + 1 !=
		     TCS_N_TW_END);
	BUILD_BUG_ON(TCS_ROW_TIME_WAIT - TCS_ROW_FIN_WAIT1 + 1 != TCS_N_STATES);

	for_each_possible_cpu(cpu) {
		const u64 *cell = (const u64 *)per_cpu_ptr(from, cpu);

		for (i = 0; i < sizeof(struct tcs_stats) / sizeof(u64); i++)
			if (cell[i])
				this_cpu_add(*((u64 __percpu *)to + i), cell[i]);
	}
}
