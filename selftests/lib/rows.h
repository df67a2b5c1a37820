/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of /proc/net/tcp_closestat, read in any namespace.
 *
 * The self-tests have readers of their own, here and in diag.h, in place of those of
 * tools/lib: a mistake in a reader that the tools and the tests share would be seen by
 * neither. For the same reason they name the rows by hand.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdint.h>

#define ROWS_MAX	64

/**
 * struct rows - one reading of the file
 * @n: how many rows
 * @row: name and value of each
 */
struct rows {
	unsigned int n;
	struct {
		char name[40];
		uint64_t value;
	} row[ROWS_MAX];
};

void rows_parse(struct rows *rows, const char *text);
void rows_read(struct rows *rows, int ns);
uint64_t rows_get(const struct rows *rows, const char *name);
uint64_t row_now(int ns, const char *name);

#endif /* ROWS_H */
