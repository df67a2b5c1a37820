/* SPDX-License-Identifier: GPL-2.0 */
/* All namespaces as the rows of a screen. */
#ifndef CLOSESTAT_WATCH_LIST_H
#define CLOSESTAT_WATCH_LIST_H

#include "nsnames.h"
#include "snapshot.h"

#include <stdbool.h>

#define WATCH_TREND 20

/* A namespace: what it did between the last two readings, and before. */
struct watch_row {
	u64 inode;		/* 0 for the dead ones */
	double moved;		/* events a second: ends, and entries into states */
	double ended;		/* a second */
	double resets;
	bool known;		/* there was an earlier reading to compare with */
	u64 time_wait;
	u64 close_wait;
	u64 others;		/* sockets in the other closing states */
	double trend[WATCH_TREND];	/* ended, the last at the end; below 0: not known */
	bool there;		/* in the last reading */
};

struct watch_list {
	struct watch_row *rows;
	size_t n;
	struct nsnames names;
	u64 named_us;		/* when the names were read */
	u64 chosen;		/* inode */
	bool by_hand;		/* else it is that of the first row, whichever that is */
	size_t top;		/* first row on the screen */
};

/**
 * watch_list_update - take in a reading of all namespaces
 * @list: zeroed before the first
 * @now: the reading
 * @before: the one before, NULL without one to compare with
 *
 * Sorts them by what moves; namespaces that are gone leave the list.
 *
 * Return: 0 or -ENOMEM.
 */
int watch_list_update(struct watch_list *list, const struct snapshot *now,
		      const struct snapshot *before);

/**
 * watch_list_move - choose another row
 * @list: which
 * @by: so many rows down, or up where it is negative
 */
void watch_list_move(struct watch_list *list, int by);

/**
 * watch_list_first - choose the first row, and what becomes the first later on
 * @list: which
 */
void watch_list_first(struct watch_list *list);

/**
 * watch_list_draw - draw the list on curses' stdscr
 * @list: which
 * @interval_us: how often it refreshes
 * @err: why it could not be read this time, 0 if it could
 */
void watch_list_draw(struct watch_list *list, u64 interval_us, int err);

/**
 * watch_list_free - release the list
 * @list: may be zeroed
 */
void watch_list_free(struct watch_list *list);

#endif
