// SPDX-License-Identifier: GPL-2.0
/* Printing histograms. */
#include "hist.h"

#include <linux/cpumask.h>
#include <linux/seq_file.h>

#include "counters.h"

static const char * const hist_names[TCS_N_HIST] = {
	[TCS_FIN_WAIT1] = "fin_wait1",
	[TCS_FIN_WAIT2] = "fin_wait2",
	[TCS_CLOSING] = "closing",
	[TCS_CLOSE_WAIT] = "close_wait",
	[TCS_LAST_ACK] = "last_ack",
	[TCS_TIME_WAIT] = "time_wait",
	[TCS_HIST_CLOSE] = "close",
};

/**
 * tcs_hist_fold() - add up the cells of all CPUs
 * @stats: the cells
 * @which: enum tcs_state, or TCS_HIST_CLOSE
 * @sum: added to (so that several sets can be added up)
 *
 * Process context. Durations may be added meanwhile.
 */
void tcs_hist_fold(const struct tcs_stats __percpu *stats, unsigned int which,
		   struct tcs_hist *sum)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct tcs_hist *h = &per_cpu_ptr(stats, cpu)->hist[which];

		for (i = 0; i <= TCS_HIST_BOUNDS; i++)
			sum->bucket[i] += READ_ONCE(h->bucket[i]);
		sum->sum_us += READ_ONCE(h->sum_us);
	}
}

/* seq_printf() takes several times as long, and there may be a thousand namespaces. */
static void show_row(struct seq_file *seq, unsigned int which, const char *key,
		     u64 value)
{
	seq_puts(seq, hist_names[which]);
	seq_puts(seq, key);
	seq_put_decimal_ull(seq, NULL, value);
	seq_putc(seq, '\n');
}

static void show_bound(struct seq_file *seq, unsigned int which, unsigned int k,
		       u64 count)
{
	seq_puts(seq, hist_names[which]);
	seq_put_decimal_ull(seq, " ", 1ULL << k);
	seq_put_decimal_ull(seq, " ", count);
	seq_putc(seq, '\n');
}

/*
 * Each row counts durations at or under its bound, as in Prometheus. Sparse: without those
 * that say the same as the one before.
 */
static void show_one(struct seq_file *seq, unsigned int which,
		     const struct tcs_hist *sum, bool sparse)
{
	u64 count = 0;
	unsigned int i;

	for (i = 0; i < TCS_HIST_BOUNDS; i++) {
		count += sum->bucket[i];
		if (!sparse || sum->bucket[i])
			show_bound(seq, which, i, count);
	}
	count += sum->bucket[TCS_HIST_BOUNDS];
	if (sparse && !count)
		return;
	show_row(seq, which, " inf ", count);
	show_row(seq, which, " sum_us ", sum->sum_us);
	show_row(seq, which, " count ", count);
}

/**
 * tcs_hist_show() - print all histograms, `state le_us count` a row
 * @seq: where to
 * @stats: whose
 *
 * Process context.
 */
void tcs_hist_show(struct seq_file *seq, const struct tcs_stats __percpu *stats)
{
	unsigned int which;

	for (which = 0; which < TCS_N_HIST; which++) {
		struct tcs_hist sum = {};

		tcs_hist_fold(stats, which, &sum);
		show_one(seq, which, &sum, false);
	}
}

/**
 * tcs_hist_show_sparse() - print a histogram without the rows that tell nothing
 * @seq: where to
 * @which: enum tcs_state, or TCS_HIST_CLOSE
 * @sum: its sums, of tcs_hist_fold()
 *
 * A bound that no duration lies right under is left out, a histogram without durations
 * altogether.
 */
void tcs_hist_show_sparse(struct seq_file *seq, unsigned int which,
			  const struct tcs_hist *sum)
{
	show_one(seq, which, sum, true);
}
