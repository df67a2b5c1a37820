/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A namespace's counts of two kinds, the module's and the kernel's own, and what
 * became of them since they were looked at last.
 */
#ifndef OBSERVER_H
#define OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "rows.h"

#define MIBS_MAX	20

/**
 * struct view - what is counted in a namespace at a moment
 * @rows: the module's rows
 * @mib: the kernel's own counts, in the order of observer.c
 */
struct view {
	struct rows rows;
	uint64_t mib[MIBS_MAX];
};

void view_take(struct view *view, int ns);
int64_t view_change(const struct view *from, const struct view *to,
		    const char *name);
unsigned int view_differs(const struct view *from, int ns, const char *what,
			  const char *spec);

#endif /* OBSERVER_H */
