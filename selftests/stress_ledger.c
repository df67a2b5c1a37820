// SPDX-License-Identifier: GPL-2.0
/* What workers did to connections, see stress_ledger.h. */
#include "stress_ledger.h"

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
