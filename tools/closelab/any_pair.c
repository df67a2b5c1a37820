// SPDX-License-Identifier: GPL-2.0
#include "any_pair.h"

#include "lab.h"
#include "lab_wait.h"
#include "lib/clock.h"
#include "lib/util.h"

#include <stdio.h>

/*
 * Without a script nobody knows what comes last. It is taken to be over when
 * nothing has happened for longer than the longest delay.
 */
#define QUIET_MS 500
#define LONGEST_DELAY_MS 10000

static u64 last_activity(struct lab *lab)
{
	u64 last = lab->events ? lab->event[lab->events - 1].event.at : 0;
	size_t count;
	const struct captured *wire = capture_segments(lab->capture, &count);

	if (count && wire[count - 1].sent > last)
		last = wire[count - 1].sent;
	return last;
}

static int all_quiet(struct lab *lab, void *unused)
{
	u64 last = last_activity(lab);
	u64 ms = QUIET_MS;

	(void)unused;
	if (lab->options.keep_delays)
		ms += LONGEST_DELAY_MS;
	return last && now_ns() > last + ms * 1000000;
}

static int wait_quiet(struct lab *lab)
{
	return lab_wait(lab, "quiet", 60, all_quiet, NULL);
}

const struct scenario *any_pair(int server, int client)
{
	static char name[32], title[160];
	static const struct step steps[] = {
		START(0), START(1), CALL(wait_quiet), { STEP_END }
	};
	static struct scenario scenario;

	snprintf(name, sizeof(name), "server %d, client %d", server, client);
	snprintf(title, sizeof(title), "the server %s; the client %s",
		 server_behaviour(server)->text,
		 client_behaviour(client)->text);
	scenario = (struct scenario){
		.name = name,
		.title = title,
		.peer = {
			{ .side = A, .server = server },
			{ .side = B, .client = client },
		},
		.steps = steps,
	};
	return &scenario;
}
