// SPDX-License-Identifier: GPL-2.0
/* closestat watch: a screen that refreshes. The terminal and the time are dealt with here. */
#include "command.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/units.h"
#include "msg.h"
#include "snapshot.h"
#include "watch_screen.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIN_INTERVAL_US (100 * US_PER_MS)
#define MAX_INTERVAL_US US_PER_MIN

/* Draws anew at each change of the terminal's size until it is time; false to end. */
static bool wait_for(u64 deadline, const struct watch_view *view)
{
	u64 now;

	while (!signals_caught() && (now = monotonic_us()) < deadline) {
		int key;

		timeout((deadline - now) / US_PER_MS + 1);
		key = getch();
		if (key == 'q' || key == 'Q')
			return false;
		if (key == KEY_RESIZE)
			watch_draw(view);
	}
	return !signals_caught();
}

static void loop(struct watch_view *view)
{
	struct snapshot snapshots[2] = { 0 };
	u64 deadline = monotonic_us();
	int at = 0;

	do {
		struct snapshot *now = &snapshots[at], *before = &snapshots[!at];

		snapshot_free(now);
		view->err = -snapshot_load(now);
		view->now = now;
		/* After a gap there is nothing to compare with: the module may be a new one. */
		view->before = !view->err && before->module.n ? before : NULL;
		watch_read_settings(view);
		watch_draw(view);
		at = !at;
		deadline += view->interval_us;
	} while (wait_for(deadline, view));
	snapshot_free(&snapshots[0]);
	snapshot_free(&snapshots[1]);
}

static int run_on_terminal(struct watch_view *view)
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
	curs_set(0);
	loop(view);
	endwin();
	delscreen(screen);
	return EXIT_OK;
}

static int watch(const struct options *o, int n, char **words)
{
	struct watch_view view = { .netns = o->netns, .interval_us = US_PER_S };
	struct snapshot probe;
	int ret;

	if (n > 1)
		return msg_usage("watch", "unexpected '%s'", words[1]);
	if (n && (parse_duration(words[0], US_PER_S, &view.interval_us) ||
		  view.interval_us < MIN_INTERVAL_US || view.interval_us > MAX_INTERVAL_US))
		return msg_usage("watch", "'%s' is no number of seconds from 0.1 to 60", words[0]);
	/* Later the module may go and come back; at first it has to be there. */
	ret = snapshot_read(&probe);
	if (ret)
		return ret;
	snapshot_free(&probe);
	return run_on_terminal(&view);
}

const struct command cmd_watch = {
	.name = "watch",
	.usage = "[-N NETNS] [SECONDS]",
	.summary = "Watch a network namespace on a screen that refreshes",
	.help = "Refreshes every second, or every SECONDS from 0.1 to 60. 'q' ends it.\n"
		"\n"
		"  -N, --netns NETNS  another namespace: a name in /run/netns, a process id or a\n"
		"                     path\n",
	.options = "N",
	.run = watch,
};
