/* SPDX-License-Identifier: GPL-2.0 */
/* The types and help of the module's counters. Pure. */
#ifndef CLOSESTAT_METRICS_H
#define CLOSESTAT_METRICS_H

#include <stdbool.h>

enum metric_type {
	METRIC_COUNTER,	/* only grows */
	METRIC_GAUGE,
	METRIC_UNKNOWN,	/* of a module newer than this tool */
};

struct metric {
	const char *name;
	enum metric_type type;
	const char *help;	/* one line */
};

/**
 * metric_find - what is known about a counter
 * @name: as in /proc/net/tcp_closestat
 *
 * Return: its entry; for a name not known one of type METRIC_UNKNOWN, with NULL for the name.
 */
const struct metric *metric_find(const char *name);

#endif
