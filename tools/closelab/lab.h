/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lab: the namespaces, the peers and what is seen of them. It runs a
 * scenario step by step, each waiting for its event.
 */
#ifndef CLOSELAB_LAB_H
#define CLOSELAB_LAB_H

#include "capture.h"
#include "counters.h"
#include "diag.h"
#include "lib/util.h"
#include "peer.h"
#include "scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SERVER_PORT 7000
#define CLIENT_PORT 50000
#define DEVICE "lab"

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
 * @ns: namespaces of A, B and the router; -1 when there is none
 * @address: as text, of A, of B, and a second one of A
 * @peer: the peers
 * @capture: segments, NULL without
 * @event: what applications did, in the order it was told
 * @events: how many
 * @note: what else is to be drawn
 * @notes: how many
 * @before: counters of A and B before
 * @after: and after
 * @last: sockets of A and B, as last looked at
 * @checks: conditions that were met
 * @failure: what went wrong first, empty while nothing has
 * @failures: how many things went wrong
 * @result: what a scenario has measured, for people; else empty
 * @skip: it cannot be run here, for the reason in @failure
 * @again: chance has spoilt it, run it once more: the reason, else NULL
 * @outcome: of a race, how it has ended; else NULL
 * @unwatched: STEP_UNWATCHED was there
 * @helper: a program that runs beside and ends with the lab, 0: none
 * @started: the namespaces and peers were there: there is something to show
 * @waited_out: every TIME_WAIT was seen to its end
 */
struct lab {
	const struct scenario *scenario;
	struct lab_options options;
	int ns[3];
	const char *address[3];
	struct lab_peer peer[MAX_PEERS];
	struct capture *capture;
	struct diag *diag[2];
	struct lab_event *event;
	size_t events;
	size_t event_room;
	struct lab_note note[16];
	size_t notes;
	struct counters before[2];
	struct counters after[2];
	struct diag_list last[2];
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
 * lab_run() - run a scenario
 * @lab: @scenario and @options are set, all else is zero
 *
 * Afterwards @lab holds what was seen, whether it went well or not.
 *
 * Return: 0 when everything was as expected, else -1 with @failure set.
 */
int lab_run(struct lab *lab);

/**
 * lab_close() - end the peers and the namespaces
 * @lab: the lab
 */
void lab_close(struct lab *lab);

/**
 * lab_unwatch() - end the capture, let the peers run on without a word
 * @lab: the lab
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_unwatch(struct lab *lab);

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
 * lab_wait() - wait until a condition holds
 * @lab: the lab
 * @what: what is waited for, for people
 * @seconds: how long at most
 * @holds: the condition: 1 yes, 0 not yet, -1 cannot be any more; looked at
 *	after every event, and every few milliseconds when nothing happens
 * @data: for @holds
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_wait(struct lab *lab, const char *what, unsigned int seconds,
	     int (*holds)(struct lab *lab, void *data), void *data);

/**
 * lab_settle() - wait until a condition holds, and do not mind if it does not
 * @lab: the lab
 * @seconds: how long at most
 * @holds: as of lab_wait()
 * @data: for @holds
 *
 * Return: 1 it holds, 0 it does not, -1 after lab_fail().
 */
int lab_settle(struct lab *lab, unsigned int seconds,
	       int (*holds)(struct lab *lab, void *data), void *data);

/**
 * lab_look() - list the sockets of a side into lab->last
 * @lab: the lab
 * @side: 0 or 1
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_look(struct lab *lab, int side);

/**
 * lab_states() - the states of lab->last in words, in a fixed order
 * @lab: the lab
 * @side: 0 or 1
 * @text: where to, as STEP_STATES takes it
 * @size: room
 *
 * Return: @text.
 */
char *lab_states(const struct lab *lab, int side, char *text, size_t size);

/**
 * lab_note() - have something drawn, now
 * @lab: the lab
 * @side: where
 * @format: as of printf()
 */
void lab_note(struct lab *lab, int side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
