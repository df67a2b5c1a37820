// SPDX-License-Identifier: GPL-2.0
/* closestat show: the counters of a network namespace, or of all. */
#include "command.h"
#include "lib/clock.h"
#include "msg.h"
#include "nsnames.h"
#include "snapshot.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view {
	const struct options *options;
	struct table *table;
	struct nsnames names;
	double seconds;		/* between the two snapshots, 0 if there is only one */
	char **patterns;
	bool *used;		/* one for each pattern */
	int n_patterns;
	int n_rows;
};

static bool matches(struct view *v, const char *name)
{
	bool match = false;

	for (int i = 0; i < v->n_patterns; i++) {
		if (fnmatch(v->patterns[i], name, 0))
			continue;
		v->used[i] = true;
		match = true;
	}
	return match;
}

static bool wanted(struct view *v, const struct counter *row, long long change)
{
	if (v->n_patterns)
		return matches(v, row->name);
	if (v->options->zeros || v->options->json)
		return true;
	/* Of the rows that are not 0, this one tells nothing of connections. */
	if (!strcmp(row->name, "version"))
		return false;
	return v->seconds ? change != 0 : row->value != 0;
}

static void add_namespace(struct view *v, u64 inode)
{
	table_cell(v->table, "%s", nsnames_find(&v->names, inode));
	if (inode)
		table_cell(v->table, "%llu", inode);
	else
		table_cell(v->table, NULL);
}

/* The rows of one namespace; before are those of the earlier snapshot, if there was one. */
static void add_rows(struct view *v, const struct counters *c, const struct counters *before,
		     u64 inode, const char *source)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct counter *row = &c->rows[i];
		long long change = row->value;

		if (before)
			change -= counters_value(before, row->name);
		if (!wanted(v, row, change))
			continue;
		table_row(v->table);
		v->n_rows++;
		if (v->options->all)
			add_namespace(v, inode);
		table_cell(v->table, "%s", row->name);
		table_cell(v->table, "%llu", row->value);
		if (v->seconds)
			table_cell(v->table, "%.1f", change / v->seconds);
		table_cell(v->table, "%s", source);
	}
}

static void add_snapshot(struct view *v, const struct snapshot *s, const struct snapshot *before)
{
	for (size_t i = 0; i < s->module.n; i++) {
		const struct block *block = &s->module.v[i];
		const struct block *then = before ? snapshot_find(before, block->inode) : NULL;

		add_rows(v, &block->counters, then ? &then->counters : NULL, block->inode,
			 "module");
	}
	add_rows(v, &s->kernel, before ? &before->kernel : NULL, 0, "kernel");
}

static int print(struct view *v, const struct snapshot *s, const struct snapshot *before)
{
	struct table *t = table_new("counters", v->options->format);

	v->table = t;
	if (v->options->all) {
		nsnames_read(&v->names);
		table_column(t, "NETNS", COLUMN_TEXT);
		table_column(t, "INODE", COLUMN_NUMBER);
	}
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "VALUE", COLUMN_NUMBER);
	if (before) {
		v->seconds = s->seconds - before->seconds;
		table_column(t, "RATE", COLUMN_NUMBER);
	}
	table_column(t, "SOURCE", COLUMN_TEXT);
	add_snapshot(v, s, before);
	nsnames_free(&v->names);
	return table_print(t);
}

static int check_patterns(const struct view *v)
{
	int ret = EXIT_OK;

	for (int i = 0; i < v->n_patterns; i++) {
		if (!v->used[i])
			ret = msg_error("no counter, and no command, is called '%s'",
					v->patterns[i]);
	}
	return ret;
}

static int take_snapshot(const struct options *o, struct snapshot *s)
{
	return o->all ? snapshot_read_all(s) : snapshot_read(s);
}

static int show_view(struct view *v)
{
	struct snapshot first, second;
	int ret;

	ret = take_snapshot(v->options, &first);
	if (ret)
		return ret;
	if (v->options->rate_us) {
		wait_us(v->options->rate_us);
		ret = take_snapshot(v->options, &second);
		if (!ret) {
			ret = print(v, &second, &first);
			snapshot_free(&second);
		}
	} else {
		ret = print(v, &first, NULL);
	}
	snapshot_free(&first);
	return ret ? : check_patterns(v);
}

/* Why there is nothing to see; for a person only. */
static void explain_nothing(const struct view *v)
{
	if (v->n_rows || v->n_patterns || v->options->json)
		return;
	if (v->seconds)
		msg_error("nothing has changed meanwhile; -z shows the rows all the same");
	else
		msg_error("nothing has closed yet; -z shows rows of 0");
}

static int show(const struct options *o, int n, char **words)
{
	struct view view = { .options = o, .patterns = words, .n_patterns = n };
	int ret;

	view.used = calloc(n + 1, sizeof(*view.used));
	if (!view.used)
		return msg_error("out of memory");
	ret = show_view(&view);
	if (!ret)
		explain_nothing(&view);
	free(view.used);
	return ret;
}

static void print_words(void)
{
	struct snapshot s;

	if (snapshot_load(&s))
		return;
	for (size_t i = 0; i < s.module.v[0].counters.n; i++)
		puts(s.module.v[0].counters.rows[i].name);
	for (size_t i = 0; i < s.kernel.n; i++)
		puts(s.kernel.rows[i].name);
	snapshot_free(&s);
}

const struct command cmd_show = {
	.name = "show",
	.usage = "[-N NETNS | -A] [-z] [-d [SECONDS]] [-j [-p]] [PATTERN...]",
	.summary = "Show the counters of a network namespace",
	.help = "Rows of source 'module' are those of /proc/net/tcp_closestat, rows of source\n"
		"'kernel' the kernel's own about closing. A PATTERN is the name of a counter,\n"
		"'*' and '?' as in the shell. Without one, the text leaves out rows that are 0.\n"
		"\n"
		"  -N, --netns NETNS    of another namespace: a name in /run/netns, a process id\n"
		"                       or a path\n"
		"  -A, --all            of every namespace, and the total of those that are gone;\n"
		"                       the module's rows only\n"
		"  -r, --resolve docker ask Docker's daemon for names that its files do not tell\n"
		"  -z, --zeros          rows that are 0 too\n"
		"  -d, --rate[=SECONDS] what changes in that time (1 unless given), a second\n"
		"  -j, --json           as JSON, rows that are 0 included\n"
		"  -p, --pretty         JSON with line breaks\n",
	.options = "NAzdjpr",
	.run = show,
	.print_words = print_words,
};
