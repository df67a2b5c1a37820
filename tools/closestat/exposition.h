/* SPDX-License-Identifier: GPL-2.0 */
/* Counters and histograms in the text formats of Prometheus and OpenMetrics. */
#ifndef CLOSESTAT_EXPOSITION_H
#define CLOSESTAT_EXPOSITION_H

#include "blocks.h"
#include "histblocks.h"
#include "kernel_facts.h"

#include <stdbool.h>
#include <stdio.h>

struct exposition {
	FILE *to;
	bool openmetrics;	/* else the format of node_exporter and promtool */
};

/**
 * exposition_labels - the labels that tell a namespace
 * @netns: value of the label netns
 * @name: value of the label netns_name; NULL or "" to leave that out
 *
 * Characters that are not printable ASCII become question marks.
 *
 * Return: the labels, to be freed; NULL without memory.
 */
char *exposition_labels(const char *netns, const char *name);

/**
 * exposition_info - write the metric that tells versions
 * @e: where and how
 * @module: version of the module, NULL if that is not known
 */
void exposition_info(const struct exposition *e, const char *module);

/**
 * exposition_counters - write the metric families of the module's rows
 * @e: where and how
 * @blocks: the counters, samples for each namespace
 * @labels: for each block, as from exposition_labels(); to be distinct
 *
 * Return: 0 or -ENOMEM.
 */
int exposition_counters(const struct exposition *e, const struct blocks *blocks,
			char *const *labels);

/**
 * exposition_kernel - write a metric family for each of the kernel's own counters
 * @e: where and how
 * @blocks: the counters, samples for each namespace
 * @labels: for each block, as from exposition_labels(); to be distinct
 *
 * Return: 0 or -ENOMEM.
 */
int exposition_kernel(const struct exposition *e, const struct blocks *blocks,
		      char *const *labels);

/**
 * exposition_settings - write a gauge for each setting that can be read
 * @e: where and how
 * @facts: the own namespace, which the thread is in, and others, for their ranges of ports
 * @labels: of each of these
 *
 * Times are in seconds, whatever the sysctl counts in; a range of ports is the number of ports.
 */
void exposition_settings(const struct exposition *e, const struct kernel_facts *facts,
			 char *const *labels);

/**
 * exposition_hists - write the metric families of the histograms
 * @e: where and how
 * @blocks: the histograms, of one namespace or of many
 * @labels: for each block, as from exposition_labels(); to be distinct
 */
void exposition_hists(const struct exposition *e, const struct histblocks *blocks,
		      char *const *labels);

/**
 * exposition_end - write what has to come last
 * @e: where and how
 */
void exposition_end(const struct exposition *e);

#endif
