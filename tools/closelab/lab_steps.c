// SPDX-License-Identifier: GPL-2.0
#include "lab_steps.h"

#include "lab.h"
#include "lab_net.h"
#include "lab_peers.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lab_watch.h"
#include "lib/clock.h"
#include "lib/util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Seconds; a machine may be very busy, and what is broken may take its time. */
#define STEP_TIMEOUT 60

static unsigned int step_timeout(const struct lab *lab)
{
	unsigned int seconds = lab->scenario->step_timeout ?: STEP_TIMEOUT;

	/* The longest delay of a peer is ten seconds. */
	return lab->options.keep_delays ? seconds + 10 : seconds;
}

static char letter(const struct lab *lab, int number)
{
	return 'A' + lab_peer_side(lab, number);
}

/* The next event of the peer with the operation, from where was looked last. */
static int find_event(struct lab *lab, const struct step *step, bool breakpoint)
{
	struct lab_peer *peer = &lab->peer[step->who];

	for (size_t i = peer->seen; i < lab->events; i++) {
		const struct lab_event *e = &lab->event[i];

		if (e->peer != step->who || e->event.kind != step->op ||
		    !!e->event.breakpoint != breakpoint)
			continue;
		/* Data read before the end of the file is not the end. */
		if (step->op == OP_READ_EOF && !breakpoint && e->event.ret > 0)
			continue;
		peer->seen = i + 1;
		if (breakpoint || e->event.err == step->value)
			return 1;
		return lab_fail(lab, "%s on %c gave \"%s\" instead of \"%s\"",
				op_name(step->op), letter(lab, step->who),
				strerror(e->event.err), strerror(step->value));
	}
	return 0;
}

static int event_done(struct lab *lab, void *data)
{
	return find_event(lab, data, false);
}

static int at_breakpoint(struct lab *lab, void *data)
{
	return find_event(lab, data, true);
}

static int step_event(struct lab *lab, const struct step *step)
{
	char what[64];

	snprintf(what, sizeof(what), "%s on %c", op_name(step->op),
		 letter(lab, step->who));
	return lab_wait(lab, what, step_timeout(lab), event_done, (void *)step);
}

static int step_go(struct lab *lab, const struct step *step)
{
	char what[64];

	snprintf(what, sizeof(what), "%c to come to its %s",
		 letter(lab, step->who), op_name(step->op));
	if (lab_wait(lab, what, step_timeout(lab), at_breakpoint, (void *)step))
		return -1;
	return lab_peer_go(lab, step->who, step->op);
}

static int step_start(struct lab *lab, const struct step *step)
{
	struct step listening = EVENT(step->who, OP_LISTEN, 0);

	if (lab_peer_start(lab, step->who))
		return -1;
	/* Only the first one: others may be there to fail. */
	if (step->who || !lab_peer_listens(lab, 0))
		return 0;
	return step_event(lab, &listening);
}

static int states_are(struct lab *lab, void *data)
{
	const struct step *step = data;
	char text[256];

	if (lab_look(lab, step->who))
		return -1;
	return !strcmp(lab_states(lab, step->who, text, sizeof(text)),
		       step->text);
}

static int step_states(struct lab *lab, const struct step *step)
{
	char what[128];

	snprintf(what, sizeof(what), "%c to have %s", 'A' + step->who,
		 *step->text ? step->text : "no socket");
	return lab_wait(lab, what, step_timeout(lab), states_are, (void *)step);
}

static int listeners_are(struct lab *lab, void *data)
{
	const struct step *step = data;
	int count = 0;

	if (lab_look(lab, step->who))
		return -1;
	for (size_t i = 0; i < lab->last[step->who].count; i++)
		count += lab->last[step->who].socket[i].state == ST_LISTEN;
	return count == step->value;
}

static int step_listen(struct lab *lab, const struct step *step)
{
	char what[64];

	snprintf(what, sizeof(what), "%c to have %d listeners",
		 'A' + step->who, step->value);
	return lab_wait(lab, what, step_timeout(lab), listeners_are, (void *)step);
}

static int count_segments(struct lab *lab, const struct step *step)
{
	size_t count;
	const struct captured *wire = capture_segments(lab->capture, &count);
	int seen = 0;

	for (size_t i = 0; i < count; i++) {
		char flags[6];

		if (wire[i].from == step->who && !wire[i].injected &&
		    (step->kind == STEP_SENT || wire[i].arrived) &&
		    !strcmp(segment_flags(wire[i].segment.flags, flags),
			    step->text))
			seen++;
	}
	return seen;
}

