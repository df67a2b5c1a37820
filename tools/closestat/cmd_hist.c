// SPDX-License-Identifier: GPL-2.0
/* closestat hist: how long connections stay in each closing state. */
#include "command.h"
#include "histfile.h"
#include "lib/units.h"
#include "msg.h"
#include "sysctl.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define BAR_WIDTH 40

static bool wanted(const struct hist *h, int n, char **patterns)
{
	for (int i = 0; i < n; i++) {
		if (!fnmatch(patterns[i], h->state, 0))
			return true;
	}
	return !n && h->count;
}

/* Why there is nothing to see; for a person only. */
static void explain_nothing(const struct options *o, const struct hists *hists, int n)
{
	u64 on;

	for (size_t i = 0; i < hists->n; i++) {
		if (hists->v[i].count)
			return;
	}
	if (o->json || n || o->zeros)
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

static int print_summary(const struct options *o, const struct hists *hists, int n, char **words)
{
	static const double shares[] = { 0.5, 0.9, 0.99 };
	struct table *t = table_new("histograms", o->format);

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
	for (size_t i = 0; i < hists->n; i++) {
		const struct hist *h = &hists->v[i];

		if (!wanted(h, n, words) && (n || !(o->json || o->zeros)))
			continue;
		table_row(t);
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

static int check_words(const struct hists *hists, int n, char **words)
{
	for (int i = 0; i < n; i++) {
		bool match = false;

		for (size_t j = 0; j < hists->n; j++)
			match |= wanted(&hists->v[j], 1, &words[i]);
		if (!match)
			return msg_error("there is no histogram of '%s'", words[i]);
	}
	return EXIT_OK;
}

static int hist(const struct options *o, int n, char **words)
{
	struct hists hists;
	char *text;
	int ret;

	ret = histfile_read(&hists, &text);
	if (ret)
		return ret;
	ret = check_words(&hists, n, words);
	if (!ret)
		ret = print_summary(o, &hists, n, words);
	for (size_t i = 0; !ret && !o->json && i < hists.n; i++) {
		if (hists.v[i].count && wanted(&hists.v[i], n, words))
			ret = print_bars(&hists.v[i]);
	}
	if (!ret)
		explain_nothing(o, &hists, n);
	hists_free(&hists);
	free(text);
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
	.usage = "[-N NETNS] [-z] [-j [-p]] [STATE...]",
	.summary = "Show how long connections stay in the closing states",
	.help = "For each state a connection has left: the mean, percentiles and a bar for each\n"
		"power of two; 'close' is from the first FIN to the end. A STATE may have\n"
		"'*' and '?' as in the shell. Percentiles are interpolated within a power of two.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or\n"
		"                     a path\n"
		"  -z, --zeros        states that no connection has left, too\n"
		"  -j, --json         as JSON: microseconds, and buckets as [bound, count up to it]\n"
		"  -p, --pretty       JSON with line breaks\n",
	.options = "Nzjp",
	.run = hist,
	.print_words = print_words,
};
