/* SPDX-License-Identifier: GPL-2.0 */
/* Parser of /proc/net/tcp_closestat_hist, and what can be told from a histogram. Pure. */
#ifndef CLOSESTAT_HIST_H
#define CLOSESTAT_HIST_H

#include "lib/util.h"

#include <stddef.h>

/* All that took up to le_us, the shorter ones included. */
struct bucket {
	u64 le_us;
	u64 count;
};

struct hist {
	const char *state;
	struct bucket *buckets;	/* without that of "inf", which has the count of all */
	size_t n;
	u64 sum_us;
	u64 count;
};

struct hists {
	struct hist *v;
	size_t n;
};

/**
 * hists_parse - read "state le_us count" lines, for each state from the shortest bound to "inf",
 * then "sum_us" and "count"
 * @text: the lines; changed and to be kept as long as @hists
 * @len: bytes in @text
 * @hists: filled; to be released with hists_free()
 *
 * Every state is accepted, a known one or not. Bounds have to grow and counts not to shrink.
 *
 * Return: 0, -EINVAL if that is not such a file, -ENOMEM.
 */
int hists_parse(char *text, size_t len, struct hists *hists);

/**
 * hists_free - release what hists_parse() filled
 * @hists: may be zeroed
 */
void hists_free(struct hists *hists);

/**
 * hist_fill - add the bounds that a file has left out, since nothing lies between them
 * @hist: which; has the bounds from 1 us to 2^36 us then, each a power of two, and those it had
 *
 * Return: 0 or -ENOMEM.
 */
int hist_fill(struct hist *hist);

/**
 * hist_quantile - the time that a share of all took at most
 * @hist: which
 * @share: 0 to 1, as in 0.99 for the 99th percentile
 *
 * Between the bounds of a bucket a straight line is taken. Beyond the last bound nothing is known:
 * that bound is returned, as Prometheus does it.
 *
 * Return: microseconds, 0 for an empty histogram.
 */
u64 hist_quantile(const struct hist *hist, double share);

#endif
