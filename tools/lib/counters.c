// SPDX-License-Identifier: GPL-2.0
#include "lib/counters.h"

#include "lib/units.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int valid_name(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '_')
			return 0;
	}
	return *name != '\0';
}

static int parse_row(char *line, struct counter *row)
{
	char *value = strchr(line, ' ');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!valid_name(line) || parse_u64(value, &row->value))
		return -EINVAL;
	row->name = line;
	return 0;
}

static int append(struct counters *c, const struct counter *row)
{
	/* Grows at each power of two. */
	if (!(c->n & (c->n - 1))) {
		size_t room = c->n ? c->n * 2 : 1;
		struct counter *more = realloc(c->rows, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		c->rows = more;
	}
	c->rows[c->n++] = *row;
	return 0;
}

static int parse_rows(char *text, size_t len, struct counters *c)
{
	char *end = text + len;
	int first = 1;

	for (char *line = text, *next; line < end; line = next) {
		char *newline = memchr(line, '\n', end - line);
		struct counter row;
		int ret;

		/* A line without its end is a file cut short. */
		if (!newline)
			return -EINVAL;
		*newline = '\0';
		next = newline + 1;
		if (strlen(line) != (size_t)(newline - line))
			return -EINVAL;
		ret = parse_row(line, &row);
		if (ret)
			return ret;
		if (first) {
			if (strcmp(row.name, "version"))
				return -EINVAL;
			if (row.value != COUNTERS_VERSION)
				return -EPROTO;
			first = 0;
		}
		ret = append(c, &row);
		if (ret)
			return ret;
	}
	return first ? -EINVAL : 0;
}

int counters_parse(char *text, size_t len, struct counters *counters)
{
	int ret;

	*counters = (struct counters){ 0 };
	ret = parse_rows(text, len, counters);
	if (ret)
		counters_free(counters);
	return ret;
}

void counters_free(struct counters *counters)
{
	free(counters->rows);
	*counters = (struct counters){ 0 };
}

const struct counter *counters_find(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->n; i++) {
		if (!strcmp(counters->rows[i].name, name))
			return &counters->rows[i];
	}
	return NULL;
}

u64 counters_value(const struct counters *counters, const char *name)
{
	const struct counter *row = counters_find(counters, name);

	return row ? row->value : 0;
}
