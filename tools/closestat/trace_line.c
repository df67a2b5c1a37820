// SPDX-License-Identifier: GPL-2.0
#include "trace_line.h"

#include "lib/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Where ": event: " is: the one behind a time, with its six digits of a fraction. Before and behind
 * it may be the name of a task, which a user chooses, but in 15 bytes, too few for both.
 */
static char *find_event(char *line, const char *event)
{
	char mark[64];

	snprintf(mark, sizeof(mark), ": %s: ", event);
	for (char *p = line; (p = strstr(p, mark)); p++) {
		if (p - line > 7 && p[-7] == '.')
			return p;
	}
	return strstr(line, mark);
}

/* The word that ends at end, "123.456789". */
static int parse_time(char *line, char *end, u64 *us)
{
	char *start = end;

	*end = '\0';
	while (start > line && start[-1] != ' ')
		start--;
	return parse_duration(start, US_PER_S, us) ? -EINVAL : 0;
}

int trace_line_parse(char *line, const char *event, struct trace_line *parsed)
{
	char *mark = find_event(line, event);
	char *word, *rest;

	if (!mark)
		return -ENOMSG;
	rest = mark + strlen(event) + 4;
	parsed->n = 0;
	if (parse_time(line, mark, &parsed->us))
		return -EINVAL;
	while ((word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');

		/* Two blanks in a row, or one at the end. */
		if (!*word)
			continue;
		/* The name of a task may have blanks in it. */
		if (!value && parsed->n) {
			word[-1] = ' ';
			continue;
		}
		if (!value || value == word || parsed->n == TRACE_MAX_FIELDS)
			return -EINVAL;
		*value++ = '\0';
		/* The last: whatever follows is of the name. */
		if (!strcmp(word, "comm") && rest) {
			rest[-1] = ' ';
			rest = NULL;
		}
		parsed->fields[parsed->n].key = word;
		parsed->fields[parsed->n].value = value;
		parsed->n++;
	}
	return 0;
}

const char *trace_line_value(const struct trace_line *line, const char *key)
{
	for (size_t i = 0; i < line->n; i++) {
		if (!strcmp(line->fields[i].key, key))
			return line->fields[i].value;
	}
	return "";
}
