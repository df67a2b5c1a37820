/* SPDX-License-Identifier: GPL-2.0 */
/* What watch draws. */
#ifndef CLOSESTAT_WATCH_SCREEN_H
#define CLOSESTAT_WATCH_SCREEN_H

#include "lib/util.h"
#include "snapshot.h"

struct watch_view {
	const char *netns;		/* as given with -N, or NULL */
	u64 interval_us;
	int err;			/* why @now could not be read, 0 if it could */
	const struct snapshot *now;
	const struct snapshot *before;	/* NULL without one to compare with */
	u64 time_wait_ms;
	unsigned int ports;		/* for outgoing connections, 0 if not known */
};

/**
 * watch_read_settings - read the settings that the screen shows
 * @view: whose
 */
void watch_read_settings(struct watch_view *view);

/**
 * watch_draw - draw the screen, as much of it as fits, on curses' stdscr
 * @view: what to draw
 */
void watch_draw(const struct watch_view *view);

#endif
