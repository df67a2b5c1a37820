// SPDX-License-Identifier: GPL-2.0
/*
 * Both formats name their samples alike. They differ in the name that TYPE and HELP give to a
 * counter (OpenMetrics leaves out "_total"), in what they call an unknown type, and in the units
 * and the end mark that only OpenMetrics has.
 */
#include "exposition.h"

#include "lib/units.h"
#include "metrics.h"

#include <string.h>

#define PREFIX "tcp_closestat_"
#define DURATION PREFIX "duration_seconds"

static void put_label(FILE *to, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', to);
		fputc(*value, to);
	}
}

static void put_head(const struct exposition *e, const char *name, const struct metric *m)
{
	const char *suffix = m->type == METRIC_COUNTER && !e->openmetrics ? "_total" : "";
	const char *type = "gauge";

	if (m->type == METRIC_COUNTER)
		type = "counter";
	else if (m->type == METRIC_UNKNOWN)
		type = e->openmetrics ? "unknown" : "untyped";
	fprintf(e->to, "# HELP " PREFIX "%s%s %s\n", name, suffix, m->help);
	fprintf(e->to, "# TYPE " PREFIX "%s%s %s\n", name, suffix, type);
}

static void put_family(const struct exposition *e, const char *name, const struct blocks *blocks,
		       char *const *labels, size_t first)
{
	const struct metric *m = metric_find(name);

	put_head(e, name, m);
	for (size_t i = first; i < blocks->n; i++) {
		const struct counter *row = counters_find(&blocks->v[i].counters, name);

		if (!row)
			continue;
		fprintf(e->to, PREFIX "%s%s{netns=\"", name,
			m->type == METRIC_COUNTER ? "_total" : "");
		put_label(e->to, labels[i]);
		fprintf(e->to, "\"} %llu\n", row->value);
	}
}

static bool has_been(const struct blocks *blocks, size_t n, size_t row)
{
	const struct counters *own = &blocks->v[n].counters;
	const char *name = own->rows[row].name;

	for (size_t i = 0; i < n; i++) {
		if (counters_find(&blocks->v[i].counters, name))
			return true;
	}
	return counters_find(own, name) != &own->rows[row];
}

void exposition_counters(const struct exposition *e, const struct blocks *blocks,
			 char *const *labels)
{
	for (size_t i = 0; i < blocks->n; i++) {
		const struct counters *c = &blocks->v[i].counters;

		for (size_t row = 0; row < c->n; row++) {
			if (!has_been(blocks, i, row))
				put_family(e, c->rows[row].name, blocks, labels, i);
		}
	}
}

/* A canonical float, so that the same bound is the same label in every version. */
static void put_seconds(FILE *to, u64 us)
{
	int digits = 6;
	u64 fraction = us % US_PER_S;

	for (; digits > 1 && !(fraction % 10); digits--)
		fraction /= 10;
	fprintf(to, "%llu.%0*llu", us / US_PER_S, digits, fraction);
}

static void put_labels(FILE *to, const char *label, const char *state)
{
	fputs("{netns=\"", to);
	put_label(to, label);
	fprintf(to, "\",state=\"%s\"", state);
}

static void put_hist(FILE *to, const struct hist *h, const char *label)
{
	for (size_t i = 0; i < h->n; i++) {
		fputs(DURATION "_bucket", to);
		put_labels(to, label, h->state);
		fputs(",le=\"", to);
		put_seconds(to, h->buckets[i].le_us);
		fprintf(to, "\"} %llu\n", h->buckets[i].count);
	}
	fputs(DURATION "_bucket", to);
	put_labels(to, label, h->state);
	fprintf(to, ",le=\"+Inf\"} %llu\n", h->count);
	fputs(DURATION "_sum", to);
	put_labels(to, label, h->state);
	fputs("} ", to);
	put_seconds(to, h->sum_us);
	fputs("\n" DURATION "_count", to);
	put_labels(to, label, h->state);
	fprintf(to, "} %llu\n", h->count);
}

void exposition_hists(const struct exposition *e, const struct hists *hists, const char *label)
{
	fputs("# HELP " DURATION " Time spent in each closing state.\n"
	      "# TYPE " DURATION " histogram\n", e->to);
	if (e->openmetrics)
		fputs("# UNIT " DURATION " seconds\n", e->to);
	for (size_t i = 0; i < hists->n; i++)
		put_hist(e->to, &hists->v[i], label);
}

void exposition_end(const struct exposition *e)
{
	if (e->openmetrics)
		fputs("# EOF\n", e->to);
}
