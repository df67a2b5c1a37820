/* SPDX-License-Identifier: GPL-2.0 */
/* watch's screen of one namespace, and the parts that all its screens share. */
#ifndef CLOSESTAT_WATCH_SCREEN_H
#define CLOSESTAT_WATCH_SCREEN_H

#include "history.h"
#include "lib/util.h"

#include <stdbool.h>

/* The meanings of colours, where the terminal has some. */
enum watch_colour {
	WATCH_PLAIN,
	WATCH_HEADING,
	WATCH_MOVES,		/* changes at the moment */
	WATCH_TROUBLE,		/* changes, and should not, mostly */
	WATCH_WARNING,
	WATCH_N_COLOURS,
};

struct watch_view {
	const char *netns;		/* its name, or NULL for the own one */
	u64 interval_us;
	int err;			/* why it could not be read this time, 0 if it could */
	bool gone;			/* the namespace is not there any more */
	const struct history *history;
	size_t back;			/* which sample is looked at, 0 for the last */
	bool settings;			/* whether the next two are known */
	u64 time_wait_ms;
	unsigned int ports;		/* for outgoing connections, 0 if not known */
};

/**
 * watch_start_colours - use colours from now on, if the terminal has them and NO_COLOR is not set
 */
void watch_start_colours(void);

/**
 * watch_colour - draw what follows in a colour
 * @colour: which
 */
void watch_colour(enum watch_colour colour);

/**
 * watch_spark - draw numbers as a row of characters
 * @y: line
 * @x: column
 * @values: as for spark_text()
 * @n: how many
 */
void watch_spark(int y, int x, const double *values, int n);

/**
 * watch_draw_title - draw the first line
 * @what: about what, after the program's name
 * @interval_us: how often it refreshes
 */
void watch_draw_title(const char *what, u64 interval_us);

/**
 * watch_draw_err - draw why there is nothing to see
 * @err: the errno
 */
void watch_draw_err(int err);

/**
 * watch_read_settings - read the settings that the screen shows, of the own namespace
 * @view: whose
 */
void watch_read_settings(struct watch_view *view);

/**
 * watch_draw - draw one namespace, as much of it as fits, on curses' stdscr
 * @view: what to draw
 */
void watch_draw(const struct watch_view *view);

/**
 * watch_draw_help - draw what the keys do
 */
void watch_draw_help(void);

#endif
