// SPDX-License-Identifier: GPL-2.0
#include "watch_list.h"

#include "lib/clock.h"
#include "lib/units.h"
#include "watch_screen.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Looking at all processes takes a while. */
#define NAMES_US (5 * US_PER_S)

#define FIRST_ROW 2
#define NUMBERS_WIDTH 44	/* all columns but the name and the trend */
#define NAME_MIN 15

static struct watch_row *find(struct watch_list *l, u64 inode)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->rows[i].inode == inode)
			return &l->rows[i];
	}
	return NULL;
}

static struct watch_row *find_or_add(struct watch_list *l, u64 inode)
{
	struct watch_row *row = find(l, inode);

	if (row)
		return row;
	/* Grows at each power of two. */
	if (!(l->n & (l->n - 1))) {
		row = realloc(l->rows, (l->n ? l->n * 2 : 1) * sizeof(*row));
		if (!row)
			return NULL;
		l->rows = row;
	}
	row = &l->rows[l->n++];
	*row = (struct watch_row){ .inode = inode };
	for (int i = 0; i < WATCH_TREND; i++)
		row->trend[i] = -1;
	return row;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && !strcmp(name + len - end_len, end);
}

/* The changes in between: connections that ended, and that entered a state. */
static double moved(const struct counters *now, const struct counters *then)
{
	double sum = 0;

	for (size_t i = 0; i < now->n; i++) {
		const struct counter *c = &now->rows[i];
		u64 before;

		if (strcmp(c->name, "ended") && !ends_with(c->name, "_entered"))
			continue;
		before = counters_value(then, c->name);
		sum += c->value > before ? c->value - before : 0;
	}
	return sum;
}

static double gained(const struct counters *now, const struct counters *then, const char *name)
{
	u64 value = counters_value(now, name), before = counters_value(then, name);

	return value > before ? value - before : 0;
}

static void take(struct watch_row *row, const struct counters *now, const struct counters *then,
		 double seconds)
{
	static const char *const others[] = { "fin_wait1", "fin_wait2", "closing", "last_ack" };

	row->there = true;
	row->time_wait = counters_value(now, "time_wait");
	row->close_wait = counters_value(now, "close_wait");
	row->others = 0;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		row->others += counters_value(now, others[i]);
	row->known = then && seconds > 0;
	row->moved = row->known ? moved(now, then) / seconds : 0;
	row->ended = row->known ? gained(now, then, "ended") / seconds : 0;
	row->resets = row->known ? (gained(now, then, "ended_rst_sent") +
				    gained(now, then, "ended_rst_received")) / seconds : 0;
	memmove(row->trend, row->trend + 1, sizeof(row->trend) - sizeof(*row->trend));
	row->trend[WATCH_TREND - 1] = row->known ? row->ended : -1;
}

static u64 sockets(const struct watch_row *row)
{
	return row->time_wait + row->close_wait + row->others;
}

/* The busiest first, then those that hold most; rows change places for a reason only. */
static int compare(const void *a, const void *b)
{
	const struct watch_row *x = a, *y = b;

	if (x->moved != y->moved)
		return x->moved > y->moved ? -1 : 1;
	if (sockets(x) != sockets(y))
		return sockets(x) > sockets(y) ? -1 : 1;
	/* The dead are the last. */
	return x->inode - 1 < y->inode - 1 ? -1 : x->inode != y->inode;
}

static void drop_gone(struct watch_list *l)
{
	size_t left = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->rows[i].there)
			l->rows[left++] = l->rows[i];
	}
	l->n = left;
}

static void read_names(struct watch_list *l)
{
	u64 now = monotonic_us();

	if (l->named_us && now - l->named_us < NAMES_US)
		return;
	nsnames_free(&l->names);
	nsnames_read(&l->names);
	l->named_us = now;
}

