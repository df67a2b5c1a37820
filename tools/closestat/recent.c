// SPDX-License-Identifier: GPL-2.0
#include "recent.h"

#include "lib/procfile.h"
#include "lib/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECENT_FILE "thread-self/net/tcp_closestat_recent"

void recent_read(struct ends *ends, struct gone *gone, u64 netns, u64 max_age_ms,
		 bool (*serves)(u64 netns, u16 sport, u16 dport, void *data), void *data)
{
	char *text, *rest, *row, *line;
	struct trace_line parsed;
	u64 age;

	if (procfile_read(RECENT_FILE, &text, NULL))
		return;
	rest = text;
	while ((row = strsep(&rest, "\n"))) {
		/* The words of a line are those of the event. */
		if (!*row || asprintf(&line, "0.000000: tcp_close: netns=%llu %s", netns, row) < 0)
			continue;
		if (!trace_line_parse(line, "tcp_close", &parsed) &&
		    !parse_u64(trace_line_value(&parsed, "age_ms"), &age) &&
		    (!max_age_ms || age <= max_age_ms)) {
			ends_add(ends, &parsed, serves, data);
			if (gone)
				gone_add(gone, &parsed);
		}
		free(line);
	}
	free(text);
	ends_sort(ends);
}
