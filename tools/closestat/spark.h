/* SPDX-License-Identifier: GPL-2.0 */
/* A row of numbers as a row of characters, higher ones for larger numbers. Pure. */
#ifndef CLOSESTAT_SPARK_H
#define CLOSESTAT_SPARK_H

#include <stdbool.h>

#define SPARK_MAX 60			/* numbers */
#define SPARK_SIZE (SPARK_MAX * 3 + 1)	/* bytes of their text */

/**
 * spark_text - draw numbers
 * @values: the numbers, the oldest first; below 0: there is none
 * @n: how many, SPARK_MAX at most
 * @utf8: by block elements, else in ASCII
 * @text: SPARK_SIZE bytes, set to a character for each number
 *
 * The largest one has the full height; what is more than 0 shows.
 *
 * Return: @text.
 */
char *spark_text(const double *values, int n, bool utf8, char *text);

#endif
