/* SPDX-License-Identifier: GPL-2.0 */
/* Counters and histograms in the text formats of Prometheus and OpenMetrics. */
#ifndef CLOSESTAT_EXPOSITION_H
#define CLOSESTAT_EXPOSITION_H

#include "blocks.h"
#include "hist.h"

#include <stdbool.h>
#include <stdio.h>

struct exposition {
	FILE *to;
	bool openmetrics;	/* else the format of node_exporter and promtool */
};

/**
 * exposition_counters - write a metric family for each counter
 * @e: where and how
 * @blocks: the counters, a sample for each namespace
 * @labels: value of the netns label for each block; to be distinct
 */
void exposition_counters(const struct exposition *e, const struct blocks *blocks,
			 char *const *labels);

/**
 * exposition_hists - write the metric family of the histograms
 * @e: where and how
 * @hists: of one namespace
 * @label: value of the netns label
 */
void exposition_hists(const struct exposition *e, const struct hists *hists, const char *label);

/**
 * exposition_end - write what has to come last
 * @e: where and how
 */
void exposition_end(const struct exposition *e);

#endif
