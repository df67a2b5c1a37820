// SPDX-License-Identifier: GPL-2.0
#include "hist.h"

#include "lib/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N_WORDS 3

/* The histogram being read: what has come of it. */
struct progress {
	struct hists *hists;
	struct hist *hist;
	bool inf, sum;
};

static int split(char *line, char **words)
{
	for (int i = 0; i < N_WORDS; i++) {
		words[i] = line;
		line += strcspn(line, " ");
		if (line == words[i] || (*line == '\0') != (i == N_WORDS - 1))
			return -EINVAL;
		*line++ = '\0';
	}
	return 0;
}

static bool valid_state(const char *state)
{
	return !state[strspn(state, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/* A new state may begin only when the one before is complete. */
static int begin(struct progress *p, const char *state)
{
	struct hists *h = p->hists;
	struct hist *more;

	if (p->hist)
		return strcmp(p->hist->state, state) ? -EINVAL : 0;
	if (!valid_state(state))
		return -EINVAL;
	more = realloc(h->v, (h->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	h->v = more;
	p->hist = &h->v[h->n++];
	*p->hist = (struct hist){ .state = state };
	p->inf = false;
	p->sum = false;
	return 0;
}

static int add_bucket(struct hist *h, u64 le_us, u64 count)
{
	const struct bucket *last = h->n ? &h->buckets[h->n - 1] : NULL;
	struct bucket *more;

	if (last && (le_us <= last->le_us || count < last->count))
		return -EINVAL;
	more = realloc(h->buckets, (h->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	h->buckets = more;
	h->buckets[h->n++] = (struct bucket){ .le_us = le_us, .count = count };
	return 0;
}

static int parse_row(struct progress *p, char *line)
{
	char *words[N_WORDS];
	u64 le_us, value;
	int ret;

	if (split(line, words) || parse_u64(words[2], &value))
		return -EINVAL;
	ret = begin(p, words[0]);
	if (ret)
		return ret;
	if (!p->inf && !strcmp(words[1], "inf")) {
		p->inf = true;
		p->hist->count = value;
		return p->hist->n && value < p->hist->buckets[p->hist->n - 1].count ? -EINVAL : 0;
	}
	if (p->inf && !p->sum && !strcmp(words[1], "sum_us")) {
		p->sum = true;
		p->hist->sum_us = value;
		return 0;
	}
	if (p->sum && !strcmp(words[1], "count")) {
		ret = p->hist->count == value ? 0 : -EINVAL;
		p->hist = NULL;
		return ret;
	}
	if (p->inf || parse_u64(words[1], &le_us))
		return -EINVAL;
	return add_bucket(p->hist, le_us, value);
}

int hists_parse(char *text, size_t len, struct hists *hists)
{
	struct progress p = { .hists = hists };
	char *end = text + len;
	int ret = 0;

	*hists = (struct hists){ 0 };
	while (!ret && text < end) {
		char *newline = memchr(text, '\n', end - text);

		if (!newline) {
			ret = -EINVAL;
			break;
		}
		*newline = '\0';
		ret = strlen(text) == (size_t)(newline - text) ? parse_row(&p, text) : -EINVAL;
		text = newline + 1;
	}
	if (!ret && p.hist)
		ret = -EINVAL;
	if (ret)
		hists_free(hists);
	return ret;
}

void hists_free(struct hists *hists)
{
	for (size_t i = 0; i < hists->n; i++)
		free(hists->v[i].buckets);
	free(hists->v);
	*hists = (struct hists){ 0 };
}

/* The states of /proc/net/tcp_closestat_hist: see docs/abi.md. */
#define N_BOUNDS 37

int hist_fill(struct hist *h)
{
	struct bucket *all = malloc((h->n + N_BOUNDS) * sizeof(*all));
	size_t n = 0, old = 0;
	u64 count = 0;

	if (!all)
		return -ENOMEM;
	for (unsigned int k = 0; k < N_BOUNDS; k++) {
		u64 le_us = 1ULL << k;

		for (; old < h->n && h->buckets[old].le_us <= le_us; old++) {
			all[n] = h->buckets[old];
			count = all[n++].count;
		}
		if (!n || all[n - 1].le_us != le_us)
			all[n++] = (struct bucket){ .le_us = le_us, .count = count };
	}
	while (old < h->n)
		all[n++] = h->buckets[old++];
	free(h->buckets);
	h->buckets = all;
	h->n = n;
	return 0;
}

u64 hist_quantile(const struct hist *h, double share)
{
	double rank = share * h->count;
	u64 low = 0, below = 0;

	if (!h->count)
		return 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct bucket *b = &h->buckets[i];

		if (b->count >= rank && b->count > below)
			return low + (u64)((b->le_us - low) * (rank - below) / (b->count - below));
		low = b->le_us;
		below = b->count;
	}
	return low;
}
