/* SPDX-License-Identifier: GPL-2.0 */
/* Tables as text for people or JSON for programs, from the same calls. */
#ifndef CLOSESTAT_TABLE_H
#define CLOSESTAT_TABLE_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

enum table_format {
	TABLE_TEXT,
	TABLE_JSON,		/* on one line */
	TABLE_JSON_PRETTY,	/* indented */
};

enum table_column {
	COLUMN_TEXT,
	COLUMN_NUMBER,	/* to the right; in JSON a number, null where empty */
	COLUMN_PROSE,	/* may be folded to the width of the terminal */
};

struct table;

/**
 * table_new - begin a table
 * @name: key of its rows in JSON
 * @format: how to print it
 *
 * Ends the program with EXIT_FAILED if memory runs out, as every function of this file does.
 *
 * Return: the table, to be given to table_print().
 */
struct table *table_new(const char *name, enum table_format format);

/**
 * table_column - add a column to a table without rows
 * @table: which
 * @name: heading; in lower case the key in JSON
 * @kind: what it holds
 */
void table_column(struct table *table, const char *name, enum table_column kind);

/**
 * table_row - begin a row; the cells that follow are its own, from the first column on
 * @table: which
 */
void table_row(struct table *table);

/**
 * table_cell - fill the next cell of the row
 * @table: which
 * @format: as for printf; NULL leaves the cell empty
 */
void table_cell(struct table *table, const char *format, ...) __printf(2, 3);

/**
 * table_print - print a table on stdout and release it
 * @table: which
 *
 * Return: EXIT_OK, or EXIT_FAILED with a message if that could not be written.
 */
int table_print(struct table *table);

#endif
