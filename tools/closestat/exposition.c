// SPDX-License-Identifier: GPL-2.0
/*
 * Both formats name their samples alike. They differ in the name that TYPE and HELP give to a
 * counter (OpenMetrics leaves out "_total"), in what they call an unknown type, and in the type
 * info, the units and the end mark that only OpenMetrics has.
 */
#include "exposition.h"

#include "families.h"
#include "lib/units.h"
#include "settings.h"
#include "sysctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "tcp_closestat_"

/* A row and what becomes of it. */
struct column {
	const char *row;
	struct family family;
	char value[FAMILY_NAME_SIZE];
	bool written;	/* or not to be */
};

struct columns {
	struct column *v;
	size_t n;
	bool kernel;	/* rows of the kernel's, not of the module's */
};

static void put_escaped(FILE *to, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', to);
		fputc(*value < ' ' || *value > '~' ? '?' : *value, to);
	}
}

char *exposition_labels(const char *netns, const char *name)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	fputs("netns=\"", to);
	put_escaped(to, netns);
	if (name && *name) {
		fputs("\",netns_name=\"", to);
		put_escaped(to, name);
	}
	fputc('"', to);
	return fclose(to) ? NULL : text;
}

/* @row: of a family without words of its own */
static void put_head(const struct exposition *e, const struct family *f, const char *row)
{
	static const char unit[] = "_seconds";
	const char *suffix = f->type == METRIC_COUNTER && !e->openmetrics ? "_total" : "";
	size_t len = strlen(f->name);
	const char *type = "gauge";

	if (f->type == METRIC_COUNTER)
		type = "counter";
	else if (f->type == METRIC_UNKNOWN)
		type = e->openmetrics ? "unknown" : "untyped";
	fprintf(e->to, "# HELP " PREFIX "%s%s ", f->name, suffix);
	if (f->help)
		fprintf(e->to, "%s\n", f->help);
	else
		fprintf(e->to, "The kernel's own count %s.\n", row);
	fprintf(e->to, "# TYPE " PREFIX "%s%s %s\n", f->name, suffix, type);
	if (e->openmetrics && len > strlen(unit) && !strcmp(f->name + len - strlen(unit), unit))
		fprintf(e->to, "# UNIT " PREFIX "%s seconds\n", f->name);
}

static void put_sample(const struct exposition *e, const struct family *f, const char *labels,
		       const char *value, u64 number)
{
	fprintf(e->to, PREFIX "%s%s{%s", f->name, f->type == METRIC_COUNTER ? "_total" : "",
		labels);
	if (f->label)
		fprintf(e->to, ",%s=\"%s\"", f->label, value);
	fprintf(e->to, "} %llu\n", number);
}

void exposition_info(const struct exposition *e, const char *module)
{
	/* An info's family has no "_info" of its own in OpenMetrics. */
	const char *name = e->openmetrics ? "tcp_closestat" : PREFIX "info";

	fprintf(e->to, "# HELP %s Versions of the module and of closestat.\n", name);
	fprintf(e->to, "# TYPE %s %s\n", name, e->openmetrics ? "info" : "gauge");
	fputs(PREFIX "info{version=\"", e->to);
	put_escaped(e->to, module ? : "");
	fputs("\",tool_version=\"", e->to);
	put_escaped(e->to, VERSION);
	fputs("\"} 1\n", e->to);
}

static bool has_column(const struct columns *c, size_t expected, const char *row)
{
	/* Blocks have the same rows in the same order, nearly always. */
	if (expected < c->n && !strcmp(c->v[expected].row, row))
		return true;
	for (size_t i = 0; i < c->n; i++) {
		if (!strcmp(c->v[i].row, row))
			return true;
	}
	return false;
}

