// SPDX-License-Identifier: GPL-2.0
/* closestat top: what ends, a second, by whatever is asked for. */
#include "cgroup.h"
#include "command.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/units.h"
#include "msg.h"
#include "nsnames.h"
#include "tally.h"
#include "trace_filter.h"
#include "trace_instance.h"

#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 100
#define DEFAULT_KEYS "how,cause,port,peer,program"
#define MAX_CONDITIONS 16

struct top {
	const struct options *options;
	struct trace_condition conditions[MAX_CONDITIONS];
	int n_conditions;
	struct trace_instance *instance;
	struct nsnames names;
	struct tally tally;
	u64 began_us;		/* of the round */
	u64 lost;		/* until the round began */
};

static int add_filter(void *data, const char *text)
{
	struct top *t = data;

	if (t->n_conditions == MAX_CONDITIONS)
		return -EINVAL;
	return trace_condition_parse(text, &t->conditions[t->n_conditions++]);
}

/* IPv4 as such; ids by their names. */
static void show_cell(const struct tally_key *key, const char *value, char *shown, void *data)
{
	struct top *t = data;
	char unit[UNIT_SIZE];
	u64 id;

	if (!strncmp(value, "::ffff:", 7) && !strcmp(key->name, "peer"))
		value += 7;
	/* Not known, or none. */
	if (!strcmp(value, "0") && (!strcmp(key->name, "unit") || !strcmp(key->name, "errno")))
		value = "";
	if (!strcmp(key->name, "unit") && !parse_u64(value, &id))
		value = cgroup_unit_by_id(id, unit);
	if (!strcmp(key->name, "netns") && !parse_u64(value, &id) &&
	    nsnames_lookup(&t->names, id))
		value = nsnames_lookup(&t->names, id);
	snprintf(shown, TALLY_CELL, "%s", *value ? value : "-");
}

static void take_line(char *text, void *data)
{
	struct top *t = data;
	struct trace_line line;

	if (trace_line_parse(text, TRACE_EVENT, &line))
		return;
	for (int i = 0; i < t->n_conditions; i++) {
		if (!trace_condition_holds(&t->conditions[i], &line))
			return;
	}
	tally_add(&t->tally, &line, show_cell, t);
}

static void begin_round(struct top *t)
{
	tally_clear(&t->tally);
	t->began_us = monotonic_us();
	t->lost = trace_instance_lost(t->instance);
	if (t->options->all) {
		nsnames_free(&t->names);
		nsnames_read(&t->names);
	}
}

/* Until the round is over; -EINTR when it is to be the last. */
static int collect(struct top *t, u64 length_us)
{
	u64 end = t->began_us + length_us;
	int ret;

	while (monotonic_us() < end) {
		if (signals_caught())
			return -EINTR;
		ret = trace_instance_read(t->instance, POLL_MS, take_line, t);
		if (ret && ret != -EAGAIN && ret != -EINTR)
			return ret;
		if (stdscr) {
			int key = getch();

			if (key == 'q' || key == 'Q')
				return -EINTR;
		}
	}
	return 0;
}

static int print_round(struct top *t)
{
	double seconds = (monotonic_us() - t->began_us) / 1e6;
	u64 lost = trace_instance_lost(t->instance) - t->lost;
	struct table *table = table_new("ends", t->options->format);
	int ret;

	table_column(table, t->options->json ? "PER_SECOND" : "/s", COLUMN_NUMBER);
	table_column(table, "COUNT", COLUMN_NUMBER);
	for (size_t i = 0; i < t->tally.n_keys; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%s", t->tally.keys[i]->name);
		for (char *c = name; *c; c++)
			*c -= *c >= 'a' && *c <= 'z' ? 'a' - 'A' : 0;
		table_column(table, name, COLUMN_TEXT);
	}
	tally_sort(&t->tally);
	for (size_t i = 0; i < t->tally.n; i++) {
		const struct tally_row *row = &t->tally.rows[i];

		table_row(table);
		table_cell(table, "%.1f", row->count / seconds);
		table_cell(table, "%llu", row->count);
		for (size_t j = 0; j < t->tally.n_keys; j++)
			table_cell(table, "%s", row->cells[j]);
	}
	ret = table_print(table);
	if (!t->options->json)
		printf("%s%llu ended in %.3g s\n", t->tally.n ? "\n" : "", t->tally.total, seconds);
	if (lost)
		msg_error("lost %llu events", lost);
	if (t->tally.passed_over)
		msg_error("%llu more are of too many kinds to be told", t->tally.passed_over);
	return ret;
}

static void draw_row(const struct top *t, int y, const struct tally_row *row, double seconds)
{
	int x = 11;

	mvprintw(y, 0, "%10.1f", row->count / seconds);
	for (size_t i = 0; i < t->tally.n_keys && x < COLS; i++) {
		int width = strcmp(t->tally.keys[i]->name, "peer") ? 17 : 26;

		mvprintw(y, x, "%-.*s", width - 1, row->cells[i]);
		x += width;
	}
}

