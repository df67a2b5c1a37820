// SPDX-License-Identifier: GPL-2.0
/* closestat show: the counters of a namespace. */
#include "command.h"
#include "msg.h"
#include "sample.h"

#include <fnmatch.h>
#include <stdlib.h>

struct filter {
	char **patterns;
	bool *used;	/* one for each pattern */
	int n;
	bool zeros;
};

static bool wanted(struct filter *f, const struct counter *row)
{
	bool match = false;

	if (!f->n)
		return f->zeros || row->value;
	for (int i = 0; i < f->n; i++) {
		if (fnmatch(f->patterns[i], row->name, 0))
			continue;
		f->used[i] = true;
		match = true;
	}
	return match;
}

static void add_rows(struct table *t, struct filter *f, const struct counters *c,
		     const char *source)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!wanted(f, &c->rows[i]))
			continue;
		table_row(t);
		table_cell(t, "%s", c->rows[i].name);
		table_cell(t, "%llu", c->rows[i].value);
		table_cell(t, "%s", source);
	}
}

static int check_patterns(const struct filter *f)
{
	int ret = EXIT_OK;

	for (int i = 0; i < f->n; i++) {
		if (!f->used[i])
			ret = msg_error("no counter, and no command, is called '%s'",
					f->patterns[i]);
	}
	return ret;
}

static int show(const struct options *o, int n, char **words)
{
	struct filter filter = { .patterns = words, .n = n, .zeros = o->zeros || o->json };
	struct sample sample;
	struct table *t;
	int ret, missing;

	ret = sample_read(&sample);
	if (ret)
		return ret;
	filter.used = calloc(n + 1, sizeof(*filter.used));
	if (!filter.used) {
		sample_free(&sample);
		return msg_error("out of memory");
	}
	t = table_new("counters", o->format);
	table_column(t, "NAME", COLUMN_TEXT);
	table_column(t, "VALUE", COLUMN_NUMBER);
	table_column(t, "SOURCE", COLUMN_TEXT);
	add_rows(t, &filter, &sample.module, "module");
	add_rows(t, &filter, &sample.kernel, "kernel");
	ret = table_print(t);
	missing = check_patterns(&filter);
	free(filter.used);
	sample_free(&sample);
	return ret ? : missing;
}

const struct command cmd_show = {
	.name = "show",
	.usage = "[-N NETNS] [-z] [-j [-p]] [PATTERN...]",
	.summary = "Show the counters of a network namespace",
	.help = "Rows of source 'module' are those of /proc/net/tcp_closestat, rows of source\n"
		"'kernel' the kernel's own about closing. A PATTERN is the name of a counter,\n"
		"'*' and '?' as in the shell. Without one, the text leaves out rows that are 0.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or a path\n"
		"  -z, --zeros        rows that are 0 too\n"
		"  -j, --json         as JSON, rows that are 0 included\n"
		"  -p, --pretty       JSON with line breaks\n",
	.options = "Nzjp",
	.run = show,
};