static int add_column(struct columns *c, const char *row)
{
	struct column *more;

	/* Grows at each power of two. */
	if (!(c->n & (c->n - 1))) {
		more = realloc(c->v, (c->n ? c->n * 2 : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->v = more;
	}
	more = &c->v[c->n++];
	*more = (struct column){ .row = row };
	if (c->kernel)
		family_of_kernel(row, &more->family);
	else
		more->written = !family_of_row(row, &more->family, more->value);
	return 0;
}

static int make_columns(const struct blocks *blocks, struct columns *c)
{
	for (size_t i = 0; i < blocks->n; i++) {
		const struct counters *block = &blocks->v[i].counters;

		for (size_t row = 0; row < block->n; row++) {
			if (!has_column(c, row, block->rows[row].name) &&
			    add_column(c, block->rows[row].name))
				return -ENOMEM;
		}
	}
	return 0;
}

static void put_column(const struct exposition *e, const struct columns *c, size_t at,
		       const struct blocks *blocks, char *const *labels)
{
	const struct column *column = &c->v[at];

	for (size_t i = 0; i < blocks->n; i++) {
		const struct counters *block = &blocks->v[i].counters;
		const struct counter *row;

		if (at < block->n && !strcmp(block->rows[at].name, column->row))
			row = &block->rows[at];
		else
			row = counters_find(block, column->row);
		if (row)
			put_sample(e, &column->family, labels[i], column->value, row->value);
	}
}

static int put_blocks(const struct exposition *e, const struct blocks *blocks,
		      char *const *labels, bool kernel)
{
	struct columns c = { .kernel = kernel };
	int ret = make_columns(blocks, &c);

	for (size_t i = 0; !ret && i < c.n; i++) {
		const struct family *f = &c.v[i].family;

		if (c.v[i].written)
			continue;
		put_head(e, f, c.v[i].row);
		for (size_t j = i; j < c.n; j++) {
			if (c.v[j].written || strcmp(c.v[j].family.name, f->name))
				continue;
			put_column(e, &c, j, blocks, labels);
			c.v[j].written = true;
		}
	}
	free(c.v);
	return ret;
}

int exposition_counters(const struct exposition *e, const struct blocks *blocks,
			char *const *labels)
{
	return put_blocks(e, blocks, labels, false);
}

int exposition_kernel(const struct exposition *e, const struct blocks *blocks,
		      char *const *labels)
{
	return put_blocks(e, blocks, labels, true);
}

static void put_seconds(FILE *to, u64 us)
{
	int digits = 6;
	u64 fraction = us % US_PER_S;

	/* A canonical float, so that the same bound is the same label in every version. */
	for (; digits > 1 && !(fraction % 10); digits--)
		fraction /= 10;
	fprintf(to, "%llu.%0*llu", us / US_PER_S, digits, fraction);
}

/* The name of a setting's gauge: its unit is the base unit. */
static void name_setting(const struct setting *k, struct family *f)
{
	int len = strlen(k->name);
	const char *unit = "";

	if (k->unit == UNIT_MS || k->unit == UNIT_S)
		unit = "_seconds";
	else if (k->unit == UNIT_PORTS)
		unit = "_size";
	if (k->unit == UNIT_MS && len > 3 && !strcmp(k->name + len - 3, "_ms"))
		len -= 3;
	snprintf(f->name, sizeof(f->name), "setting_%.*s%s", len, k->name, unit);
}

/* Whether the text is a value that a gauge can have: a number, or two that are a range. */
static bool parse_value(const struct setting *k, const char *text, u64 *value)
{
	unsigned long long first, last;
	int n = sscanf(text, "%llu %llu", &first, &last);

	if (n != (k->unit == UNIT_PORTS ? 2 : 1) || *text == '-')
		return false;
	if (k->unit == UNIT_PORTS && last < first)
		return false;
	*value = k->unit == UNIT_PORTS ? last - first + 1 : first;
	return true;
}

static void put_value(const struct exposition *e, const struct setting *k, const char *name,
		      u64 value, const char *labels)
{
	fprintf(e->to, PREFIX "%s{%s} ", name, labels);
	if (k->unit == UNIT_MS)
		put_seconds(e->to, value * US_PER_MS);
	else
		fprintf(e->to, "%llu", value);
	fputc('\n', e->to);
}

static void put_setting_head(const struct exposition *e, const struct setting *k,
			     struct family *f)
{
	char help[160];

	*f = (struct family){ .type = METRIC_GAUGE };
	name_setting(k, f);
	snprintf(help, sizeof(help), "The sysctl %s: %s.", k->name, k->meaning);
	f->help = help;
	put_head(e, f, NULL);
	f->help = NULL;
}

static void put_setting(const struct exposition *e, const struct setting *k, const char *labels)
{
	char text[SETTING_VALUE_SIZE];
	struct family f;
	u64 value;

	if (sysctl_read(k, text) || !parse_value(k, text, &value))
		return;
	put_setting_head(e, k, &f);
	put_value(e, k, f.name, value, labels);
}

static void put_ports(const struct exposition *e, const struct setting *k,
		      const struct kernel_facts *facts, char *const *labels)
{
	struct family f;
	bool begun = false;
	u64 value;

	for (size_t i = 0; i < facts->counts.n; i++) {
		if (!parse_value(k, facts->ports[i], &value))
			continue;
		if (!begun)
			put_setting_head(e, k, &f);
		begun = true;
		put_value(e, k, f.name, value, labels[i]);
	}
}

void exposition_settings(const struct exposition *e, const struct kernel_facts *facts,
			 char *const *labels)
{
	const struct setting *k;

	for (size_t i = 0; (k = setting_at(i)); i++) {
		if (k->unit == UNIT_PORTS)
			put_ports(e, k, facts, labels);
		else if (!k->hidden)
			put_setting(e, k, labels[0]);
	}
}

/* Not the time in a state: from the first FIN to the end. */
static bool is_whole(const struct hist *h)
{
	return !strcmp(h->state, "close");
}

static void put_hist(FILE *to, const char *name, const struct hist *h, const char *labels)
{
	char all[512];

	if (is_whole(h))
		snprintf(all, sizeof(all), "%s", labels);
	else
		snprintf(all, sizeof(all), "%s,state=\"%s\"", labels, h->state);
	for (size_t i = 0; i < h->n; i++) {
		fprintf(to, PREFIX "%s_bucket{%s,le=\"", name, all);
		put_seconds(to, h->buckets[i].le_us);
		fprintf(to, "\"} %llu\n", h->buckets[i].count);
	}
	fprintf(to, PREFIX "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, all, h->count);
	fprintf(to, PREFIX "%s_sum{%s} ", name, all);
	put_seconds(to, h->sum_us);
	fprintf(to, "\n" PREFIX "%s_count{%s} %llu\n", name, all, h->count);
}

static void put_hists(const struct exposition *e, const char *name, const char *help, bool whole,
		      const struct histblocks *blocks, char *const *labels)
{
	fprintf(e->to, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s histogram\n", name, help, name);
	if (e->openmetrics)
		fprintf(e->to, "# UNIT " PREFIX "%s seconds\n", name);
	for (size_t i = 0; i < blocks->n; i++) {
		const struct hists *hists = &blocks->v[i].hists;

		for (size_t j = 0; j < hists->n; j++) {
			if (is_whole(&hists->v[j]) == whole)
				put_hist(e->to, name, &hists->v[j], labels[i]);
		}
	}
}

void exposition_hists(const struct exposition *e, const struct histblocks *blocks,
		      char *const *labels)
{
	put_hists(e, "state_duration_seconds", "Time spent in each closing state.", false,
		  blocks, labels);
	put_hists(e, "close_duration_seconds", "Time from the first FIN to the end.", true,
		  blocks, labels);
}

void exposition_end(const struct exposition *e)
{
	if (e->openmetrics)
		fputs("# EOF\n", e->to);
}
