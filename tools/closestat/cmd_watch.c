// SPDX-License-Identifier: GPL-2.0
/* closestat watch: a screen that refreshes. Here are the terminal, the keys and the time. */
#include "command.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/units.h"
#include "msg.h"
#include "snapshot.h"
#include "watch_list.h"
#include "watch_screen.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIN_INTERVAL_US (100 * US_PER_MS)
#define MAX_INTERVAL_US US_PER_MIN
#define ESCAPE 27

struct watch {
	bool all;
	struct snapshot snapshots[2];
	int at;			/* which of them is the last */
	struct history history;	/* of the one namespace that is shown */
	struct watch_view view;
	struct watch_list list;
	bool inside;		/* of -A: in a namespace, not in the list */
	u64 inode;		/* of that, 0 for the dead ones */
	char name[64];
	bool help;
};

static bool shows_list(const struct watch *w)
{
	return w->all && !w->inside;
}

static void draw(struct watch *w)
{
	if (w->help)
		watch_draw_help();
	else if (shows_list(w))
		watch_list_draw(&w->list, w->view.interval_us, w->view.err);
	else
		watch_draw(&w->view);
}

static struct snapshot *last_but(struct watch *w, int n)
{
	return &w->snapshots[(w->at + n) % 2];
}

/* Of the namespace that is shown, from a reading; whether it is in there. */
static bool remember(struct watch *w, const struct snapshot *s)
{
	const struct block *block = snapshot_find(s, w->all ? w->inode : 0);

	/* Without memory there is a hole in its history. */
	if (block && history_add(&w->history, &block->counters, s->seconds))
		history_gap(&w->history);
	return block;
}

static void read_now(struct watch *w)
{
	struct snapshot *now, *before;

	w->at = !w->at;
	now = last_but(w, 0);
	before = last_but(w, 1);
	snapshot_free(now);
	w->view.err = -(w->all ? snapshot_load_all(now) : snapshot_load(now));
	if (w->view.err) {
		/* After a gap there is nothing to compare with: the module may be a new one. */
		snapshot_free(before);
		history_gap(&w->history);
		return;
	}
	if (w->all && watch_list_update(&w->list, now, before->module.n ? before : NULL))
		w->view.err = ENOMEM;
	if (!shows_list(w))
		w->view.gone = !remember(w, now);
	if (!w->all)
		watch_read_settings(&w->view);
}

/* Into the namespace that is chosen; the last two readings are the beginning of its history. */
static void enter(struct watch *w)
{
	const char *name;

	if (!w->list.n || w->view.err)
		return;
	w->inside = true;
	w->inode = w->list.chosen;
	name = nsnames_lookup(&w->list.names, w->inode);
	if (!w->inode)
		snprintf(w->name, sizeof(w->name), "dead");
	else if (name)
		snprintf(w->name, sizeof(w->name), "%s", name);
	else
		snprintf(w->name, sizeof(w->name), "%llu", w->inode);
	w->view.netns = w->name;
	w->view.back = 0;
	history_free(&w->history);
	if (last_but(w, 1)->module.n)
		remember(w, last_but(w, 1));
	w->view.gone = !remember(w, last_but(w, 0));
}

static void key_in_list(struct watch *w, int key)
{
	int page = LINES > 3 ? LINES - 3 : 1;

	if (key == KEY_UP || key == 'k')
		watch_list_move(&w->list, -1);
	else if (key == KEY_DOWN || key == 'j')
		watch_list_move(&w->list, 1);
	else if (key == KEY_PPAGE)
		watch_list_move(&w->list, -page);
	else if (key == KEY_NPAGE)
		watch_list_move(&w->list, page);
	else if (key == KEY_HOME)
		watch_list_first(&w->list);
	else if (key == KEY_END)
		watch_list_move(&w->list, w->list.n);
	else if (key == KEY_ENTER || key == '\n' || key == '\r')
		enter(w);
}

