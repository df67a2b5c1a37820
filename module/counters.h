/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counts, and how they are added and read.
 *
 * A count is a 64-bit cell per CPU and namespace; adding is one instruction that
 * may be preempted, reading adds the cells up. Gauges and sums are not kept:
 * they are computed from one and the same reading of the counts, so that the
 * identities between the rows of a file hold whenever it is read.
 */
#ifndef TCS_COUNTERS_H
#define TCS_COUNTERS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "classify.h"
#include "counters_list.h"
#include "fault_inject.h"
#include "hist.h"

/* How a TIME_WAIT ended. */
enum tcs_tw_end {
#define X(id, name, help) TCS_TW_##id,
	TCS_TW_ENDS(X)
#undef X
	TCS_N_TW_END,
};

/*
 * Cells, named by the edge of the state diagram that they count. An edge that nearly all
 * connections take is one cell, which stands for all that it changes: the state entered,
 * the state left, and how the connection ended. Which rows a cell is part of: counters.c.
 * The state that a full socket comes from is not recorded, but for TIME_WAIT:
 * tcp_rcv_state_process(), tcp_fin() and tcp_close_state() know one way into each.
 *
 * A cell that decreases a gauge comes after those that increase it, and is read first: a
 * reader never sees a socket leave a state that it did not see it enter. See
 * tcs_counters_fold().
 */
enum tcs_count {
	/* Per tcs_ended: an end that has no cell of its own below, nor causes. */
	TCS_ENDED,
	/* Per tcs_rst: an end by a RST of ours. */
	TCS_RST = TCS_ENDED + TCS_N_ENDED,
	/* Per tcs_connect: a connect that failed. */
	TCS_CONNECT = TCS_RST + TCS_N_RST,
	/*
	 * A cell for each COUNT() of the list. No edges, but TIME_WAIT_REARMED, to itself,
	 * and TIME_WAIT_STARTED_TUNED and TIME_WAIT_GUARDED, which stand for the entry into a
	 * TIME_WAIT of such a length: TCS_LEFT and TCS_ENDED count the rest of those.
	 */
	TCS_COUNT_BEFORE_FIRST = TCS_CONNECT + TCS_N_CONNECT - 1,
#define COUNT(id, name, help) TCS_COUNT_##id,
#define NONE(...)
	TCS_ROWS(COUNT, NONE, NONE, NONE, NONE, NONE, NONE, NONE)
#undef COUNT
#undef NONE
	/* No edge: a record came into use. */
	TCS_RECORD_MADE,
	/* Per tcs_state: a socket was found in that state at load. */
	TCS_BASELINE,

	/*
	 * Per TCP state, which spares the callback a translation: a full socket enters
	 * a closing state, from the one state that leads there; TIME_WAIT: a timewait
	 * socket in FIN_WAIT2 enters it (TCS_LEFT counts that it leaves FIN_WAIT2), and
	 * nothing but the kernel's own length was asked for, here and in the two below.
	 */
	TCS_ENTERED = TCS_BASELINE + TCS_N_STATES,
	/* FIN_WAIT2, a full socket, to TIME_WAIT: it ends as active_fin. */
	TCS_FIN_WAIT2_TO_TIME_WAIT = TCS_ENTERED + TCS_N_TCP_STATES,
	/* CLOSING to TIME_WAIT: it ends as simultaneous_fin. */
	TCS_CLOSING_TO_TIME_WAIT,

	/* LAST_ACK to CLOSE, our FIN acknowledged: it ends as passive_fin. */
	TCS_LAST_ACK_TO_CLOSE,
	/* Per tcs_state, but TIME_WAIT: it is left in a way that has no cell above. */
	TCS_LEFT,
	/* Per tcs_tw_end: TIME_WAIT to nothing. */
	TCS_TW_ENDED = TCS_LEFT + TCS_TIME_WAIT,
	/* No edge: a record was released. */
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
#define COUNT(id, name, help) TCS_ROW_##id,
#define ROW(id, name, kind, help) TCS_ROW_##id,
#define END(id, name, help) TCS_ROW_ENDED_##id,
#define RST(id, name, help) TCS_ROW_RST_SENT_##id,
#define CONNECT(id, name, help) TCS_ROW_CONNECT_FAILED_##id,
#define ENTERED(id, name, text) TCS_ROW_##id##_ENTERED,
#define STATE(id, name, text) TCS_ROW_##id,
#define TW_END(id, name, help) TCS_ROW_TIME_WAIT_##id,
	TCS_ROWS(COUNT, ROW, END, RST, CONNECT, ENTERED, STATE, TW_END)
#undef COUNT
#undef ROW
#undef END
#undef RST
#undef CONNECT
#undef ENTERED
#undef STATE
#undef TW_END
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
 * tcs_take_back() - take one off a count that was added too early
 * @stats: whose
 * @id: enum tcs_count, as for tcs_add()
 *
 * As tcs_add(). The cell that stands for it has to be added before.
 */
static __always_inline void tcs_take_back(struct tcs_stats __percpu *stats,
					  unsigned long id)
{
	this_cpu_dec(*(stats->count + id));
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
