/* SPDX-License-Identifier: GPL-2.0 */
/* Which metric family of Prometheus a row of the module belongs to. Pure. */
#ifndef CLOSESTAT_FAMILIES_H
#define CLOSESTAT_FAMILIES_H

#include "metrics.h"

#include <stdbool.h>
#include <stddef.h>

#define FAMILY_NAME_SIZE 96

struct family {
	char name[FAMILY_NAME_SIZE];	/* without the tool's prefix, and without "_total" */
	enum metric_type type;
	const char *help;		/* one sentence; NULL: for the caller to say */
	const char *label;		/* NULL: one sample for each namespace */
};

/**
 * family_of_row - the family of a row, and which of its samples the row is
 * @row: name of the row, as in /proc/net/tcp_closestat
 * @family: filled
 * @value: FAMILY_NAME_SIZE bytes, set to the value of the family's label; "" where it has none
 *
 * A row that is not known makes a family of its own.
 *
 * Return: true; false for a row that is not exported: it is the sum of others or no metric.
 */
bool family_of_row(const char *row, struct family *family, char *value);

/**
 * family_of_kernel - the family of one of the kernel's own counters
 * @name: as the kernel has it, "TCPAbortOnData"
 * @family: filled, with a name such as "kernel_tcp_abort_on_data"
 */
void family_of_kernel(const char *name, struct family *family);

#endif
