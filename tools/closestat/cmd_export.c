// SPDX-License-Identifier: GPL-2.0
/* closestat export: counters, gauges and histograms for Prometheus. */
#include "atomic_file.h"
#include "command.h"
#include "exposition.h"
#include "histfile.h"
#include "msg.h"
#include "nsnames.h"
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A label has to tell namespaces apart, and to stay: names of ip netns do, processes do not. */
static bool fit_for_label(const char *name)
{
	if (!strcmp(name, "dead") || !name[strspn(name, "0123456789")])
		return false;
	for (; *name; name++) {
		if (*name < ' ' || *name > '~')
			return false;
	}
	return true;
}

static char *make_label(const struct nsnames *names, u64 inode)
{
	const char *name = nsnames_lookup(names, inode);
	char *label;

	if (!inode)
		label = strdup("dead");
	else if (name && fit_for_label(name))
		label = strdup(name);
	else if (asprintf(&label, "%llu", inode) < 0)
		label = NULL;
	if (!label)
		exit(msg_error("out of memory"));
	return label;
}

/* Of the namespace the thread is in: what the one block is, and the histograms always are. */
static char *own_label(const struct nsnames *names)
{
	u64 inode = nsnames_own_inode();
	char *label;

	/* Without the inode at least no other namespace's name. */
	label = inode ? make_label(names, inode) : strdup("self");
	if (!label)
		exit(msg_error("out of memory"));
	return label;
}

static char *block_label(const struct nsnames *names, const struct snapshot *s, size_t i)
{
	if (!s->all)
		return own_label(names);
	return make_label(names, s->module.v[i].inode);
}

static void write_all(const struct exposition *e, const struct snapshot *s, const struct hists *h)
{
	char **labels = calloc(s->module.n, sizeof(*labels));
	struct nsnames names;
	char *own;

	if (!labels)
		exit(msg_error("out of memory"));
	nsnames_read(&names, false);
	for (size_t i = 0; i < s->module.n; i++)
		labels[i] = block_label(&names, s, i);
	own = own_label(&names);
	nsnames_free(&names);

	exposition_counters(e, &s->module, labels);
	exposition_hists(e, h, own);
	exposition_end(e);

	free(own);
	for (size_t i = 0; i < s->module.n; i++)
		free(labels[i]);
	free(labels);
}

static int write_output(const struct options *o, const struct snapshot *s, const struct hists *h)
{
	struct exposition e = { .to = stdout, .openmetrics = o->openmetrics };
	struct atomic_file file;
	int ret;

	if (!o->output) {
		write_all(&e, s, h);
		if (fflush(stdout) || ferror(stdout))
			return msg_error("cannot write: %m");
		return EXIT_OK;
	}
	ret = atomic_file_open(&file, o->output);
	if (ret)
		return ret;
	e.to = file.stream;
	write_all(&e, s, h);
	return atomic_file_commit(&file);
}

static int export(const struct options *o, int n, char **words)
{
	struct snapshot snapshot;
	struct hists hists;
	char *text;
	int ret;

	if (n)
		return msg_usage("export", "unexpected '%s'", words[0]);
	ret = o->all ? snapshot_read_all(&snapshot) : snapshot_read(&snapshot);
	if (ret)
		return ret;
	ret = histfile_read(&hists, &text);
	if (!ret) {
		ret = write_output(o, &snapshot, &hists);
		hists_free(&hists);
		free(text);
	}
	snapshot_free(&snapshot);
	return ret;
}

const struct command cmd_export = {
	.name = "export",
	.usage = "[-N NETNS | -A] [-O] [-o FILE]",
	.summary = "Print the counters and histograms for Prometheus",
	.help = "The label 'netns' is the name in /run/netns or, without one, the inode.\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or\n"
		"                     a path\n"
		"  -A, --all          of every namespace; 'dead' is the total of those that are\n"
		"                     gone; the histograms are this namespace's own\n"
		"  -o, --output FILE  to FILE, which always is complete, as node_exporter's textfile\n"
		"                     collector wants it\n"
		"  -O, --openmetrics  in strict OpenMetrics, which neither that collector nor\n"
		"                     'promtool check metrics' reads\n",
	.options = "NAoO",
	.run = export,
};