int watch_list_update(struct watch_list *l, const struct snapshot *now,
		      const struct snapshot *before)
{
	for (size_t i = 0; i < l->n; i++)
		l->rows[i].there = false;
	for (size_t i = 0; i < now->module.n; i++) {
		const struct block *block = &now->module.v[i];
		const struct block *then = before ? snapshot_find(before, block->inode) : NULL;
		struct watch_row *row = find_or_add(l, block->inode);

		if (!row)
			return -ENOMEM;
		take(row, &block->counters, then ? &then->counters : NULL,
		     before ? now->seconds - before->seconds : 0);
	}
	drop_gone(l);
	qsort(l->rows, l->n, sizeof(*l->rows), compare);
	read_names(l);
	if (!l->by_hand || !find(l, l->chosen))
		watch_list_first(l);
	return 0;
}

static size_t chosen_at(const struct watch_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->rows[i].inode == l->chosen)
			return i;
	}
	return 0;
}

void watch_list_move(struct watch_list *l, int by)
{
	long at = (long)chosen_at(l) + by;

	if (!l->n)
		return;
	at = at < 0 ? 0 : at;
	at = at < (long)l->n ? at : (long)l->n - 1;
	l->chosen = l->rows[at].inode;
	l->by_hand = true;
}

void watch_list_first(struct watch_list *l)
{
	l->by_hand = false;
	if (l->n)
		l->chosen = l->rows[0].inode;
}

/* The namespace's name, or its inode where it has none. */
static void draw_name(const struct watch_list *l, const struct watch_row *row, int y, int width)
{
	const char *name = row->inode ? nsnames_lookup(&l->names, row->inode) : "dead";

	if (name)
		mvprintw(y, 0, "%-*.*s", width, width, name);
	else
		mvprintw(y, 0, "%-*llu", width, row->inode);
}

static void draw_rate(int width, bool known, double rate, enum watch_colour moving, bool plain)
{
	if (known && rate > 0 && !plain)
		watch_colour(moving);
	if (known)
		printw("%*.1f", width, rate);
	else
		printw("%*s", width, "-");
	if (!plain)
		watch_colour(WATCH_PLAIN);
}

static void draw_row(const struct watch_list *l, const struct watch_row *row, int y, int width)
{
	bool chosen = row->inode == l->chosen;
	int trend = COLS - width - NUMBERS_WIDTH - 1;

	trend = trend < WATCH_TREND ? trend : WATCH_TREND;
	if (chosen)
		attrset(A_REVERSE);
	mvhline(y, 0, ' ', COLS);
	draw_name(l, row, y, width);
	draw_rate(9, row->known, row->ended, WATCH_MOVES, chosen);
	draw_rate(9, row->known, row->resets, WATCH_TROUBLE, chosen);
	printw("%10llu%8llu%8llu", row->time_wait, row->close_wait, row->others);
	if (trend > 0)
		watch_spark(y, width + NUMBERS_WIDTH + 1, row->trend + WATCH_TREND - trend, trend);
	attrset(A_NORMAL);
}

void watch_list_draw(struct watch_list *l, u64 interval_us, int err)
{
	size_t at = chosen_at(l), room = 0;
	int width = COLS - NUMBERS_WIDTH - 1 - WATCH_TREND;
	char what[64];

	width = width < NAME_MIN ? NAME_MIN : width;
	if (LINES - FIRST_ROW > 0)
		room = LINES - FIRST_ROW;
	erase();
	snprintf(what, sizeof(what), "%zu namespaces", l->n > 1 ? l->n - 1 : 0);
	watch_draw_title(what, interval_us);
	if (err) {
		watch_draw_err(err);
		refresh();
		return;
	}
	watch_colour(WATCH_HEADING);
	mvprintw(1, 0, "%-*s%9s%9s%10s%8s%8s ENDED/s", width, "NETNS", "ENDED/s", "RESETS/s",
		 "TIME_WAIT", "CLOSE_W", "OTHERS");
	watch_colour(WATCH_PLAIN);
	if (at < l->top)
		l->top = at;
	if (room && at >= l->top + room)
		l->top = at - room + 1;
	if (l->top + room > l->n)
		l->top = l->n > room ? l->n - room : 0;
	for (size_t i = 0; i < room && l->top + i < l->n; i++)
		draw_row(l, &l->rows[l->top + i], FIRST_ROW + i, width);
	refresh();
}

void watch_list_free(struct watch_list *l)
{
	free(l->rows);
	nsnames_free(&l->names);
	*l = (struct watch_list){ 0 };
}
