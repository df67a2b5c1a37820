// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include "lib/util.h"

#include <stdio.h>
#include <unistd.h>

/* When the first line is due, and how often without a terminal. */
#define FIRST_SECOND 2
#define EVERY_SECONDS 10

void progress_begin(struct progress *progress, const char *what,
		    unsigned int seconds)
{
	progress->what = what;
	progress->seconds = seconds;
	progress->told = 0;
}

void progress_tick(struct progress *progress, u64 ms)
{
	unsigned int now = ms / 1000;
	bool terminal = isatty(STDERR_FILENO);
	unsigned int due = !progress->told ? FIRST_SECOND :
			   progress->told + (terminal ? 1 : EVERY_SECONDS);

	if (!progress->what || now < due)
		return;
	progress->told = now;
	fprintf(stderr, "%swaiting for %s: %u s, at most %u s more%s",
		terminal ? "\r\033[K" : "", progress->what, now,
		progress->seconds > now ? progress->seconds - now : 0,
		terminal ? "" : "\n");
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->told && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}
