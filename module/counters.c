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
#define COUNT(id, name, help) [TCS_ROW_##id] = #name,
#define ROW(id, name, kind, help) [TCS_ROW_##id] = #name,
#define END(id, name, help) [TCS_ROW_ENDED_##id] = "ended_" #name,
#define RST(id, name, help) [TCS_ROW_RST_SENT_##id] = "rst_sent_" #name,
#define CONNECT(id, name, help) \
	[TCS_ROW_CONNECT_FAILED_##id] = "connect_failed_" #name,
#define ENTERED(id, name, text) [TCS_ROW_##id##_ENTERED] = #name "_entered",
#define STATE(id, name, text) [TCS_ROW_##id] = #name,
#define TW_END(id, name, help) [TCS_ROW_TIME_WAIT_##id] = "time_wait_" #name,
	TCS_ROWS(COUNT, ROW, END, RST, CONNECT, ENTERED, STATE, TW_END)
#undef COUNT
#undef ROW
#undef END
#undef RST
#undef CONNECT
#undef ENTERED
#undef STATE
#undef TW_END
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
	TCS_LAST_ACK_TO_CLOSE,
	TCS_FIN_WAIT2_TO_TIME_WAIT,
	TCS_ENTERED + TCP_LAST_ACK,
	TCS_ENTERED + TCP_FIN_WAIT2,
	0,
};

/**
 * tcs_counters_fold() - add up the cells of all CPUs
 * @stats: the cells
 * @sum: TCS_N_COUNTS sums, added to (so that several sets can be added up)
 *
 * Process context. Counts may move on meanwhile; see enum tcs_count for the
 * relations that hold between the sums all the same.
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
		 * A socket that left a state has entered it before, in the order
		 * of the socket's lock, or of the record's for a timewait socket: do not
		 * let the entries be read early.
		 */
		smp_rmb();
	}
}

/**
 * struct term - cells that a row, or several rows in turn, is computed from
 * @row: the first row
 * @cell: the first cell
 * @n: how many cells
 * @add: they are added, else subtracted
 * @each: each cell belongs to one row, @row and those behind it, else all to @row
 */
struct term {
	unsigned char row;
	unsigned char cell;
	unsigned char n;
	bool add;
	bool each;
};

/* One cell to one row, @n cells to one row, @n cells to @n rows. */
#define PLUS(_row, _cell) { TCS_ROW_##_row, _cell, 1, true, false }
#define MINUS(_row, _cell) { TCS_ROW_##_row, _cell, 1, false, false }
#define PLUS_SUM(_row, _cell, _n) { TCS_ROW_##_row, _cell, _n, true, false }
#define MINUS_SUM(_row, _cell, _n) { TCS_ROW_##_row, _cell, _n, false, false }
#define PLUS_EACH(_row, _cell, _n) { TCS_ROW_##_row, _cell, _n, true, true }
#define MINUS_EACH(_row, _cell, _n) { TCS_ROW_##_row, _cell, _n, false, true }