static void key_in_namespace(struct watch *w, int key)
{
	if (key == KEY_LEFT && history_at(w->view.history, w->view.back + 1))
		w->view.back++;
	else if (key == KEY_RIGHT && w->view.back)
		w->view.back--;
	else if (key == KEY_END)
		w->view.back = 0;
	else if (w->all && (key == ESCAPE || key == 'q' || key == 'Q'))
		w->inside = false;
}

/* false to end. */
static bool take_key(struct watch *w, int key)
{
	if (key == KEY_RESIZE)
		return true;
	if (w->help) {
		w->help = false;
		return true;
	}
	if (key == '?' || key == 'h') {
		w->help = true;
		return true;
	}
	if ((key == 'q' || key == 'Q') && !w->inside)
		return false;
	if (shows_list(w))
		key_in_list(w, key);
	else
		key_in_namespace(w, key);
	return true;
}

/* Draws anew at each key and each change of the terminal's size until it is time; false to end. */
static bool wait_for(u64 deadline, struct watch *w)
{
	u64 now;

	while (!signals_caught() && (now = monotonic_us()) < deadline) {
		int key;

		timeout((deadline - now) / US_PER_MS + 1);
		key = getch();
		if (key == ERR)
			continue;
		if (!take_key(w, key))
			return false;
		draw(w);
	}
	return !signals_caught();
}

static void loop(struct watch *w)
{
	u64 deadline = monotonic_us();

	do {
		read_now(w);
		/* A user who looks back keeps seeing that moment, as long as it is kept. */
		if (w->view.back && !w->view.err && !w->view.gone &&
		    history_at(&w->history, w->view.back + 1))
			w->view.back++;
		draw(w);
		deadline += w->view.interval_us;
	} while (wait_for(deadline, w));
}

static int run_on_terminal(struct watch *w)
{
	SCREEN *screen;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return msg_error("watch needs a terminal");
	signals_catch();
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return msg_error("watch cannot draw on a terminal of type '%s'",
				 getenv("TERM") ? : "");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	watch_start_colours();
	loop(w);
	endwin();
	delscreen(screen);
	return EXIT_OK;
}

static int watch(const struct options *o, int n, char **words)
{
	struct watch *w;
	struct snapshot probe;
	u64 interval_us = US_PER_S;
	int ret;

	if (n > 1)
		return msg_usage("watch", "unexpected '%s'", words[1]);
	if (n && (parse_duration(words[0], US_PER_S, &interval_us) ||
		  interval_us < MIN_INTERVAL_US || interval_us > MAX_INTERVAL_US))
		return msg_usage("watch", "'%s' is no number of seconds from 0.1 to 60", words[0]);
	/* Later the module may go and come back; at first it has to be there. */
	ret = o->all ? snapshot_read_all(&probe) : snapshot_read(&probe);
	if (ret)
		return ret;
	snapshot_free(&probe);
	w = calloc(1, sizeof(*w));
	if (!w)
		return msg_error("out of memory");
	w->all = o->all;
	w->view = (struct watch_view){ .netns = o->netns, .interval_us = interval_us,
				       .history = &w->history };
	ret = run_on_terminal(w);
	snapshot_free(&w->snapshots[0]);
	snapshot_free(&w->snapshots[1]);
	history_free(&w->history);
	watch_list_free(&w->list);
	free(w);
	return ret;
}

const struct command cmd_watch = {
	.name = "watch",
	.usage = "[-N NETNS | -A] [SECONDS]",
	.summary = "Watch a network namespace, or all, on a screen that refreshes",
	.help = "Refreshes every second, or every SECONDS from 0.1 to 60. 'q' ends it, '?' tells the\n"
		"other keys. A row ends with its history; Left and Right look back.\n"
		"\n"
		"  -N, --netns NETNS  another namespace: a name in /run/netns, a process id or a\n"
		"                     path\n"
		"  -A, --all          all namespaces, those first that move; Enter goes into one\n"
		"  -r, --resolve docker\n"
		"                     ask Docker's daemon for names that its files do not tell\n",
	.options = "NAr",
	.run = watch,
};
