/* SPDX-License-Identifier: GPL-2.0 */
/* The workers' deeds, in the names of the counts. */
#ifndef STRESS_LEDGER_H
#define STRESS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "rows.h"
#include "stress_ways.h"

/* The value of a count that nobody can tell. */
#define LEDGER_ANY	INT64_MIN

/**
 * struct ledger - how much each count should have changed
 * @n: how many counts
 * @item: those
 */
struct ledger {
	unsigned int n;
	struct {
		char name[40];
		int64_t value;
	} item[ROWS_MAX];
};

int64_t *ledger_at(struct ledger *ledger, const char *name);
void ledger_add(struct ledger *ledger, const struct way *way, int64_t times);
bool ledger_rows_agree(const struct ledger *ledger, const struct rows *before,
		       const struct rows *now);

#endif /* STRESS_LEDGER_H */
