// SPDX-License-Identifier: GPL-2.0
/* The workers' deeds, see stress_ledger.h. */
#include "stress_ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/**
 * ledger_at() - the entry of a count
 * @ledger: zeroed at first
 * @name: of the count
 *
 * Return: where its value is, 0 at first.
 */
int64_t *ledger_at(struct ledger *ledger, const char *name)
{
	unsigned int i;

	for (i = 0; i < ledger->n; i++)
		if (!strcmp(ledger->item[i].name, name))
			return &ledger->item[i].value;
	if (i == ROWS_MAX)
		die("the ledger is full");
	strcpy(ledger->item[i].name, name);
	ledger->item[i].value = 0;
	ledger->n++;
	return &ledger->item[i].value;
}

/**
 * ledger_add() - enter what was done
 * @ledger: zeroed at first
 * @way: of ending a connection
 * @times: how often; negative to take back
 */
void ledger_add(struct ledger *ledger, const struct way *way, int64_t times)
{
	char *copy = strdup(way->spec), *save, *item;

	for (item = strtok_r(copy, " ", &save); item;
	     item = strtok_r(NULL, " ", &save)) {
		char *value = strchr(item, '=');

		*value++ = '\0';
		*ledger_at(ledger, item) += times * atoi(value);
	}
	free(copy);
}

/**
 * ledger_rows_agree() - whether the module's rows say the same; what does not is told
 * @ledger: what was done
 * @before: rows before that
 * @now: rows now
 *
 * The kernel's own counts are not looked at, and not what segments without a
 * connection bring about.
 */
bool ledger_rows_agree(const struct ledger *ledger, const struct rows *before,
		       const struct rows *now)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < ledger->n; i++) {
		const char *name = ledger->item[i].name;
		int64_t is;

		if (!strncmp(name, "Tcp", 3) || !strcmp(name, "rst_sent_no_socket"))
			continue;
		is = rows_get(now, name) - rows_get(before, name);
		if (is == ledger->item[i].value)
			continue;
		fprintf(stderr, "# %s changed by %" PRId64 ", not by %" PRId64 "\n",
			name, is, ledger->item[i].value);
		ok = false;
	}
	return ok;
}
