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

/* Behind those that do as much harm: checks come in an order of their own. */
void doctor_find(struct doctor *d, enum grade harm, const char *check, const char *why, char *seen,
		 char *command)
{
	struct finding *more = realloc(d->findings, (d->n_findings + 1) * sizeof(*more));
	size_t at = d->n_findings++;

	if (!more)
		out_of_memory();
	d->findings = more;
	for (; at && more[at - 1].harm < harm; at--)
		more[at] = more[at - 1];
	more[at] = (struct finding){
		.check = check, .seen = seen, .why = why, .command = command, .harm = harm,
	};
}

static const char *level(enum grade harm)
{
	static const char *const levels[] = {
		[HARM_EARLIER] = "earlier", [HARM_NONE] = "harmless", [HARM_RISK] = "risk",
		[HARM_STUCK] = "stuck", [HARM_FAILS] = "fails",
	};

	return levels[harm];
}

static int print_json(const struct options *o, const struct doctor *doctors, size_t n)
{
	struct table *t = table_new("findings", o->format);

	if (o->all)
		table_column(t, "NETNS", COLUMN_TEXT);
	table_column(t, "CHECK", COLUMN_TEXT);
	table_column(t, "LEVEL", COLUMN_TEXT);
	table_column(t, "SEEN", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_TEXT);
	table_column(t, "COMMAND", COLUMN_TEXT);
	for (const struct doctor *d = doctors; d < doctors + n; d++) {
		for (size_t i = 0; i < d->n_findings; i++) {
			table_row(t);
			if (o->all)
				table_cell(t, "%s", d->name);
			table_cell(t, "%s", d->findings[i].check);
			table_cell(t, "%s", level(d->findings[i].harm));
			table_cell(t, "%s", d->findings[i].seen);
			table_cell(t, "%s", d->findings[i].why);
			table_cell(t, "%s", d->findings[i].command);
		}
	}
	return table_print(t);
}

static void print_finding(const struct finding *f, size_t number)
{
	switch (f->harm) {
	case HARM_EARLIER:
		printf("Earlier: %s.\n", f->seen);
		break;
	case HARM_NONE:
		printf("Harmless: %s.\n   %s.\n   To be rid of it: %s\n", f->seen, f->why,
		       f->command);
		break;
	default:
		printf("%zu. %s.\n   %s.\n   Try: %s\n", number, f->seen, f->why, f->command);
	}
}

static void print_one(const struct options *o, const struct doctor *d)
{
	size_t number = 0;

	/* Of all namespaces those that are well are many. */
	if (o->all && !d->n_findings)
		return;
	if (o->all)
		printf("%s:\n", d->name);
	for (size_t i = 0; i < d->n_findings; i++) {
		const struct finding *f = &d->findings[i];

		if (f->harm >= HARM_RISK)
			number++;
		else if (!number && !i)
			puts("Nothing found.");
		if (i && f->harm != HARM_EARLIER)
			putchar('\n');
		else if (i && d->findings[i - 1].harm != HARM_EARLIER)
			putchar('\n');
		print_finding(f, number);
	}
	if (o->all)
		putchar('\n');
}

int doctor_report(const struct options *o, struct doctor *doctors, size_t n)
{
	size_t found = 0;

	if (o->json)
		return print_json(o, doctors, n);
	for (size_t i = 0; i < n; i++) {
		print_one(o, &doctors[i]);
		found += doctors[i].n_findings;
	}
	if (!found)
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
