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

static void show_one(struct seq_file *seq,
		     const struct tcs_stats __percpu *stats, unsigned int which)
{
	u64 bucket[TCS_HIST_BOUNDS + 1] = {};
	u64 sum_us = 0, count = 0;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct tcs_hist *h = &per_cpu_ptr(stats, cpu)->hist[which];

		for (i = 0; i <= TCS_HIST_BOUNDS; i++)
			bucket[i] += READ_ONCE(h->bucket[i]);
		sum_us += READ_ONCE(h->sum_us);
	}

	/* Each row counts what is at or under its bound, as in Prometheus. */
	for (i = 0; i < TCS_HIST_BOUNDS; i++) {
		count += bucket[i];
		seq_printf(seq, "%s %llu %llu\n", hist_names[which],
			   1ULL << i, count);
	}
	count += bucket[TCS_HIST_BOUNDS];
	seq_printf(seq, "%s inf %llu\n", hist_names[which], count);
	seq_printf(seq, "%s sum_us %llu\n", hist_names[which], sum_us);
	seq_printf(seq, "%s count %llu\n", hist_names[which], count);
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

	for (which = 0; which < TCS_N_HIST; which++)
		show_one(seq, stats, which);
}
