// SPDX-License-Identifier: GPL-2.0
#include "watch_screen.h"

#include "lib/units.h"
#include "settings.h"
#include "sysctl.h"

#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COLUMN_WIDTH 38		/* of one list; two stand side by side where there is room */
#define GAP 4
#define BAR_WIDTH 30
#define FIRST_LIST 4

/* Where lists are drawn: the next free line of each column. */
struct place {
	int y[2];
	int columns;
};

void watch_read_settings(struct watch_view *v)
{
	char text[SETTING_VALUE_SIZE];
	unsigned int low, high;

	v->ports = 0;
	if (sysctl_read_number("time_wait_ms", &v->time_wait_ms))
		v->time_wait_ms = KERNELS_OWN_MS;
	else
		v->time_wait_ms = sysctl_time_wait_length(v->time_wait_ms);
	if (!sysctl_read(setting_find("ip_local_port_range"), text) &&
	    sscanf(text, "%u %u", &low, &high) == 2 && high >= low)
		v->ports = high - low + 1;
}

static void draw_title(const struct watch_view *v)
{
	char length[DURATION_SIZE];

	attron(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	mvprintw(0, 1, "closestat watch");
	if (v->netns)
		printw("  netns %s", v->netns);
	printw("  every %s  'q' ends", format_duration(v->interval_us, length));
	attroff(A_REVERSE);
}

static const struct counters *rows_of(const struct snapshot *s)
{
	return &s->module.v[0].counters;
}

/* TIME_WAIT against the ports: the most that one destination could have used up. */
static void draw_ports(const struct watch_view *v)
{
	u64 held = counters_value(rows_of(v->now), "time_wait");
	char length[DURATION_SIZE];
	int filled;

	format_duration(v->time_wait_ms * US_PER_MS, length);
	mvprintw(2, 0, "TIME_WAIT of %s: %llu", length, held);
	if (!v->ports)
		return;
	filled = held < v->ports ? (int)(held * BAR_WIDTH / v->ports) : BAR_WIDTH;
	printw(" of %u ports [", v->ports);
	for (int i = 0; i < BAR_WIDTH; i++)
		addch(i < filled ? '#' : '.');
	addch(']');
	if (v->time_wait_ms)
		printw(" %llu/s", v->ports * 1000ULL / v->time_wait_ms);
}

static void draw_value(int y, int x, const char *name, u64 value)
{
	mvprintw(y, x, "%-18.18s%10llu", name, value);
}

/* What a counter gained a second. A module loaded anew counts from 0: no rate then. */
static void draw_rate(const struct watch_view *v, int y, int x, const char *name)
{
	u64 now = counters_value(rows_of(v->now), name);
	u64 then = v->before ? counters_value(rows_of(v->before), name) : now + 1;

	if (now < then)
		mvprintw(y, x + 28, "%10s", "-");
	else
		mvprintw(y, x + 28, "%10.1f",
			 (now - then) / (v->now->seconds - v->before->seconds));
}

/* The next line of the shorter column, so that lists fill the screen evenly. */
static int *next_line(struct place *p, int *x)
{
	int column = p->columns == 2 && p->y[1] < p->y[0];

	*x = column * (COLUMN_WIDTH + GAP);
	return &p->y[column];
}

static void draw_heading(int y, int x, const char *title, const char *value, const char *rate)
{
	attron(A_BOLD);
	mvprintw(y, x, "%-18s%10s%10s", title, value, rate);
	attroff(A_BOLD);
}

static void draw_states(const struct watch_view *v, struct place *p)
{
	const struct counters *rows = rows_of(v->now);
	char entered[64];
	int x, *y = next_line(p, &x);

	draw_heading((*y)++, x, "STATE", "NOW", "ENTERED/s");
	for (size_t i = 0; i < rows->n; i++) {
		const struct counter *row = &rows->rows[i];

		snprintf(entered, sizeof(entered), "%s_entered", row->name);
		if (!counters_find(rows, entered))
			continue;
		draw_value(*y, x, row->name, row->value);
		draw_rate(v, (*y)++, x, entered);
	}
	(*y)++;
}

/* All counters of a prefix, as the file has them. */
static void draw_group(const struct watch_view *v, struct place *p, const char *title,
		       const char *prefix)
{
	const struct counters *rows = rows_of(v->now);
	int x, *y = next_line(p, &x);

	draw_heading((*y)++, x, title, "TOTAL", "/s");
	for (size_t i = 0; i < rows->n; i++) {
		const struct counter *row = &rows->rows[i];

		if (strncmp(row->name, prefix, strlen(prefix)))
			continue;
		draw_value(*y, x, row->name + strlen(prefix), row->value);
		draw_rate(v, (*y)++, x, row->name);
	}
	(*y)++;
}

void watch_draw(const struct watch_view *v)
{
	struct place place = { .y = { FIRST_LIST, FIRST_LIST } };

	place.columns = COLS >= 2 * COLUMN_WIDTH + GAP ? 2 : 1;
	erase();
	draw_title(v);
	if (v->err == ENOENT) {
		mvprintw(2, 0, "tcp_closestat is not loaded; waiting for it");
	} else if (v->err) {
		mvprintw(2, 0, "cannot read the counters: %s", strerror(v->err));
	} else {
		draw_ports(v);
		draw_states(v, &place);
		draw_group(v, &place, "ENDED", "ended_");
		draw_group(v, &place, "RESET BECAUSE", "rst_sent_");
		draw_group(v, &place, "TIME_WAIT", "time_wait_");
	}
	refresh();
}
