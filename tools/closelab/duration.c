// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

#define MAX_MS 600000

long duration_ms(const char *text)
{
	static const struct { const char *name; long ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "min", 60000 },
	};
	char *end;
	double n;

	/* strtod() would take signs, hexadecimals and infinities as well */
	if (!isdigit((unsigned char)*text) ||
	    strspn(text, "0123456789.") != strcspn(text, "ms"))
		return -1;
	n = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		n = n * units[i].ms + 0.5;
		return n >= MAX_MS + 1 ? -2 : (long)n;
	}
	return -1;
}
