// SPDX-License-Identifier: GPL-2.0
#include "lab_run.h"

#include "lab.h"
#include "lab_check.h"
#include "lab_net.h"
#include "lab_peers.h"
#include "lab_sockets.h"
#include "lab_steps.h"
#include "lab_wait.h"
#include "lab_watch.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/util.h"
#include "track.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Seconds: a peer that is killed loses its sockets first, and what comes of that
 * may be seen before its end is.
 */
#define GRACE_SECONDS 1

/* Whether a side has a TIME_WAIT: 1 yes, 0 no, -1 after lab_fail(). */
static int has_time_wait(struct lab *lab, int side)
{
	if (lab_look(lab, side))
		return -1;
	for (size_t i = 0; i < lab->last[side].count; i++)
		if (lab->last[side].socket[i].state == ST_TIME_WAIT)
			return 1;
	return 0;
}

static int time_wait_over(struct lab *lab, void *side)
{
	int has = has_time_wait(lab, *(int *)side);

	return has < 0 ? -1 : !has;
}

/* When an end of a leg entered its last TIME_WAIT; 0 not known. */
static u64 last_time_wait(struct capture *capture, int end)
{
	size_t count, tracks;
	const struct captured *wire = capture_segments(capture, &count);
	struct track *track = track_all(wire, count, &tracks);
	u64 since = 0;

	for (size_t i = 0; track && i < tracks; i++) {
		for (size_t j = 0; j < track[i].moves; j++) {
			const struct move *move = &track[i].move[j];

			if (move->side == end && move->changed &&
			    move->state == ST_TIME_WAIT && move->at > since)
				since = move->at;
		}
	}
	track_free(track, tracks);
	return since;
}

/* When a side entered its last TIME_WAIT, by the segments; 0 not known. */
static u64 time_wait_since(struct lab *lab, int side)
{
	u64 since = 0;

	if (lab->unwatched)
		return 0;
	for (int leg = BACK; leg < LEGS; leg++) {
		struct capture *capture = leg == BACK ? lab->capture :
							lab->front;
		u64 at = capture ? last_time_wait(capture, side - leg) : 0;

		if (at > since)
			since = at;
	}
	return since;
}

/* A tuned TIME_WAIT that is short enough is seen to its end. */
static int wait_out(struct lab *lab)
{
	unsigned int seconds = lab->options.time_wait_ms / 1000 + 5;

	if (lab->options.time_wait_ms < 0 || lab->options.time_wait_ms > 10000)
		return 0;
	lab->waited_out = true;
	for (int side = 0; side < lab_sides(lab); side++) {
		u64 since = time_wait_since(lab, side);
		int has = has_time_wait(lab, side);

		if (has < 0 ||
		    lab_wait(lab, "TIME_WAIT to end", seconds, time_wait_over,
			     &side))
			return -1;
		if (has && since)
			lab_note(lab, side, "over after %.2f s",
				 (double)(now_ns() - since) / 1000000000);
	}
	return 0;
}

/*
 * A cable keeps its segments in order. A veth does so only for those that are
 * sent on the same CPU, as each CPU has a queue of its own for what arrives:
 * an ACK that the kernel sends on one may be overtaken by the data that the
 * application sends on another. So a lab, with all that it starts, has one.
 */
static int take_one_cpu(struct lab *lab)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0 && cpu < CPU_SETSIZE)
		CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return lab_fail(lab, "sched_setaffinity: %s", strerror(errno));
	return 0;
}

static int peer_lost(struct lab *lab, void *unused)
{
	(void)unused;
	for (int i = 0; i < MAX_PEERS; i++)
		if (lab->peer[i].lost)
			return 1;
	return 0;
}

int lab_run(struct lab *lab)
{
	lab->epoll = -1;
	for (int i = 0; i <= ROUTER; i++)
		lab->ns[i] = -1;
	for (int i = 0; i < MAX_PEERS; i++)
		lab->peer[i].control = -1;
	if (take_one_cpu(lab) || lab_net_build(lab) || lab_start_watching(lab) ||
	    lab_read_counters(lab, lab->before))
		return -1;
	lab->started = true;
	if (lab_steps_run(lab) || wait_out(lab)) {
		/* As much of it is shown as can be. */
		if (lab->failures && !signals_caught()) {
			/* Before it stands still once more. */
			lab_check_stall(lab);
			if (!lab->skip)
				lab_settle(lab, GRACE_SECONDS, peer_lost, NULL);
			lab_read_counters(lab, lab->after);
		}
	} else {
		lab_check_segments(lab);
		lab_check_closing(lab);
		lab_check_counters(lab);
		for (int side = 0; side < lab_sides(lab) && !lab->failures;
		     side++)
			lab_look(lab, side);
		if (lab->failures)
			lab_check_stall(lab);
	}
	return lab->failures ? -1 : 0;
}

void lab_close(struct lab *lab)
{
	if (lab->helper > 0) {
		kill(lab->helper, SIGKILL);
		waitpid(lab->helper, NULL, 0);
	}
	lab_peers_close(lab);
	capture_close(lab->capture);
	lab->capture = NULL;
	capture_close(lab->front);
	lab->front = NULL;
	for (int side = 0; side < lab_sides(lab); side++) {
		diag_close(lab->diag[side]);
		diag_free(&lab->last[side]);
		readings_free(&lab->before[side]);
		readings_free(&lab->after[side]);
	}
	if (lab->epoll >= 0)
		close(lab->epoll);
	lab_net_close(lab);
	free(lab->event);
}