/* A state: its entries are counted by TCP's own number of it. */
#define STATE(id, name, text)						\
	PLUS(id##_ENTERED, TCS_ENTERED + TCP_##id),			\
	PLUS(id, TCS_ENTERED + TCP_##id),

/* An end other than by a RST of ours. */
#define END(id, name, help)						\
	PLUS(ENDED_##id, TCS_ENDED + TCS_ENDED_##id),

#define COUNT(id, name, help) PLUS(id, TCS_COUNT_##id),
#define NONE(...)

static const struct term terms[] = {
	TCS_ROWS(COUNT, NONE, NONE, NONE, NONE, NONE, NONE, NONE)
	PLUS_SUM(ENDED, TCS_ENDED, TCS_N_ENDED),
	PLUS_SUM(ENDED, TCS_RST, TCS_N_RST),
	PLUS_SUM(ENDED, TCS_CONNECT, TCS_N_CONNECT),
	PLUS(ENDED, TCS_FIN_WAIT2_TO_TIME_WAIT),
	PLUS(ENDED, TCS_CLOSING_TO_TIME_WAIT),
	PLUS(ENDED, TCS_LAST_ACK_TO_CLOSE),
	TCS_ENDS_BY_FIN(END)
	PLUS(ENDED_ACTIVE_FIN, TCS_FIN_WAIT2_TO_TIME_WAIT),
	PLUS(ENDED_PASSIVE_FIN, TCS_LAST_ACK_TO_CLOSE),
	PLUS(ENDED_SIMULTANEOUS_FIN, TCS_CLOSING_TO_TIME_WAIT),
	PLUS_SUM(ENDED_RST_SENT, TCS_RST, TCS_N_RST),
	TCS_ENDS_OTHERWISE(END)
	PLUS_SUM(ENDED_CONNECT_FAILED, TCS_CONNECT, TCS_N_CONNECT),
	PLUS_EACH(CONNECT_FAILED_REFUSED, TCS_CONNECT, TCS_N_CONNECT),
	PLUS_EACH(RST_SENT_UNREAD_DATA, TCS_RST, TCS_N_RST),

	/* Entries, and gauges: sockets found, plus those that entered, minus those that left. */
	TCS_STATES(STATE)
	PLUS_EACH(FIN_WAIT1, TCS_BASELINE, TCS_N_STATES),
	MINUS_EACH(FIN_WAIT1, TCS_LEFT, TCS_TIME_WAIT),
	MINUS(FIN_WAIT1, TCS_ENTERED + TCP_FIN_WAIT2),
	MINUS(FIN_WAIT1, TCS_ENTERED + TCP_CLOSING),
	MINUS(FIN_WAIT2, TCS_FIN_WAIT2_TO_TIME_WAIT),
	MINUS(CLOSING, TCS_CLOSING_TO_TIME_WAIT),
	MINUS(CLOSE_WAIT, TCS_ENTERED + TCP_LAST_ACK),
	MINUS(LAST_ACK, TCS_LAST_ACK_TO_CLOSE),
	PLUS(TIME_WAIT_ENTERED, TCS_FIN_WAIT2_TO_TIME_WAIT),
	PLUS(TIME_WAIT_ENTERED, TCS_CLOSING_TO_TIME_WAIT),
	PLUS(TIME_WAIT_ENTERED, TCS_COUNT_TIME_WAIT_STARTED_TUNED),
	PLUS(TIME_WAIT_ENTERED, TCS_COUNT_TIME_WAIT_GUARDED),
	PLUS(TIME_WAIT, TCS_FIN_WAIT2_TO_TIME_WAIT),
	PLUS(TIME_WAIT, TCS_CLOSING_TO_TIME_WAIT),
	PLUS(TIME_WAIT, TCS_COUNT_TIME_WAIT_STARTED_TUNED),
	PLUS(TIME_WAIT, TCS_COUNT_TIME_WAIT_GUARDED),
	MINUS_SUM(TIME_WAIT, TCS_TW_ENDED, TCS_N_TW_END),

	/* The guarded are those of TIME_WAIT_GUARDED. */
	PLUS(TIME_WAIT_STARTED_KERNEL, TCS_ENTERED + TCP_TIME_WAIT),
	PLUS(TIME_WAIT_STARTED_KERNEL, TCS_FIN_WAIT2_TO_TIME_WAIT),
	PLUS(TIME_WAIT_STARTED_KERNEL, TCS_CLOSING_TO_TIME_WAIT),

	PLUS_EACH(TIME_WAIT_EXPIRED, TCS_TW_ENDED, TCS_N_TW_END),
	PLUS(RECORDS, TCS_RECORD_MADE),
	MINUS(RECORDS, TCS_RECORD_FREED),
};

#undef STATE
#undef END
#undef COUNT
#undef NONE

/* The table relies on it: groups of rows are in the order of their cells. */
static_assert(TCS_ROW_RST_SENT_OTHER - TCS_ROW_RST_SENT_UNREAD_DATA + 1 ==
	      TCS_N_RST);
static_assert(TCS_ROW_CONNECT_FAILED_OTHER -
	      TCS_ROW_CONNECT_FAILED_REFUSED + 1 == TCS_N_CONNECT);
static_assert(TCS_ROW_TIME_WAIT - TCS_ROW_FIN_WAIT1 + 1 == TCS_N_STATES);
static_assert(TCS_ROW_TIME_WAIT_PURGED - TCS_ROW_TIME_WAIT_EXPIRED + 1 ==
	      TCS_N_TW_END);
static_assert(TCS_TIME_WAIT == TCS_N_STATES - 1);
static_assert(TCS_N_COUNTS <= U8_MAX && TCS_N_ROWS <= U8_MAX);

/* And on the order of folding: cells that decrease a gauge come after those that increase it. */
static_assert(TCS_BASELINE < TCS_ENTERED &&
	      TCS_ENTERED + TCP_CLOSING < TCS_FIN_WAIT2_TO_TIME_WAIT &&
	      TCS_CLOSING_TO_TIME_WAIT < TCS_LAST_ACK_TO_CLOSE &&
	      TCS_LAST_ACK_TO_CLOSE < TCS_LEFT && TCS_LEFT < TCS_TW_ENDED);
static_assert(TCS_COUNT_TIME_WAIT_STARTED_TUNED < TCS_LAST_ACK_TO_CLOSE &&
	      TCS_COUNT_TIME_WAIT_GUARDED < TCS_LAST_ACK_TO_CLOSE);
static_assert(TCS_RECORD_MADE < TCS_FIN_WAIT2_TO_TIME_WAIT &&
	      TCS_LAST_ACK_TO_CLOSE < TCS_RECORD_FREED);
static_assert(TCP_FIN_WAIT1 < TCP_FIN_WAIT2 && TCP_FIN_WAIT2 <= TCP_CLOSING &&
	      TCP_CLOSE_WAIT < TCP_LAST_ACK);

/**
 * tcs_counters_rows() - compute the rows of a file
 * @sum: TCS_N_COUNTS sums of tcs_counters_fold()
 * @row: TCS_N_ROWS values, all set
 */
void tcs_counters_rows(const u64 *sum, u64 *row)
{
	unsigned int i, j;

	memset(row, 0, TCS_N_ROWS * sizeof(*row));
	row[TCS_ROW_VERSION] = 1;
	for (i = 0; i < ARRAY_SIZE(terms); i++) {
		const struct term *t = &terms[i];

		for (j = 0; j < t->n; j++) {
			const u64 val = sum[t->cell + j];

			row[t->row + (t->each ? j : 0)] += t->add ? val : -val;
		}
	}
	/* Where a hook was missed, as kprobes may be, more was seen to leave than to enter. */
	for (i = TCS_ROW_FIN_WAIT1; i <= TCS_ROW_TIME_WAIT; i++)
		if ((s64)row[i] < 0)
			row[i] = 0;
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

	for_each_possible_cpu(cpu) {
		const u64 *cell = (const u64 *)per_cpu_ptr(from, cpu);

		for (i = 0; i < sizeof(struct tcs_stats) / sizeof(u64); i++)
			if (cell[i])
				this_cpu_add(*((u64 __percpu *)to + i), cell[i]);
	}
}
