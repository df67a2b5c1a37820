// SPDX-License-Identifier: GPL-2.0
/* closestat hist: how long connections stay in each closing state. */
#include "command.h"
#include "histfile.h"
#include "lib/units.h"
#include "msg.h"
#include "nsnames.h"
#include "sysctl.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define BAR_WIDTH 40

/* The input: of one namespace, or of all. */
struct view {
	const struct options *options;
	int n_patterns;
	char **patterns;
	struct histblocks blocks;
	struct nsnames names;
	char *text;
};

static bool wanted(const struct hist *h, int n, char **patterns)
{
	for (int i = 0; i < n; i++) {
		if (!fnmatch(patterns[i], h->state, 0))
			return true;
	}
	return !n && h->count;
}

static bool is_empty(const struct histblocks *blocks)
{
	for (size_t i = 0; i < blocks->n; i++) {
		for (size_t j = 0; j < blocks->v[i].hists.n; j++) {
			if (blocks->v[i].hists.v[j].count)
				return false;
		}
	}
	return true;
}

/* Why there is nothing to see; for a person only. */
static void explain_nothing(const struct view *v)
{
	const struct options *o = v->options;
	u64 on;

	if (o->json || v->n_patterns || o->zeros || !is_empty(&v->blocks))
		return;
	if (!sysctl_read_number("histograms", &on) && !on)
		msg_error("no durations are kept: 'closestat set histograms=on' has them kept");
	else
		msg_error("nothing has closed yet; -z shows the states all the same");
}

static void add_time(struct table *t, const struct options *o, const struct hist *h, u64 us)
{
	char text[DURATION_SIZE];

	if (!h->count)
		table_cell(t, o->json ? NULL : "-");
	else if (o->json)
		table_cell(t, "%llu", us);
	else
		table_cell(t, "%s", format_duration(us, text));
}

/* [[le_us,count],...]: the cell of a JSON table may hold any value. */
static void add_buckets(struct table *t, const struct hist *h)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		exit(msg_error("out of memory"));
	for (size_t i = 0; i < h->n; i++)
		fprintf(f, "%c[%llu,%llu]", i ? ',' : '[', h->buckets[i].le_us,
			h->buckets[i].count);
	fputs(h->n ? "]" : "[]", f);
	if (fclose(f))
		exit(msg_error("out of memory"));
	table_cell(t, "%s", text);
	free(text);
}

static const double shares[] = { 0.5, 0.9, 0.99 };

static struct table *make_table(const struct options *o)
{
	struct table *t = table_new("histograms", o->format);

	if (o->all) {
		table_column(t, "NETNS", COLUMN_TEXT);
		table_column(t, "INODE", COLUMN_NUMBER);
	}
	table_column(t, "STATE", COLUMN_TEXT);
	table_column(t, "COUNT", COLUMN_NUMBER);
	table_column(t, o->json ? "MEAN_US" : "MEAN", COLUMN_NUMBER);
	table_column(t, o->json ? "P50_US" : "P50", COLUMN_NUMBER);
	table_column(t, o->json ? "P90_US" : "P90", COLUMN_NUMBER);
	table_column(t, o->json ? "P99_US" : "P99", COLUMN_NUMBER);
	if (o->json) {
		table_column(t, "SUM_US", COLUMN_NUMBER);
		table_column(t, "BUCKETS", COLUMN_NUMBER);
	}
	return t;
}

static void add_hist(const struct view *v, struct table *t, u64 inode, const struct hist *h)
{
	const struct options *o = v->options;

	table_row(t);
	if (o->all) {
		table_cell(t, "%s", nsnames_find(&v->names, inode));
		if (inode)
			table_cell(t, "%llu", inode);
		else
			table_cell(t, NULL);
	}
	table_cell(t, "%s", h->state);
	table_cell(t, "%llu", h->count);
	add_time(t, o, h, h->count ? h->sum_us / h->count : 0);
	for (size_t s = 0; s < ARRAY_SIZE(shares); s++)
		add_time(t, o, h, hist_quantile(h, shares[s]));
	if (o->json) {
		table_cell(t, "%llu", h->sum_us);
		add_buckets(t, h);
	}
}

static int print_summary(struct view *v)
{
	/* Of all namespaces the file tells those states alone that have been left. */
	const bool zeros = !v->n_patterns && (v->options->json || v->options->zeros);
	struct table *t = make_table(v->options);

	if (v->options->all)
		nsnames_read(&v->names);
	for (size_t i = 0; i < v->blocks.n; i++) {
		const struct histblock *block = &v->blocks.v[i];

		for (size_t j = 0; j < block->hists.n; j++) {
			if (zeros || wanted(&block->hists.v[j], v->n_patterns, v->patterns))
				add_hist(v, t, block->inode, &block->hists.v[j]);
		}
	}
	nsnames_free(&v->names);
	return table_print(t);
}

