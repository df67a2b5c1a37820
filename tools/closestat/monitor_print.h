/* SPDX-License-Identifier: GPL-2.0 */
/* How monitor prints a connection that has ended. */
#ifndef MONITOR_PRINT_H
#define MONITOR_PRINT_H

#include "lib/units.h"
#include "trace_line.h"

#include <stdbool.h>

/**
 * monitor_print_text() - print a connection as a line to read
 * @line: its trace event
 * @us: when it ended, in microseconds since 1970
 * @netns: the name of its namespace; NULL to leave that out
 */
void monitor_print_text(const struct trace_line *line, u64 us, const char *netns);

/**
 * monitor_print_header() - print what the parts of such lines are
 * @netns: with the name of the namespace
 */
void monitor_print_header(bool netns);

/**
 * monitor_print_json() - print a connection as a JSON object on a line
 * @line: its trace event
 * @us: when it ended, in microseconds since 1970
 */
void monitor_print_json(const struct trace_line *line, u64 us);

#endif
