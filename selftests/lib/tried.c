// SPDX-License-Identifier: GPL-2.0
/* A table of what was made to fail, see tried.h. */
#include "tried.h"

#include <kselftest.h>

#include "fail.h"

#define MAX_KINDS	256

static struct tried {
	char what[16];
	char where[64];
	char result[32];
	unsigned int times;
} kinds[MAX_KINDS];

static unsigned int n_kinds;

/**
 * tried_note() - one more try
 * @what: was being done
 * @where: it was made to fail
 * @result: of doing it
 */
void tried_note(const char *what, const char *where, const char *result)
{
	struct tried *t = kinds;

	while (t < kinds + n_kinds &&
	       (strcmp(t->what, what) || strcmp(t->where, where) ||
		strcmp(t->result, result)))
		t++;
	if (t == kinds + n_kinds) {
		check(n_kinds++ < MAX_KINDS, "too many kinds");
		snprintf(t->what, sizeof(t->what), "%s", what);
		snprintf(t->where, sizeof(t->where), "%s", where);
		snprintf(t->result, sizeof(t->result), "%s", result);
	}
	t->times++;
}

/**
 * tried_print() - print the table, how often each was tried
 */
void tried_print(void)
{
	const struct tried *t;

	ksft_print_msg("%-10s %-28s %-28s times\n", "making", "failed in", "result");
	for (t = kinds; t < kinds + n_kinds; t++)
		ksft_print_msg("%-10s %-28s %-28s %5u\n", t->what, t->where, t->result,
			       t->times);
}