/* In bucket i alone; that after the last bound is the one of "inf". */
static u64 alone(const struct hist *h, size_t i)
{
	u64 count = i < h->n ? h->buckets[i].count : h->count;

	return count - (i ? h->buckets[i - 1].count : 0);
}

static void add_bar(struct table *t, const struct hist *h, size_t i, u64 most)
{
	static const char bar[BAR_WIDTH + 1] = "########################################";
	char bound[DURATION_SIZE] = "more";

	if (i < h->n)
		format_duration(h->buckets[i].le_us, bound);
	table_row(t);
	table_cell(t, "%s", bound);
	table_cell(t, "%llu", alone(h, i));
	/* The least of all still shows. */
	table_cell(t, "%.*s", (int)(((double)alone(h, i) * BAR_WIDTH + most - 1) / most), bar);
}

static int print_bars(const struct hist *h)
{
	size_t first = h->n + 1, last = 0;
	struct table *t;
	u64 most = 1;

	for (size_t i = 0; i <= h->n; i++) {
		if (!alone(h, i))
			continue;
		first = i < first ? i : first;
		last = i;
		most = alone(h, i) > most ? alone(h, i) : most;
	}
	printf("\n%s\n", h->state);
	t = table_new(h->state, TABLE_TEXT);
	table_column(t, "UP TO", COLUMN_NUMBER);
	table_column(t, "COUNT", COLUMN_NUMBER);
	table_column(t, "", COLUMN_TEXT);
	for (size_t i = first; i <= last; i++)
		add_bar(t, h, i, most);
	return table_print(t);
}

static bool is_in(const struct hists *hists, char **pattern)
{
	for (size_t i = 0; i < hists->n; i++) {
		if (wanted(&hists->v[i], 1, pattern))
			return true;
	}
	return false;
}

/* By the states of a namespace's own file, which has all of them. */
static int check_words(const struct view *v)
{
	const struct hists *known = &v->blocks.v[0].hists;
	struct hists own = { 0 };
	int ret = EXIT_OK;
	char *text = NULL;

	if (v->options->all && !histfile_load(&own, &text))
		known = &own;
	for (int i = 0; !ret && i < v->n_patterns; i++) {
		if (!is_in(known, &v->patterns[i]))
			ret = msg_error("there is no histogram of '%s'", v->patterns[i]);
	}
	hists_free(&own);
	free(text);
	return ret;
}

static int read_view(struct view *v)
{
	if (v->options->all)
		return histfile_read_all(&v->blocks, &v->text);
	v->blocks.v = calloc(1, sizeof(*v->blocks.v));
	if (!v->blocks.v)
		return msg_error("out of memory");
	v->blocks.n = 1;
	return histfile_read(&v->blocks.v[0].hists, &v->text);
}

static int print_all_bars(const struct view *v)
{
	const struct hists *hists = &v->blocks.v[0].hists;
	int ret = EXIT_OK;

	for (size_t i = 0; !ret && i < hists->n; i++) {
		if (hists->v[i].count && wanted(&hists->v[i], v->n_patterns, v->patterns))
			ret = print_bars(&hists->v[i]);
	}
	return ret;
}

static int hist(const struct options *o, int n, char **words)
{
	struct view v = { .options = o, .n_patterns = n, .patterns = words };
	int ret;

	ret = read_view(&v);
	if (!ret)
		ret = check_words(&v);
	if (!ret)
		ret = print_summary(&v);
	if (!ret && !o->json && !o->all)
		ret = print_all_bars(&v);
	if (!ret)
		explain_nothing(&v);
	histblocks_free(&v.blocks);
	free(v.text);
	return ret;
}

static void print_words(void)
{
	struct hists hists;
	char *text;

	if (histfile_load(&hists, &text))
		return;
	for (size_t i = 0; i < hists.n; i++)
		puts(hists.v[i].state);
	hists_free(&hists);
	free(text);
}

const struct command cmd_hist = {
	.name = "hist",
	.usage = "[-N NETNS | -A] [-z] [-j [-p]] [STATE...]",
	.summary = "Show how long connections stay in the closing states",
	.help = "For each state a connection has left: the mean, percentiles and a bar for each\n"
		"power of two; 'close' is from the first FIN to the end. A STATE may have\n"
		"'*' and '?' as in the shell. Percentiles are interpolated within a power of two,\n"
		"and no more exact than that.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or\n"
		"                     a path\n"
		"  -A, --all          of every namespace, and the total of those that are gone; only\n"
		"                     states that a connection has left, and no bars\n"
		"  -r, --resolve docker\n"
		"                     ask Docker's daemon for names that its files do not tell\n"
		"  -z, --zeros        states that no connection has left, too\n"
		"  -j, --json         as JSON: microseconds, and buckets as [bound, count up to it]\n"
		"  -p, --pretty       JSON with line breaks\n",
	.options = "NAzjpr",
	.run = hist,
	.print_words = print_words,
};
