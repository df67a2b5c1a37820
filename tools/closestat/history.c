// SPDX-License-Identifier: GPL-2.0
#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_rows(const struct history *h, const struct counters *c)
{
	if (h->n_rows != c->n)
		return false;
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(h->names[i], c->rows[i].name))
			return false;
	}
	return true;
}

static int take_names(struct history *h, const struct counters *c)
{
	h->names = calloc(c->n ? c->n : 1, sizeof(*h->names));
	if (!h->names)
		return -ENOMEM;
	for (; h->n_rows < c->n; h->n_rows++) {
		h->names[h->n_rows] = strdup(c->rows[h->n_rows].name);
		if (!h->names[h->n_rows])
			return -ENOMEM;
	}
	return 0;
}

/* A count that falls is one of a module that was loaded anew. */
static bool has_fallen(const struct history *h, const struct counters *c)
{
	const struct history_sample *last = history_at(h, 0);
	int row = history_find(h, "ended");

	return last && row >= 0 && c->rows[row].value < last->values[row];
}

int history_add(struct history *h, const struct counters *c, double seconds)
{
	struct history_sample *s;

	if (!has_rows(h, c)) {
		history_free(h);
		if (take_names(h, c)) {
			history_free(h);
			return -ENOMEM;
		}
	}
	s = &h->samples[h->next];
	if (!s->values)
		s->values = calloc(c->n ? c->n : 1, sizeof(*s->values));
	if (!s->values)
		return -ENOMEM;
	s->seconds = seconds;
	s->follows = h->n && !h->gap && !has_fallen(h, c);
	for (size_t i = 0; i < c->n; i++)
		s->values[i] = c->rows[i].value;
	h->gap = false;
	h->next = (h->next + 1) % HISTORY_SAMPLES;
	h->n += h->n < HISTORY_SAMPLES;
	return 0;
}

void history_gap(struct history *h)
{
	h->gap = true;
}

int history_find(const struct history *h, const char *name)
{
	for (size_t i = 0; i < h->n_rows; i++) {
		if (!strcmp(h->names[i], name))
			return i;
	}
	return -1;
}

const struct history_sample *history_at(const struct history *h, size_t back)
{
	if (back >= h->n)
		return NULL;
	return &h->samples[(h->next + 2 * HISTORY_SAMPLES - 1 - back) % HISTORY_SAMPLES];
}

bool history_rate(const struct history *h, size_t row, size_t back, double *rate)
{
	const struct history_sample *now = history_at(h, back);
	const struct history_sample *then = history_at(h, back + 1);

	if (!now || !then || !now->follows || now->seconds <= then->seconds ||
	    now->values[row] < then->values[row])
		return false;
	*rate = (now->values[row] - then->values[row]) / (now->seconds - then->seconds);
	return true;
}

void history_free(struct history *h)
{
	for (size_t i = 0; i < h->n_rows; i++)
		free(h->names[i]);
	free(h->names);
	for (size_t i = 0; i < HISTORY_SAMPLES; i++)
		free(h->samples[i].values);
	memset(h, 0, sizeof(*h));
}