static int segments_seen(struct lab *lab, void *data)
{
	const struct step *step = data;

	return count_segments(lab, step) >= step->value;
}

static int step_segments(struct lab *lab, const struct step *step)
{
	char what[64];

	snprintf(what, sizeof(what), "segment %d with %s of %c to be %s",
		 step->value, step->text, 'A' + step->who,
		 step->kind == STEP_SENT ? "sent" : "delivered");
	return lab_wait(lab, what, step_timeout(lab), segments_seen, (void *)step);
}

static int step_signal(struct lab *lab, const struct step *step)
{
	struct lab_peer *peer = &lab->peer[step->who];

	peer->may_end = true;
	lab_note(lab, lab_peer_side(lab, step->who), "%s",
		 step->value == SIGINT ? "killed by SIGINT" :
		 "killed by SIGKILL");
	if (kill(peer->pid, step->value))
		return lab_fail(lab, "kill: %s", strerror(errno));
	return 0;
}

static int has_ended(struct lab *lab, void *data)
{
	const struct step *step = data;

	return lab->peer[step->who].ended;
}

static int step_exit(struct lab *lab, const struct step *step)
{
	char what[64];

	snprintf(what, sizeof(what), "the peer on %c to end",
		 letter(lab, step->who));
	return lab_wait(lab, what, step_timeout(lab), has_ended, (void *)step);
}

static int time_is_up(struct lab *lab, void *data)
{
	(void)lab;
	return now_ns() >= *(u64 *)data;
}

static int step_pause(struct lab *lab, const struct step *step)
{
	u64 until = now_ns() + (u64)step->value * 1000000000;

	if (!lab->options.keep_delays)
		return 0;
	return lab_wait(lab, "the pause to end", step->value + 5, time_is_up,
			&until);
}

static int all_at_rest(struct lab *lab, void *unused)
{
	(void)unused;
	for (int i = 0; i < MAX_PEERS; i++)
		if (lab->peer[i].control >= 0 && !lab->peer[i].at_rest)
			return 0;
	return 1;
}

/* The effects of the last steps are seen to their end, in every run alike. */
static int come_to_rest(struct lab *lab)
{
	for (int i = 0; i < MAX_PEERS; i++) {
		lab->peer[i].at_rest = false;
		if (lab->peer[i].control >= 0 && lab_peer_go(lab, i, OP_END))
			return -1;
	}
	return lab_wait(lab, "the peers to come to rest", step_timeout(lab),
			all_at_rest, NULL);
}

static int run_step(struct lab *lab, const struct step *step)
{
	switch (step->kind) {
	case STEP_START:
		return step_start(lab, step);
	case STEP_EVENT:
		return step_event(lab, step);
	case STEP_GO:
		return step_go(lab, step);
	case STEP_STATES:
		return step_states(lab, step);
	case STEP_LISTEN:
		return step_listen(lab, step);
	case STEP_SENT:
	case STEP_ARRIVED:
		return step_segments(lab, step);
	case STEP_HOLD:
		return lab_net_plug(lab, step->who, PLUG_HOLD);
	case STEP_RELEASE:
		return lab_net_plug(lab, step->who, PLUG_RELEASE);
	case STEP_MARK:
		return lab_net_plug(lab, step->who, PLUG_MARK);
	case STEP_RELEASE_MARKED:
		return lab_net_plug(lab, step->who, PLUG_RELEASE_MARKED);
	case STEP_RULES:
		return lab_net_rules(lab, step->who, step->text);
	case STEP_SIGNAL:
		return step_signal(lab, step);
	case STEP_EXIT:
		return step_exit(lab, step);
	case STEP_PAUSE:
		return step_pause(lab, step);
	case STEP_SYSCTL:
		return lab_net_sysctl(lab, step->who, step->text);
	case STEP_UNWATCHED:
	case STEP_UNDRAWN:
		/* Asked to come to rest, the peers are also told. */
		return lab_unwatch(lab, step->kind == STEP_UNDRAWN) ?: come_to_rest(lab);
	case STEP_CALL:
		return step->call(lab);
	case STEP_END:
		break;
	}
	return 0;
}

int lab_steps_run(struct lab *lab)
{
	const struct step *step = lab->scenario->steps;

	for (; step->kind != STEP_END; step++)
		if (run_step(lab, step))
			return -1;
	return come_to_rest(lab);
}
