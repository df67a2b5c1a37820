/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that ended, counted by a choice of what is known of them. Pure. */
#ifndef CLOSESTAT_TALLY_H
#define CLOSESTAT_TALLY_H

#include "trace_line.h"

#include <stddef.h>

#define TALLY_MAX_KEYS 6
#define TALLY_CELL 64

/* The keys that top counts by, each a field, or fields, of the event. */
struct tally_key {
	const char *name;	/* as the user writes it, and the heading in lower case */
	const char *fields[2];	/* of the event: the first that is there */
};

/* One combination of values. */
struct tally_row {
	u64 count;
	char cells[TALLY_MAX_KEYS][TALLY_CELL];
};

struct tally {
	const struct tally_key *keys[TALLY_MAX_KEYS];
	size_t n_keys;
	struct tally_row *rows;
	size_t n;
	size_t *slots;		/* hash table of indices into rows, plus 1 */
	size_t n_slots;
	u64 total;
	u64 passed_over;	/* not in rows: there are too many of them already */
};

/**
 * tally_key_at - go through all keys
 * @i: from 0 on
 *
 * Return: the key, NULL after the last.
 */
const struct tally_key *tally_key_at(size_t i);

/**
 * tally_parse_keys - choose what to count by
 * @tally: zeroed
 * @text: names of keys with commas between them
 *
 * Return: 0, -ENOENT for a name of none, -EEXIST for one given twice, -E2BIG for too many.
 */
int tally_parse_keys(struct tally *tally, const char *text);

/**
 * tally_add - count a connection
 * @tally: where
 * @line: its event
 * @cell: what a key's value is shown as: gets the key and the event's value, and fills TALLY_CELL
 *	bytes; NULL to show it as it is
 * @data: passed to @cell
 */
void tally_add(struct tally *tally, const struct trace_line *line,
	       void (*cell)(const struct tally_key *key, const char *value, char *shown,
			    void *data), void *data);

/**
 * tally_sort - put the rows that count most first
 * @tally: to be counted on with only after tally_clear()
 */
void tally_sort(struct tally *tally);

/**
 * tally_clear - begin anew, with the same keys
 * @tally: which
 */
void tally_clear(struct tally *tally);

#endif
