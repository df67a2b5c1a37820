// SPDX-License-Identifier: GPL-2.0
#include "msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static void print(const char *format, va_list args)
{
	int saved = errno;

	/* Output comes before the complaint about the next step. */
	fflush(stdout);
	fputs("closestat: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	errno = saved;
}

int msg_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	return EXIT_FAILED;
}

int msg_usage(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	fprintf(stderr, "Try 'closestat %s%s--help'.\n", command ? command : "",
		command ? " " : "");
	return EXIT_USAGE;
}
