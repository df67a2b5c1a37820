/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms of durations: power-of-two buckets in microseconds. */
#ifndef TCS_HIST_H
#define TCS_HIST_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct tcs_stats;
struct seq_file;

/* Upper bounds 1 us, 2 us ... 2^36 us (19 hours), then infinity. */
#define TCS_HIST_BOUNDS	37

/* One for each closing state, in the order of enum tcs_state, and the whole. */
#define TCS_HIST_CLOSE	6
#define TCS_N_HIST	7

struct tcs_hist {
	u64 bucket[TCS_HIST_BOUNDS + 1];
	u64 sum_us;
	u64 unused;		/* 40 cells: quicker to multiply by than 39 */
};

/**
 * tcs_hist_bucket() - the bucket of a duration
 * @us: microseconds
 *
 * Return: the first k with @us <= 2^k, at most TCS_HIST_BOUNDS (no bound).
 */
static inline unsigned long tcs_hist_bucket(u64 us)
{
	unsigned long k;

	if (unlikely(us <= 1))
		return 0;
	k = __fls(us - 1);
	return likely(k < TCS_HIST_BOUNDS - 1) ? k + 1 : TCS_HIST_BOUNDS;
}

void tcs_hist_fold(const struct tcs_stats __percpu *stats, unsigned int which,
		   struct tcs_hist *sum);
void tcs_hist_show(struct seq_file *seq,
		   const struct tcs_stats __percpu *stats);
void tcs_hist_show_sparse(struct seq_file *seq, unsigned int which,
			  const struct tcs_hist *sum);

#endif /* TCS_HIST_H */
