/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted, and how counts are added and read.
 *
 * A count is a 64-bit cell per CPU and namespace; adding is one instruction that
 * may be preempted, reading adds the cells up. Gauges and sums are not kept:
 * they are computed from one and the same reading of the counts, so that the
 * identities between the rows of a file hold whenever it is read.
 */
#ifndef TCS_COUNTERS_H
#define TCS_COUNTERS_H

#include "compat/kernel.h"

#include <linux/percpu.h>
#include <linux/types.h>

#include "fault_inject.h"
#include "classify.h"
#include "hist.h"

/* How a TIME_WAIT ended. */
enum tcs_tw_end {
	TCS_TW_EXPIRED,
	TCS_TW_REUSED,
	TCS_TW_RESET,
	TCS_TW_PURGED,
	TCS_N_TW_END,
};

/*
 * Cells. An event of a connection that closes as most do is one cell, which stands
 * for all that it changes: what is entered, what is left, and how it ended.
 * The state that a full socket comes from need not be told, but for TIME_WAIT:
 * tcp_rcv_state_process(), tcp_fin() and tcp_close_state() know one way into each.
 *
 * What lets a gauge fall comes behind what lets it rise, and is read first: a
 * reader never sees a socket leave a state that it did not see it enter. See
 * tcs_counters_fold().
 */
enum tcs_count {
	TCS_ENDED,					/* per tcs_ended */
	TCS_RST = TCS_ENDED + TCS_N_ENDED,		/* per tcs_rst */
	TCS_RST_NO_SOCKET = TCS_RST + TCS_N_RST,
	TCS_TW_SHORTENED,
	TCS_TW_GUARDED,
	TCS_TW_REARMED,
	TCS_FIN_RETRANSMITS,
	TCS_RECORD_FAILURES,
	TCS_RECORD_MADE,
	/* Sockets found in a state when the module was loaded. */
	TCS_BASELINE,					/* per state */

	/* Per state of TCP, which spares whoever counts to translate it. */
	TCS_ENTERED = TCS_BASELINE + TCS_N_STATES,
	/* TIME_WAIT begins with a full socket in FIN_WAIT2, in CLOSING. */
	TCS_TW_BEGUN = TCS_ENTERED + TCS_N_TCP_STATES,

	/* LAST_ACK ends as it should. */
	TCS_PASSIVE = TCS_TW_BEGUN + 2,
	/* A state is left for none that is entered next, but by a timewait socket. */
	TCS_LEFT,					/* per state, but TIME_WAIT */
	TCS_TW_ENDED = TCS_LEFT + TCS_TIME_WAIT,	/* per tcs_tw_end */
	TCS_RECORD_FREED = TCS_TW_ENDED + TCS_N_TW_END,
	TCS_N_COUNTS,
};

/* One CPU's cells of one namespace. */
struct tcs_stats {
	u64 count[TCS_N_COUNTS];
	struct tcs_hist hist[TCS_N_HIST];
};

/* The rows of /proc/net/tcp_closestat. */
enum tcs_row {
	TCS_ROW_VERSION,
	TCS_ROW_ENDED,
	TCS_ROW_ENDED_ACTIVE_FIN,
	TCS_ROW_ENDED_PASSIVE_FIN,
	TCS_ROW_ENDED_SIMULTANEOUS_FIN,
	TCS_ROW_ENDED_RST_SENT,
	TCS_ROW_ENDED_RST_RECEIVED,
	TCS_ROW_ENDED_TIMEOUT,
	TCS_ROW_ENDED_FIN_WAIT2_EXPIRED,
	TCS_ROW_ENDED_CONNECT_FAILED,
	TCS_ROW_ENDED_OTHER,
	TCS_ROW_RST_SENT_UNREAD_DATA,
	TCS_ROW_RST_SENT_LINGER,
	TCS_ROW_RST_SENT_DATA_AFTER_CLOSE,
	TCS_ROW_RST_SENT_MEMORY,
	TCS_ROW_RST_SENT_TIMEOUT,
	TCS_ROW_RST_SENT_DESTROYED,
	TCS_ROW_RST_SENT_OTHER,
	TCS_ROW_RST_SENT_NO_SOCKET,
	TCS_ROW_FIN_WAIT1_ENTERED,
	TCS_ROW_FIN_WAIT2_ENTERED,
	TCS_ROW_CLOSING_ENTERED,
	TCS_ROW_CLOSE_WAIT_ENTERED,
	TCS_ROW_LAST_ACK_ENTERED,
	TCS_ROW_TIME_WAIT_ENTERED,
	TCS_ROW_FIN_WAIT1,
	TCS_ROW_FIN_WAIT2,
	TCS_ROW_CLOSING,
	TCS_ROW_CLOSE_WAIT,
	TCS_ROW_LAST_ACK,
	TCS_ROW_TIME_WAIT,
	TCS_ROW_TIME_WAIT_SHORTENED,
	TCS_ROW_TIME_WAIT_GUARDED,
	TCS_ROW_TIME_WAIT_REARMED,
	TCS_ROW_TIME_WAIT_EXPIRED,
	TCS_ROW_TIME_WAIT_REUSED,
	TCS_ROW_TIME_WAIT_RESET,
	TCS_ROW_TIME_WAIT_PURGED,
	TCS_ROW_FIN_RETRANSMITS,
	TCS_ROW_RECORDS,
	TCS_ROW_RECORD_FAILURES,
	TCS_N_ROWS,
};

/* All rows with the value 0, as most are, and where in it each value stands. */
extern char tcs_rows_text[];
extern unsigned int tcs_rows_len;
extern unsigned short tcs_rows_at[TCS_N_ROWS];

void tcs_counters_init(void);

/**
 * tcs_add() - add one to a count
 * @stats: whose
 * @id: enum tcs_count, possibly with an offset that is known to fit
 *
 * Any context but NMI; may be preempted and may migrate. Not by an index, here and
 * below: kernels may check those (CONFIG_UBSAN_BOUNDS).
 */
static __always_inline void tcs_add(struct tcs_stats __percpu *stats,
				    unsigned long id)
{
	if (TCS_FAULT_PERCPU)
		per_cpu_ptr(stats, 0)->count[id]++;
	else
		this_cpu_inc(*(stats->count + id));
}

/**
 * tcs_entered() - add one to the sockets that entered a state
 * @stats: whose
 * @tcp_state: of net/tcp_states.h
 *
 * As tcs_add().
 */
static __always_inline void tcs_entered(struct tcs_stats __percpu *stats,
					unsigned long tcp_state)
{
	tcs_add(stats, TCS_ENTERED + tcp_state);
}

/**
 * tcs_hist_add() - add a duration
 * @stats: whose
 * @which: enum tcs_state, or TCS_HIST_CLOSE
 * @us: microseconds
 *
 * Any context but NMI; may be preempted and may migrate.
 */
static __always_inline void tcs_hist_add(struct tcs_stats __percpu *stats,
					 unsigned int which, u64 us)
{
	struct tcs_hist __percpu *h = stats->hist + which;

	this_cpu_inc(*(h->bucket + tcs_hist_bucket(us)));
	this_cpu_add(h->sum_us, us);
}

void tcs_counters_fold(const struct tcs_stats __percpu *stats, u64 *sum);
void tcs_counters_rows(const u64 *sum, u64 *row);
void tcs_counters_move(struct tcs_stats __percpu *to,
		       const struct tcs_stats __percpu *from);

#endif /* TCS_COUNTERS_H */
