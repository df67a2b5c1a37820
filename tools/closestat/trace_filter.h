/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the events monitor shows. Pure. */
#ifndef CLOSESTAT_TRACE_FILTER_H
#define CLOSESTAT_TRACE_FILTER_H

#include "trace_line.h"

#include <netinet/in.h>
#include <stdbool.h>

struct trace_condition {
	const struct trace_condition_kind *kind;
	const char *word;
	u64 port;
	struct in6_addr address;
};

/**
 * trace_condition_parse - read a condition
 * @text: "port=80", "addr=10.0.0.1", "kind=rst_sent"...; to be kept as long as @condition
 * @condition: filled
 *
 * Return: 0, -ENOENT if there is no condition of that name, -EINVAL if its value is none.
 */
int trace_condition_parse(const char *text, struct trace_condition *condition);

/**
 * trace_condition_holds - tell whether an event fulfils a condition
 * @condition: which
 * @line: the event
 *
 * Return: true if it does.
 */
bool trace_condition_holds(const struct trace_condition *condition, const struct trace_line *line);

/**
 * trace_condition_name - go through the names of conditions
 * @i: from 0 on
 *
 * Return: the name, NULL after the last.
 */
const char *trace_condition_name(size_t i);

/**
 * trace_condition_values - what a condition's value may be
 * @name: of the condition; what follows a '=' is not looked at
 *
 * Return: for people to read, "kind" and "cause" with all the words there are, with blanks between;
 * "" for no condition.
 */
const char *trace_condition_values(const char *name);

#endif
