// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include "msg.h"

#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	const char *name;
	enum table_format format;
	size_t next;
};

static void check(int ok)
{
	if (!ok)
		exit(msg_error("out of memory"));
}

struct table *table_new(const char *name, enum table_format format)
{
	struct table *t = calloc(1, sizeof(*t));

	check(!!t);
	t->scols = scols_new_table();
	check(!!t->scols);
	t->name = name;
	t->format = format;
	scols_table_set_name(t->scols, name);
	scols_table_enable_json(t->scols, format != TABLE_TEXT);
	return t;
}

void table_column(struct table *t, const char *name, enum table_column kind)
{
	int flags = kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *column;

	if (kind == COLUMN_PROSE)
		flags |= SCOLS_FL_WRAP;
	column = scols_table_new_column(t->scols, name, 0, flags);
	check(!!column);
	if (kind == COLUMN_NUMBER)
		scols_column_set_json_type(column, SCOLS_JSON_NUMBER);
}

void table_row(struct table *t)
{
	t->line = scols_table_new_line(t->scols, NULL);
	check(!!t->line);
	t->next = 0;
}

void table_cell(struct table *t, const char *format, ...)
{
	size_t column = t->next++;
	va_list args;
	char *text;
	int n;

	if (!format)
		return;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	check(n >= 0);
	check(!scols_line_refer_data(t->line, column, text));
}

/* Takes the blanks out of valid JSON, in place; what is inside its strings stays. */
static void json_minify(char *json)
{
	char *out = json;
	int in_string = 0;

	for (const char *p = json; *p; p++) {
		if (in_string && *p == '\\' && p[1]) {
			*out++ = *p++;
			*out++ = *p;
			continue;
		}
		if (*p == '"')
			in_string = !in_string;
		if (in_string || !strchr(" \t\r\n", *p))
			*out++ = *p;
	}
	*out = '\0';
}

static void print_json(struct table *t)
{
	char *json;

	/* The library prints nothing at all, not even brackets, for a table without rows. */
	if (scols_table_is_empty(t->scols)) {
		printf("{\"%s\":[]}\n", t->name);
		return;
	}
	check(!scols_print_table_to_string(t->scols, &json));
	if (t->format == TABLE_JSON)
		json_minify(json);
	printf("%s%s", json, t->format == TABLE_JSON ? "\n" : "");
	free(json);
}

int table_print(struct table *t)
{
	if (t->format != TABLE_TEXT)
		print_json(t);
	else if (!scols_table_is_empty(t->scols))
		check(!scols_print_table(t->scols));
	scols_unref_table(t->scols);
	free(t);
	if (fflush(stdout) || ferror(stdout))
		return msg_error("cannot write: %m");
	return EXIT_OK;
}
