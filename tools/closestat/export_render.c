// SPDX-License-Identifier: GPL-2.0
#include "export_render.h"

#include "exposition.h"
#include "histfile.h"
#include "kernel_facts.h"
#include "lib/procfile.h"
#include "msg.h"
#include "nsnames.h"
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#define VERSION_FILE "/sys/module/tcp_closestat/version"

struct export_data {
	struct snapshot snapshot;
	struct kernel_facts kernel;	/* the own namespace first */
	char **kernel_labels;
	char **labels;			/* one for each block */
	struct histblocks hists;
	bool hists_all;
	char *hists_text;
	char **hists_labels;		/* one for each block of these */
	char module[32];		/* its version */
};

static char *make_labels(const struct nsnames *names, u64 inode)
{
	char netns[24];

	if (!inode)
		return exposition_labels("dead", NULL);
	snprintf(netns, sizeof(netns), "%llu", inode);
	return exposition_labels(netns, nsnames_lookup(names, inode));
}

/* Of the namespace the thread is in: without its inode at least no other's labels. */
static char *make_own_labels(const struct nsnames *names)
{
	u64 inode = nsnames_own_inode();

	return inode ? make_labels(names, inode) : exposition_labels("self", NULL);
}

/* The files are not of the same moment, nor are their namespaces: labels for each block of each. */
static int name_all(struct export_data *d, const struct nsnames *names)
{
	const struct snapshot *s = &d->snapshot;
	char *own;
	bool good;

	d->labels = calloc(s->module.n, sizeof(*d->labels));
	d->hists_labels = calloc(d->hists.n, sizeof(*d->hists_labels));
	d->kernel_labels = calloc(d->kernel.counts.n, sizeof(*d->kernel_labels));
	if (!d->labels || !d->hists_labels || !d->kernel_labels)
		return msg_error("out of memory");
	own = make_own_labels(names);
	d->kernel_labels[0] = own;
	good = own;
	for (size_t i = 1; good && i < d->kernel.counts.n; i++) {
		d->kernel_labels[i] = make_labels(names, d->kernel.counts.v[i].inode);
		good = d->kernel_labels[i];
	}
	for (size_t i = 0; good && i < s->module.n; i++) {
		d->labels[i] = s->all ? make_labels(names, s->module.v[i].inode) : strdup(own);
		good = d->labels[i];
	}
	for (size_t i = 0; good && i < d->hists.n; i++) {
		d->hists_labels[i] = d->hists_all ? make_labels(names, d->hists.v[i].inode) :
						    strdup(own);
		good = d->hists_labels[i];
	}
	return good ? EXIT_OK : msg_error("out of memory");
}

/* Those of one namespace are one block. */
static int read_hists(struct export_data *d, bool all)
{
	d->hists_all = all && histfile_is_of_all();
	if (d->hists_all)
		return histfile_read_all(&d->hists, &d->hists_text);
	d->hists.v = calloc(1, sizeof(*d->hists.v));
	if (!d->hists.v)
		return msg_error("out of memory");
	d->hists.n = 1;
	return histfile_read(&d->hists.v[0].hists, &d->hists_text);
}

static void read_version(struct export_data *d)
{
	FILE *f = fopen(VERSION_FILE, "re");

	if (!f || !fgets(d->module, sizeof(d->module), f))
		strcpy(d->module, "unknown");
	if (f)
		fclose(f);
	d->module[strcspn(d->module, "\n")] = '\0';
}

static int read_all(struct export_data *d, bool all)
{
	struct nsnames names;
	int ret;

	ret = all ? snapshot_read_all(&d->snapshot) : snapshot_read(&d->snapshot);
	if (!ret)
		ret = read_hists(d, all);
	if (ret)
		return ret;
	nsnames_read(&names);
	ret = kernel_facts_read(&d->kernel, &names, all);
	if (!ret)
		ret = name_all(d, &names);
	nsnames_free(&names);
	if (!ret)
		read_version(d);
	return ret;
}

int export_read(struct export_data **data, bool all)
{
	int ret;

	*data = calloc(1, sizeof(**data));
	if (!*data)
		return msg_error("out of memory");
	ret = read_all(*data, all);
	if (ret) {
		export_free(*data);
		*data = NULL;
	}
	return ret;
}

int export_write(const struct export_data *d, FILE *to, bool openmetrics)
{
	struct exposition e = { .to = to, .openmetrics = openmetrics };

	exposition_info(&e, d->module);
	if (exposition_counters(&e, &d->snapshot.module, d->labels))
		return msg_error("out of memory");
	exposition_hists(&e, &d->hists, d->hists_labels);
	if (exposition_kernel(&e, &d->kernel.counts, d->kernel_labels))
		return msg_error("out of memory");
	exposition_settings(&e, &d->kernel, d->kernel_labels);
	exposition_end(&e);
	return EXIT_OK;
}

static void free_labels(char **labels, size_t n)
{
	for (size_t i = 0; labels && i < n; i++)
		free(labels[i]);
	free(labels);
}

void export_tell_missing(const struct export_data *d)
{
	kernel_facts_tell_refused(&d->kernel);
}

void export_free(struct export_data *d)
{
	if (!d)
		return;
	free_labels(d->labels, d->snapshot.module.n);
	free_labels(d->hists_labels, d->hists.n);
	free_labels(d->kernel_labels, d->kernel.counts.n);
	histblocks_free(&d->hists);
	free(d->hists_text);
	kernel_facts_free(&d->kernel);
	snapshot_free(&d->snapshot);
	free(d);
}
