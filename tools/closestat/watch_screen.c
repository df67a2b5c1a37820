// SPDX-License-Identifier: GPL-2.0
#include "watch_screen.h"

#include "lib/units.h"
#include "settings.h"
#include "spark.h"
#include "sysctl.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two lists stand side by side from 80 columns on, and all fit into 24 lines then. */
#define NAME_WIDTH 17
#define VALUE_WIDTH 8
#define RATE_WIDTH 7
#define NUMBERS_WIDTH (NAME_WIDTH + VALUE_WIDTH + RATE_WIDTH + 1)
#define SPARK_WIDTH 6
#define COLUMN_WIDTH (NUMBERS_WIDTH + SPARK_WIDTH)
#define GAP 2
#define BAR_WIDTH 30
#define FIRST_LIST 2
#define LINES_FILLED 22

/* Where lists are drawn: the next free line of each column. */
struct place {
	int y[2];
	int columns;
	int spark;	/* how wide */
	int blank;	/* lines between two lists */
};

void watch_start_colours(void)
{
	static const short colours[WATCH_N_COLOURS] = {
		[WATCH_HEADING] = COLOR_CYAN,
		[WATCH_MOVES] = COLOR_GREEN,
		[WATCH_TROUBLE] = COLOR_RED,
		[WATCH_WARNING] = COLOR_YELLOW,
	};

	if (getenv("NO_COLOR") || !has_colors())
		return;
	start_color();
	use_default_colors();
	for (short i = WATCH_PLAIN + 1; i < WATCH_N_COLOURS; i++)
		init_pair(i, colours[i], -1);
}

void watch_colour(enum watch_colour colour)
{
	attrset(COLOR_PAIR(colour) | (colour == WATCH_HEADING ? A_BOLD : 0));
}

void watch_spark(int y, int x, const double *values, int n)
{
	static int utf8 = -1;
	char text[SPARK_SIZE];

	if (utf8 < 0)
		utf8 = WATCH_WIDE && !strcmp(nl_langinfo(CODESET), "UTF-8");
	mvaddstr(y, x, spark_text(values, n, utf8, text));
}

void watch_read_settings(struct watch_view *v)
{
	unsigned int low, high;

	v->settings = true;
	v->ports = 0;
	if (sysctl_read_number("time_wait_ms", &v->time_wait_ms))
		v->time_wait_ms = KERNELS_OWN_MS;
	else
		v->time_wait_ms = sysctl_time_wait_length(v->time_wait_ms);
	if (!sysctl_read_ports(&low, &high))
		v->ports = high - low + 1;
}

