/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lab: the namespaces, the peers and what is seen of them. This is the base
 * of closelab's layers, which call downwards only:
 *
 *	lab	what there is, and what went wrong
 *	lab_net, lab_peers, lab_sockets
 *	lab_wait, lab_proxy, proxies
 *	lab_check, lab_outcome
 *	lab_watch
 *	lab_steps
 *	scen_*, scenarios	the tables, with what their steps call
 *	lab_run, ways, chart, profile, rates, open_loop, cmd_run
 *
 * The effect of segments on the state of an end is by the rules of explain/ (track.c).
 *
 * A step of a table may name a function of a scenario: lab_steps calls it
 * through that pointer, and knows no table.
 */
#ifndef CLOSELAB_LAB_H
#define CLOSELAB_LAB_H

#include "capture.h"
#include "diag.h"
#include "lib/util.h"
#include "peer.h"
#include "readings.h"
#include "scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SERVER_PORT 7000
#define PROXY_PORT 8080
#define CLIENT_PORT 50000
#define DEVICE "lab"
#define FRONT_DEVICE "front"	/* of B, towards C */

/**
 * struct lab_options - what the user asked for
 * @ipv6: over IPv6
 * @keep_delays: the original delays
 * @without_module: do without the module's counters
 * @quiet: no progress
 * @time_wait_ms: length of TIME_WAIT to set, -1: leave it
 * @delay_ms: how long a segment is under way; not 0: there is a router
 */
struct lab_options {
	bool ipv6;
	bool keep_delays;
	bool without_module;
	bool quiet;
	long time_wait_ms;
	long delay_ms;
};

/**
 * struct lab_event - what an application did
 * @peer: number of the peer
 * @event: what it did
 */
struct lab_event {
	int peer;
	struct peer_event event;
};

/**
 * struct lab_note - something to be drawn that is neither segment nor call
 * @side: where
 * @at: when, CLOCK_REALTIME in nanoseconds
 * @text: what
 */
struct lab_note {
	int side;
	u64 at;
	char text[64];
};

/**
 * struct lab_peer - a peer as the runner sees it
 * @pid: 0 when it does not run
 * @control: its socket, -1 when it is closed
 * @may_end: its end is part of the scenario
 * @ended: it is over
 * @lost: it is, and not as part of the scenario
 * @at_rest: it has done what it could when it was asked last
 * @seen: events before this one have been waited for
 */
struct lab_peer {
	pid_t pid;
	int control;
	bool may_end;
	bool ended;
	bool lost;
	bool at_rest;
	size_t seen;
};

/**
 * struct lab - a lab
 * @scenario: what is run
 * @options: how
 * @ns: namespaces of A, B, C and the router; -1 when there is none
 * @address: as text, of A, of B, a second one of A, and of B towards C
 * @peer: the peers
 * @capture: segments between A and B, NULL without
 * @front: segments between B and C, NULL without
 * @event: what applications did, in the order it was told
 * @events: how many
 * @note: what else is to be drawn
 * @notes: how many
 * @before: counters of each side before
 * @after: and after
 * @last: sockets of each side, as last looked at
 * @checks: conditions that were met
 * @failure: what went wrong first, empty while nothing has
 * @failures: how many things went wrong
 * @result: what a scenario has measured, for people; else empty
 * @skip: it cannot be run here, for the reason in @failure
 * @again: chance has spoilt it, run it once more: the reason, else NULL
 * @outcome: of a race, how it has ended; else NULL
 * @unwatched: STEP_UNWATCHED or STEP_UNDRAWN was there
 * @helper: a program that runs beside and ends with the lab, 0: none
 * @started: the namespaces and peers were there: there is something to show
 * @waited_out: every TIME_WAIT was seen to its end
 */
struct lab {
	const struct scenario *scenario;
	struct lab_options options;
	int ns[SIDES + 1];
	const char *address[4];
	struct lab_peer peer[MAX_PEERS];
	struct capture *capture;
	struct capture *front;
	struct diag *diag[SIDES];
	struct lab_event *event;
	size_t events;
	size_t event_room;
	struct lab_note note[16];
	size_t notes;
	struct readings before[SIDES];
	struct readings after[SIDES];
	struct diag_list last[SIDES];
	int epoll;
	unsigned int checks;
	char failure[512];
	unsigned int failures;
	char result[256];
	bool skip;
	const char *again;
	const struct outcome *outcome;
	bool unwatched;
	pid_t helper;
	bool started;
	bool waited_out;
};

/**
 * lab_sides() - how many sides a lab has
 * @lab: the lab
 *
 * Return: 2, or 3 with a proxy.
 */
static inline int lab_sides(const struct lab *lab)
{
	return lab->scenario->proxied ? SIDES : C;
}

/**
 * lab_fail() - note that something is not as expected
 * @lab: the lab
 * @format: as of printf()
 *
 * Return: -1.
 */
int lab_fail(struct lab *lab, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * lab_note() - have something drawn, now
 * @lab: the lab
 * @side: where
 * @format: as of printf()
 */
void lab_note(struct lab *lab, int side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
