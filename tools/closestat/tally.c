// SPDX-License-Identifier: GPL-2.0
#include "tally.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A screen has no use for more, and peers' ports could make as many as they like. */
#define MAX_ROWS 65536

static const struct tally_key keys[] = {
	{ "how", { "ended" } },
	{ "cause", { "rst" } },
	{ "port", { "sport" } },
	{ "peer", { "daddr" } },
	{ "pport", { "dport" } },
	{ "program", { "comm" } },
	{ "unit", { "cgroup", "cgroup_id" } },
	{ "netns", { "netns" } },
	{ "errno", { "errno" } },
};

const struct tally_key *tally_key_at(size_t i)
{
	return i < ARRAY_SIZE(keys) ? &keys[i] : NULL;
}

static const struct tally_key *find_key(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strlen(keys[i].name) == len && !strncmp(keys[i].name, name, len))
			return &keys[i];
	}
	return NULL;
}

int tally_parse_keys(struct tally *t, const char *text)
{
	for (;; text++) {
		size_t len = strcspn(text, ",");
		const struct tally_key *key = find_key(text, len);

		if (!key)
			return -ENOENT;
		for (size_t i = 0; i < t->n_keys; i++) {
			if (t->keys[i] == key)
				return -EEXIST;
		}
		if (t->n_keys == TALLY_MAX_KEYS)
			return -E2BIG;
		t->keys[t->n_keys++] = key;
		text += len;
		if (!*text)
			return 0;
	}
}

static size_t hash(const struct tally *t, const struct tally_row *row)
{
	size_t h = 5381;

	for (size_t i = 0; i < t->n_keys; i++) {
		for (const char *c = row->cells[i]; *c; c++)
			h = h * 33 + (unsigned char)*c;
		h = h * 33 + 1;
	}
	return h;
}

static bool same(const struct tally *t, const struct tally_row *a, const struct tally_row *b)
{
	for (size_t i = 0; i < t->n_keys; i++) {
		if (strcmp(a->cells[i], b->cells[i]))
			return false;
	}
	return true;
}

/* The slot of a row, or the empty one where it belongs. */
static size_t *find_slot(const struct tally *t, const struct tally_row *row)
{
	size_t at = hash(t, row) & (t->n_slots - 1);

	while (t->slots[at] && !same(t, &t->rows[t->slots[at] - 1], row))
		at = (at + 1) & (t->n_slots - 1);
	return &t->slots[at];
}

/* At most half of the slots are taken. */
static int make_room(struct tally *t)
{
	size_t n_slots = t->n_slots ? t->n_slots * 2 : 64;
	struct tally_row *rows;
	size_t *slots;

	if (t->n_slots && t->n < t->n_slots / 2)
		return 0;
	if (t->n >= MAX_ROWS)
		return -E2BIG;
	rows = realloc(t->rows, n_slots / 2 * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	t->rows = rows;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	for (size_t i = 0; i < t->n; i++)
		*find_slot(t, &t->rows[i]) = i + 1;
	return 0;
}

static const char *value_of(const struct tally_key *key, const struct trace_line *line)
{
	const char *value = trace_line_value(line, key->fields[0]);

	return *value || !key->fields[1] ? value : trace_line_value(line, key->fields[1]);
}

void tally_add(struct tally *t, const struct trace_line *line,
	       void (*cell)(const struct tally_key *key, const char *value, char *shown,
			    void *data), void *data)
{
	struct tally_row row = { .count = 1 };
	size_t *slot;

	t->total++;
	for (size_t i = 0; i < t->n_keys; i++) {
		const char *value = value_of(t->keys[i], line);

		if (cell)
			cell(t->keys[i], value, row.cells[i], data);
		else
			snprintf(row.cells[i], TALLY_CELL, "%s", value);
	}
	if (make_room(t) && !t->n_slots) {
		t->passed_over++;
		return;
	}
	slot = find_slot(t, &row);
	if (*slot) {
		t->rows[*slot - 1].count++;
	} else if (t->n < t->n_slots / 2) {
		t->rows[t->n] = row;
		*slot = ++t->n;
	} else {
		t->passed_over++;
	}
}

static int compare(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return memcmp(x->cells, y->cells, sizeof(x->cells));
}

void tally_sort(struct tally *t)
{
	if (t->n)
		qsort(t->rows, t->n, sizeof(*t->rows), compare);
}

void tally_clear(struct tally *t)
{
	free(t->rows);
	free(t->slots);
	t->rows = NULL;
	t->slots = NULL;
	t->n = 0;
	t->n_slots = 0;
	t->total = 0;
	t->passed_over = 0;
}