void watch_draw_title(const char *what, u64 interval_us)
{
	static const char keys[] = "'?' helps  'q' ends ";
	char length[DURATION_SIZE];

	attrset(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	mvprintw(0, 1, "closestat watch%s%s  every %s", *what ? "  " : "", what,
		 format_duration(interval_us, length));
	if (getcurx(stdscr) + (int)strlen(keys) + 1 < COLS)
		mvaddstr(0, COLS - (int)strlen(keys), keys);
	attrset(A_NORMAL);
}

void watch_draw_err(int err)
{
	if (err == ENOENT)
		mvprintw(2, 0, "tcp_closestat is not loaded; waiting for it");
	else
		mvprintw(2, 0, "cannot read the counters: %s", strerror(err));
}

static void draw_title(const struct watch_view *v)
{
	const struct history_sample *now = history_at(v->history, 0);
	const struct history_sample *shown = history_at(v->history, v->back);
	char what[160], ago[DURATION_SIZE];
	size_t n;

	n = snprintf(what, sizeof(what), "%s%s", v->netns ? "netns " : "", v->netns ? : "");
	if (n < sizeof(what) && v->gone)
		n += snprintf(what + n, sizeof(what) - n, "  IT IS GONE");
	if (n < sizeof(what) && v->back && now && shown)
		snprintf(what + n, sizeof(what) - n, "%s%s AGO", n ? "  " : "",
			 format_duration((now->seconds - shown->seconds) * US_PER_S, ago));
	watch_draw_title(what, v->interval_us);
}

static u64 value_of(const struct watch_view *v, const char *name)
{
	int row = history_find(v->history, name);

	return row < 0 ? 0 : history_at(v->history, v->back)->values[row];
}

/* TIME_WAIT against the ports: the most that one destination could have used up. */
static void draw_ports(const struct watch_view *v)
{
	u64 held = value_of(v, "time_wait");
	char length[DURATION_SIZE];
	int filled;

	if (!v->settings)
		return;
	format_duration(v->time_wait_ms * US_PER_MS, length);
	mvprintw(1, 0, "TIME_WAIT of %s: %llu", length, held);
	if (!v->ports)
		return;
	filled = held < v->ports ? (int)(held * BAR_WIDTH / v->ports) : BAR_WIDTH;
	printw(" of %u ports [", v->ports);
	if (filled > BAR_WIDTH / 4 * 3)
		watch_colour(WATCH_TROUBLE);
	else if (filled > BAR_WIDTH / 2)
		watch_colour(WATCH_WARNING);
	for (int i = 0; i < BAR_WIDTH; i++)
		addch(i < filled ? '#' : '.');
	watch_colour(WATCH_PLAIN);
	addch(']');
	if (v->time_wait_ms)
		printw(" %llu/s", v->ports * 1000ULL / v->time_wait_ms);
}

static void draw_number(int y, int x, int width, double value, bool whole)
{
	if (value < 1e8 && whole)
		mvprintw(y, x, "%*.0f", width, value);
	else if (value < 1e4)
		mvprintw(y, x, "%*.1f", width, value);
	else if (value < 1e6)
		mvprintw(y, x, "%*.0f", width, value);
	else
		mvprintw(y, x, "%*.1fM", width - 1, value / 1e6);
}

/* The values of a sparkline: a state's sockets, a counter's gain a second. */
static void draw_spark(const struct watch_view *v, int y, int x, size_t row, bool gauge, int width)
{
	double values[SPARK_MAX];

	for (int i = 0; i < width; i++) {
		size_t back = v->back + (width - 1 - i);
		const struct history_sample *s = history_at(v->history, back);

		if (gauge)
			values[i] = s ? (double)s->values[row] : -1;
		else if (!history_rate(v->history, row, back, &values[i]))
			values[i] = -1;
	}
	watch_spark(y, x, values, width);
}

/* The next line of the shorter column, so that lists fill the screen evenly. */
static int *next_line(struct place *p, int *x)
{
	int column = p->columns == 2 && p->y[1] < p->y[0];

	*x = column * (NUMBERS_WIDTH + p->spark + GAP);
	return &p->y[column];
}

static void draw_heading(int y, int x, const char *title, const char *value, const char *rate)
{
	watch_colour(WATCH_HEADING);
	mvprintw(y, x, "%-*s%*s%*s", NAME_WIDTH, title, VALUE_WIDTH, value, RATE_WIDTH, rate);
	watch_colour(WATCH_PLAIN);
}

/* A row: its value, the rate of a counter that belongs to it, and its history. */
static void draw_row(const struct watch_view *v, const struct place *p, int y, int x,
		     const char *name, size_t row, size_t counter, enum watch_colour moving)
{
	double rate;
	bool known = history_rate(v->history, counter, v->back, &rate);

	mvprintw(y, x, "%-*.*s", NAME_WIDTH, NAME_WIDTH, name);
	draw_number(y, x + NAME_WIDTH, VALUE_WIDTH,
		    history_at(v->history, v->back)->values[row], true);
	if (known && rate > 0)
		watch_colour(moving);
	if (known)
		draw_number(y, x + NAME_WIDTH + VALUE_WIDTH, RATE_WIDTH, rate, false);
	else
		mvprintw(y, x + NAME_WIDTH + VALUE_WIDTH, "%*s", RATE_WIDTH, "-");
	draw_spark(v, y, x + NUMBERS_WIDTH, row, row != counter, p->spark);
	watch_colour(WATCH_PLAIN);
}

static void draw_states(const struct watch_view *v, struct place *p)
{
	const struct history *h = v->history;
	char entered[64];
	int x, *y = next_line(p, &x);

	draw_heading((*y)++, x, "STATE", "NOW", "NEW/s");
	for (size_t i = 0; i < h->n_rows; i++) {
		int counter;

		snprintf(entered, sizeof(entered), "%s_entered", h->names[i]);
		counter = history_find(h, entered);
		if (counter >= 0)
			draw_row(v, p, (*y)++, x, h->names[i], i, counter, WATCH_MOVES);
	}
	*y += p->blank;
}

/* All counters of a prefix, as the file has them. */
static void draw_group(const struct watch_view *v, struct place *p, const char *title,
		       const char *prefix, enum watch_colour moving)
{
	const struct history *h = v->history;
	int x, *y = next_line(p, &x);

	draw_heading((*y)++, x, title, "TOTAL", "/s");
	for (size_t i = 0; i < h->n_rows; i++) {
		/* That is a state's. */
		if (strncmp(h->names[i], prefix, strlen(prefix)) ||
		    !strcmp(h->names[i], "time_wait_entered"))
			continue;
		draw_row(v, p, (*y)++, x, h->names[i] + strlen(prefix), i, i, moving);
	}
	*y += p->blank;
}

static void draw_lists(const struct watch_view *v)
{
	struct place p = { .y = { FIRST_LIST, FIRST_LIST }, .spark = SPARK_WIDTH };

	p.columns = COLS >= 2 * COLUMN_WIDTH + GAP ? 2 : 1;
	if (p.columns == 2)
		p.spark += (COLS - 2 * COLUMN_WIDTH - GAP) / 2;
	p.spark = p.spark < SPARK_MAX ? p.spark : SPARK_MAX;
	p.blank = LINES - FIRST_LIST - LINES_FILLED >= 2;
	draw_states(v, &p);
	draw_group(v, &p, "ENDED", "ended_", WATCH_MOVES);
	draw_group(v, &p, "RESET BECAUSE", "rst_sent_", WATCH_TROUBLE);
	draw_group(v, &p, "TIME_WAIT", "time_wait_", WATCH_MOVES);
	draw_group(v, &p, "CONNECT FAILED", "connect_failed_", WATCH_TROUBLE);
}

void watch_draw(const struct watch_view *v)
{
	erase();
	draw_title(v);
	if (v->err && !v->back) {
		watch_draw_err(v->err);
	} else if (history_at(v->history, v->back)) {
		draw_ports(v);
		draw_lists(v);
	}
	refresh();
}

void watch_draw_help(void)
{
	static const char *const lines[] = {
		"q              end; leave the namespace, with -A",
		"Left, Right    look back in time, up to 600 refreshes, and forth",
		"End            now again",
		"",
		"With -A:",
		"Up, Down, Page Up, Page Down    choose a namespace",
		"Home           the one that moves most",
		"Enter          go into it",
		"Esc            leave it",
		"",
		"The characters at the end of a row are its history, the last on the right:",
		"of a state how many sockets are in it, of a counter what it gained, each to",
		"its own scale. '_' is 0.",
		"TIME_WAIT is drawn against the ports for outgoing connections; what follows is",
		"how many connections a second to one destination they sustain.",
		"",
		"Any key goes back.",
	};

	erase();
	attrset(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	mvaddstr(0, 1, "closestat watch: help");
	attrset(A_NORMAL);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		mvaddstr(i + 2, 1, lines[i]);
	refresh();
}
