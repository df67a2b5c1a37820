// SPDX-License-Identifier: GPL-2.0
#include "metrics.h"

#include "lib/util.h"
#include "../../module/counters_list.h"

#include <stddef.h>
#include <string.h>

static const struct metric metrics[] = {
#define COUNT(id, name, help) { #name, METRIC_COUNTER, help },
#define ROW(id, name, kind, help) { #name, METRIC_##kind, help },
#define END(id, name, help) { "ended_" #name, METRIC_COUNTER, help },
#define RST(id, name, help) { "rst_sent_" #name, METRIC_COUNTER, help },
#define CONNECT(id, name, help) { "connect_failed_" #name, METRIC_COUNTER, help },
#define ENTERED(id, name, text) \
	{ #name "_entered", METRIC_COUNTER, "Connections that entered " text "." },
#define STATE(id, name, text) { #name, METRIC_GAUGE, "Sockets in " text "." },
#define TW_END(id, name, help) { "time_wait_" #name, METRIC_COUNTER, help },
	TCS_ROWS(COUNT, ROW, END, RST, CONNECT, ENTERED, STATE, TW_END)
};

const struct metric *metric_find(const char *name)
{
	static const struct metric unknown = {
		.type = METRIC_UNKNOWN, .help = "Not known to this version of closestat.",
	};

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		if (!strcmp(metrics[i].name, name))
			return &metrics[i];
	}
	return &unknown;
}
