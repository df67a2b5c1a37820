/* SPDX-License-Identifier: GPL-2.0 */
/* The tool's messages on stderr, and its exit codes. */
#ifndef CLOSESTAT_MSG_H
#define CLOSESTAT_MSG_H

#include "lib/util.h"

/* Exit codes; the same for every subcommand unless its help says otherwise. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

/**
 * msg_error - print one line, "closestat: ..." with a newline, on stderr
 * @format: as for printf
 *
 * Leaves errno as it was.
 *
 * Return: always EXIT_FAILED, so that a caller can print and return in one statement.
 */
int msg_error(const char *format, ...) __printf(1, 2);

/**
 * msg_usage - report a wrong use of the command line and where to read about the right one
 * @command: subcommand whose help applies, NULL for the tool's own
 * @format: as for printf
 *
 * Return: always EXIT_USAGE.
 */
int msg_usage(const char *command, const char *format, ...) __printf(2, 3);

#endif
