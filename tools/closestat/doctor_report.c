// SPDX-License-Identifier: GPL-2.0
/* doctor: the findings, from the checks to the user. */
#include "doctor.h"
#include "msg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void __attribute((noreturn)) out_of_memory(void)
{
	msg_error("out of memory");
	exit(EXIT_BLIND);
}

char *doctor_text(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		out_of_memory();
	return text;
}

void doctor_find(struct doctor *d, const char *check, const char *why, char *seen, char *command)
{
	struct finding *more = realloc(d->findings, (d->n_findings + 1) * sizeof(*more));

	if (!more)
		out_of_memory();
	d->findings = more;
	more[d->n_findings++] = (struct finding){
		.check = check, .seen = seen, .why = why, .command = command,
	};
}

static int print_json(const struct options *o, const struct doctor *d)
{
	struct table *t = table_new("findings", o->format);

	table_column(t, "CHECK", COLUMN_TEXT);
	table_column(t, "SEEN", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_TEXT);
	table_column(t, "COMMAND", COLUMN_TEXT);
	for (size_t i = 0; i < d->n_findings; i++) {
		table_row(t);
		table_cell(t, "%s", d->findings[i].check);
		table_cell(t, "%s", d->findings[i].seen);
		table_cell(t, "%s", d->findings[i].why);
		table_cell(t, "%s", d->findings[i].command);
	}
	return table_print(t);
}

int doctor_report(const struct options *o, const struct doctor *d)
{
	if (o->json)
		return print_json(o, d);
	for (size_t i = 0; i < d->n_findings; i++)
		printf("%s%zu. %s.\n   %s.\n   Try: %s\n", i ? "\n" : "", i + 1,
		       d->findings[i].seen, d->findings[i].why, d->findings[i].command);
	if (!d->n_findings)
		puts("Nothing found.");
	return fflush(stdout) || ferror(stdout) ? msg_error("cannot write: %m") : EXIT_OK;
}

void doctor_free_findings(struct doctor *d)
{
	for (size_t i = 0; i < d->n_findings; i++) {
		free(d->findings[i].seen);
		free(d->findings[i].command);
	}
	free(d->findings);
}
