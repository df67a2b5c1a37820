/* SPDX-License-Identifier: GPL-2.0 */
/* The report of a run, below its ladder. */
#ifndef CLOSELAB_REPORT_H
#define CLOSELAB_REPORT_H

#include "lab.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * report_end() - who holds what, and which counters moved
 * @out: where to
 * @lab: the lab, run
 * @times: with the time that is left of a TIME_WAIT
 */
void report_end(FILE *out, const struct lab *lab, bool times);

/**
 * report_counter() - walk through the counters that changed
 * @lab: the lab, run
 * @side: 0 or 1
 * @index: where to continue, 0 at first; is advanced
 * @change: gets by how much
 *
 * Of the kernel's own only those that count closes are given.
 *
 * Return: the name, NULL behind the last.
 */
const char *report_counter(const struct lab *lab, int side, size_t *index,
			   long *change);

#endif
