// SPDX-License-Identifier: GPL-2.0
#include "spark.h"

#include <string.h>

#define N_LEVELS 8

static const char *const blocks[N_LEVELS] = {
	"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
};

static const char *const letters[N_LEVELS] = { ".", ".", ":", "-", "=", "+", "*", "#" };

char *spark_text(const double *values, int n, bool utf8, char *text)
{
	char *end = text;
	double most = 0;

	for (int i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	for (int i = 0; i < n; i++) {
		int level = values[i] > 0 ? (int)(values[i] / most * (N_LEVELS - 1)) : 0;

		if (values[i] > 0)
			end = stpcpy(end, (utf8 ? blocks : letters)[level]);
		else
			end = stpcpy(end, values[i] < 0 ? " " : "_");
	}
	*end = '\0';
	return text;
}
