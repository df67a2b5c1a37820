/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of one namespace over time, as long as they are watched. Pure. */
#ifndef CLOSESTAT_HISTORY_H
#define CLOSESTAT_HISTORY_H

#include "lib/counters.h"

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_SAMPLES 600

struct history_sample {
	double seconds;		/* monotonic clock */
	bool follows;		/* the one before is of the same module, without a gap */
	u64 *values;		/* one for each row */
};

struct history {
	char **names;		/* of the rows, which are the same in all samples */
	size_t n_rows;
	struct history_sample samples[HISTORY_SAMPLES];	/* a ring */
	size_t n;		/* samples there are */
	size_t next;		/* where the next goes */
	bool gap;		/* before the next */
};

/**
 * history_add - remember the counters of this moment
 * @history: where; zeroed before the first
 * @counters: what
 * @seconds: when, by the monotonic clock
 *
 * The oldest is forgotten when there are too many; with other rows than before everything is.
 *
 * Return: 0 or -ENOMEM, with nothing added.
 */
int history_add(struct history *history, const struct counters *counters, double seconds);

/**
 * history_gap - the next sample is not to be compared with the last
 * @history: which
 */
void history_gap(struct history *history);

/**
 * history_find - look a row up
 * @history: where
 * @name: of the row
 *
 * Return: its index, -1 if there is none.
 */
int history_find(const struct history *history, const char *name);

/**
 * history_at - a sample
 * @history: where
 * @back: 0 for the last, 1 for the one before it
 *
 * Return: the sample, NULL if there is none so old.
 */
const struct history_sample *history_at(const struct history *history, size_t back);

/**
 * history_rate - what a row gained a second, up to a sample
 * @history: where
 * @row: index
 * @back: as for history_at()
 * @rate: set
 *
 * Return: true; false where there is nothing to compare with.
 */
bool history_rate(const struct history *history, size_t row, size_t back, double *rate);

/**
 * history_free - forget everything
 * @history: may be zeroed; is, afterwards
 */
void history_free(struct history *history);

#endif