static void draw_round(struct top *t)
{
	double seconds = (monotonic_us() - t->began_us) / 1e6;
	u64 lost = trace_instance_lost(t->instance) - t->lost;
	struct tally_row heading = { 0 };

	erase();
	attron(A_REVERSE);
	mvhline(0, 0, ' ', COLS);
	mvprintw(0, 1, "closestat top%s%s  %.1f ends/s", t->options->netns ? "  netns " : "",
		 t->options->netns ? t->options->netns : "", t->tally.total / seconds);
	if (lost)
		printw("  LOST %llu", lost);
	printw("  'q' ends");
	attroff(A_REVERSE);
	for (size_t i = 0; i < t->tally.n_keys; i++)
		snprintf(heading.cells[i], TALLY_CELL, "%s", t->tally.keys[i]->name);
	attron(A_BOLD);
	draw_row(t, 2, &heading, 1);
	mvprintw(2, 0, "%10s", "/s");
	attroff(A_BOLD);
	tally_sort(&t->tally);
	for (size_t i = 0; i < t->tally.n && (int)i + 3 < LINES; i++)
		draw_row(t, i + 3, &t->tally.rows[i], seconds);
	refresh();
}

static int run_on_terminal(struct top *t, u64 length_us)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);
	int ret;

	if (!screen)
		return msg_error("top cannot draw on a terminal of type '%s'",
				 getenv("TERM") ? : "");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	timeout(0);
	curs_set(0);
	do {
		begin_round(t);
		ret = collect(t, length_us);
		if (!ret)
			draw_round(t);
	} while (!ret);
	endwin();
	delscreen(screen);
	if (ret == -EINTR)
		return EXIT_OK;
	return msg_error("cannot read the trace pipe: %s", strerror(-ret));
}

static int run_in_lines(struct top *t, u64 length_us)
{
	int ret;

	do {
		begin_round(t);
		ret = collect(t, length_us);
		if (ret && ret != -EINTR)
			return msg_error("cannot read the trace pipe: %s", strerror(-ret));
		if (!ret || t->tally.total)
			print_round(t);
	} while (!ret && !t->options->once && !ferror(stdout));
	return ferror(stdout) ? EXIT_FAILED : EXIT_OK;
}

/* In words: where it cannot count by these. */
static int bad_keys(const char *keys, int err)
{
	char known[128] = "";

	if (err == EEXIST)
		return msg_usage("top", "-g: '%s' names a key twice", keys);
	if (err == E2BIG)
		return msg_usage("top", "-g: '%s' are more than %d keys", keys, TALLY_MAX_KEYS);
	for (size_t i = 0; tally_key_at(i); i++) {
		strcat(known, i ? "," : "");
		strcat(known, tally_key_at(i)->name);
	}
	return msg_usage("top", "-g: '%s' are no keys to count by; these are: %s", keys, known);
}

static int top(const struct options *o, int n, char **words)
{
	struct top t = { .options = o };
	u64 length_us = o->rate_us ? : US_PER_S;
	u64 inode = o->all ? 0 : nsnames_own_inode();
	int ret;

	ret = options_filters(o, n, words, add_filter, &t,
			      trace_condition_values, "top");
	if (ret)
		return ret;
	ret = tally_parse_keys(&t.tally, o->keys ? :
			       o->all ? DEFAULT_KEYS ",netns" : DEFAULT_KEYS);
	if (ret)
		return bad_keys(o->keys, -ret);
	ret = trace_instance_open(&t.instance, inode);
	if (ret)
		return ret;
	/* The buffer has to be removed at the end, whatever ends us. */
	signals_catch();
	signal(SIGPIPE, SIG_IGN);
	if (o->once || o->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		ret = run_in_lines(&t, length_us);
	else
		ret = run_on_terminal(&t, length_us);
	trace_instance_close(t.instance);
	tally_clear(&t.tally);
	nsnames_free(&t.names);
	return ret;
}

static void print_words(void)
{
	const char *name;

	for (size_t i = 0; (name = trace_condition_name(i)); i++)
		printf("%s=\n", name);
}

const struct command cmd_top = {
	.name = "top",
	.usage = "[-N NETNS | -A] [-g KEY[,KEY]] [-d SECONDS] [-1] [-j [-p]] [FILTER...]",
	.summary = "Show what ends, a second, by cause, port, peer or program",
	.help = "Counts the connections that end, on a screen that refreshes; 'q' ends it. Takes the\n"
		"FILTERs of 'monitor'. KEYs to count by, 'how,cause,port,peer,program' unless given:\n"
		"  how      as in the ended_* counters    cause    why we reset it\n"
		"  port     ours                          peer     its address; pport its port\n"
		"  program  that closed it                unit     systemd unit or container\n"
		"  netns    the namespace                 errno    of a connect() that failed\n"
		"A module that does not tell one of these leaves '-' there.\n"
		"\n"
		"  -N, --netns NETNS    of another namespace: a name in /run/netns, a process id\n"
		"                       or a path\n"
		"  -A, --all            of every namespace\n"
		"  -r, --resolve docker ask Docker's daemon for names that its files do not tell\n"
		"  -g, --group KEYS     what to count by\n"
		"  -d, --rate[=SECONDS] refresh that often, 1 unless given\n"
		"  -1, --once           one table, after that time; without a terminal a table each\n"
		"                       time\n"
		"  -j, --json           as JSON\n"
		"  -p, --pretty         JSON with line breaks\n"
		"\n"
		"Events that came faster than they were read are lost; how many is told.\n",
	.options = "NAgd1jpfr",
	.run = top,
	.print_words = print_words,
};
