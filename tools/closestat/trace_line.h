/* SPDX-License-Identifier: GPL-2.0 */
/* Parser of the lines that the trace event tcp_close makes. Pure. */
#ifndef CLOSESTAT_TRACE_LINE_H
#define CLOSESTAT_TRACE_LINE_H

#include "lib/util.h"

#include <stddef.h>

#define TRACE_MAX_FIELDS 40

struct trace_field {
	const char *key;
	const char *value;
};

/* One event; keys and values point into the line. */
struct trace_line {
	u64 us;		/* of the trace clock, microseconds */
	struct trace_field fields[TRACE_MAX_FIELDS];
	size_t n;
};

/**
 * trace_line_parse - read a line of trace_pipe
 * @line: without its newline; changed, and to be kept as long as @parsed
 * @event: name of the event
 * @parsed: filled
 *
 * Every field is accepted, a known one or not. The name of a task, "comm", is the last one and goes
 * on to the end of the line: there may be anything in it.
 *
 * Return: 0, -ENOMSG if it is no line of that event, -EINVAL if it is one but not "key=value" words
 * or too many of them.
 */
int trace_line_parse(char *line, const char *event, struct trace_line *parsed);

/**
 * trace_line_value - look up a field
 * @line: where
 * @key: of the field
 *
 * Return: its value, "" if there is none.
 */
const char *trace_line_value(const struct trace_line *line, const char *key);

#endif
