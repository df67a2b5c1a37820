// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"

#include <stdio.h>

int cmd_bad(const char *command, const char *format, const char *text)
{
	fprintf(stderr, "closelab %s: ", command);
	fprintf(stderr, format, text);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
