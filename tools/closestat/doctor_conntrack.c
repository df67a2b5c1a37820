// SPDX-License-Identifier: GPL-2.0
/* doctor: a table of connection tracking that is full, or was. */
#include "doctor.h"
#include "host_value.h"
#include "lib/procfile.h"
#include "lib/units.h"
#include "msg.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#define STAT_FILE "thread-self/net/stat/nf_conntrack"
#define MAX_COLUMNS 32

/* The columns of a line, which is changed. */
static size_t split(char *line, char **words)
{
	size_t n = 0;

	for (char *word; n < MAX_COLUMNS && (word = strsep(&line, " "));) {
		if (*word)
			words[n++] = word;
	}
	return n;
}

/*
 * What nf_conntrack_in() dropped because there was no entry to be had. nf_ct_resolve_clash() counts
 * as dropped, too, what it counts as an insert_failed.
 */
static u64 no_room_in(char *text)
{
	char *names[MAX_COLUMNS], *words[MAX_COLUMNS], *line = strsep(&text, "\n");
	size_t n = split(line, names), cells;
	u64 dropped = 0, clashed = 0;

	/* A line for each CPU. */
	while ((line = strsep(&text, "\n"))) {
		cells = split(line, words);
		for (size_t i = 0; i < MIN(n, cells); i++) {
			if (!strcmp(names[i], "drop"))
				dropped += strtoull(words[i], NULL, 16);
			else if (!strcmp(names[i], "insert_failed"))
				clashed += strtoull(words[i], NULL, 16);
		}
	}
	return dropped > clashed ? dropped - clashed : 0;
}

u64 doctor_no_room(void)
{
	char *text;
	u64 n;

	if (procfile_read(STAT_FILE, &text, NULL))
		return 0;
	n = no_room_in(text);
	free(text);
	return n;
}

static const char *const whys[] = {
	"When it is full, packets of new connections are dropped ('nf_conntrack: table full')",
	"Packets of new connections were dropped ('nf_conntrack: table full'): connect() waits a second and more, here or where this host passes them on",
};

static char *larger(u64 max)
{
	return doctor_text("sysctl -w net.netfilter.nf_conntrack_max=%llu",
			   MIN(max * 2, LIMIT_MAX));
}

int doctor_conntrack(struct doctor *d)
{
	u64 count, max, total = doctor_no_room(), rose = total > d->no_room ?
							 total - d->no_room : 0;
	char *seen;

	if (procfile_number("sys/net/netfilter/nf_conntrack_count", &count) ||
	    procfile_number("sys/net/netfilter/nf_conntrack_max", &max) || !max)
		return EXIT_OK;
	seen = rose ? doctor_text("; %llu packet%s of new connections %s dropped while doctor looked",
				  rose, plural(rose), rose == 1 ? "was" : "were") :
		      doctor_text("%s", "");
	if (rose || count * 100 >= max * LIMIT_NEAR_PERCENT)
		doctor_find(d, HARM_FAILS, "conntrack_full", whys[!!rose],
			    doctor_text("Connection tracking holds %llu of %llu connections%s",
					count, max, seen), larger(max));
	else if (total)
		doctor_find(d, HARM_EARLIER, "conntrack_full", whys[1],
			    doctor_text("%llu packet%s found connection tracking full, before doctor looked: it holds %llu of %llu connections now. %s; remedy: a larger nf_conntrack_max, unless it was raised since",
					total, plural(total), count, max, whys[1]), larger(max));
	free(seen);
	return EXIT_OK;
}
