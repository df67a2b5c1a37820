/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario is data: who takes part, what is waited for and released in which
 * order, and what must have come of it. One file per family of scenarios holds
 * a table; lab_steps.c runs its steps.
 */
#ifndef CLOSELAB_SCENARIO_H
#define CLOSELAB_SCENARIO_H

#include "behaviour.h"
#include "lib/util.h"

#include <errno.h>
#include <stddef.h>

struct lab;

/*
 * Where something lasts for a few times as long. A busy machine may take longer
 * than the kernel's own minimum of 200 ms to deliver an ACK, and the segment
 * goes twice.
 */
#define LONG_RTO 1000

/* C is there where a client stands before B, which is a proxy then. */
enum side { A, B, C, SIDES };

/**
 * enum step_kind - what the runner does next
 * @STEP_END: the scenario is over
 * @STEP_START: start peer @who; a server's listening is waited for
 * @STEP_EVENT: wait until peer @who has done @op with errno @value
 * @STEP_GO: wait until peer @who stands before @op, let it continue
 * @STEP_STATES: wait until the sockets of side @who are in exactly the states
 *	of @text, listeners and closed ones apart
 * @STEP_LISTEN: side @who has exactly @value listeners
 * @STEP_SENT: wait until side @who has sent @value segments with the flags of
 *	@text
 * @STEP_ARRIVED: wait until @value such segments of side @who have arrived
 * @STEP_HOLD: keep back what the router has for side @who
 * @STEP_RELEASE: let it go
 * @STEP_MARK: what comes for side @who from now on is kept back longer
 * @STEP_RELEASE_MARKED: release what came for side @who before the mark
 * @STEP_RULES: give the router, or side @who, the nftables rules of @text;
 *	NULL takes all rules away
 * @STEP_SIGNAL: send signal @value to peer @who
 * @STEP_EXIT: wait for the end of peer @who
 * @STEP_PAUSE: with --keep-delays wait @value seconds
 * @STEP_SYSCTL: write @text, "name=value", in the namespace of side @who
 * @STEP_UNWATCHED: from now on too much happens to be watched: the capture ends,
 *	the peers stop at nothing and report nothing but failures
 * @STEP_UNDRAWN: the same, but the capture continues, for --pcap alone
 * @STEP_CALL: call @call
 */
enum step_kind {
	STEP_END,
	STEP_START,
	STEP_EVENT,
	STEP_GO,
	STEP_STATES,
	STEP_LISTEN,
	STEP_SENT,
	STEP_ARRIVED,
	STEP_HOLD,
	STEP_RELEASE,
	STEP_MARK,
	STEP_RELEASE_MARKED,
	STEP_RULES,
	STEP_SIGNAL,
	STEP_EXIT,
	STEP_PAUSE,
	STEP_SYSCTL,
	STEP_UNWATCHED,
	STEP_UNDRAWN,
	STEP_CALL,
};

/**
 * struct step - one step
 * @kind: see enum step_kind
 * @who: a peer's number, or a side
 * @op: operation of the peer
 * @value: see enum step_kind
 * @text: see enum step_kind
 * @call: returns 0, or -1 after lab_fail()
 */
struct step {
	enum step_kind kind;
	int who;
	enum op_kind op;
	int value;
	const char *text;
	int (*call)(struct lab *lab);
};

#define START(peer) { .kind = STEP_START, .who = (peer) }
#define EVENT(peer, what, err) \
	{ .kind = STEP_EVENT, .who = (peer), .op = (what), .value = (err) }
#define GO(peer, what) { .kind = STEP_GO, .who = (peer), .op = (what) }
#define STATES(side, list) \
	{ .kind = STEP_STATES, .who = (side), .text = (list) }
#define LISTENERS(side, n) \
	{ .kind = STEP_LISTEN, .who = (side), .value = (n) }
#define SENT(side, flags, n) \
	{ .kind = STEP_SENT, .who = (side), .text = (flags), .value = (n) }
#define ARRIVED(side, flags, n) \
	{ .kind = STEP_ARRIVED, .who = (side), .text = (flags), .value = (n) }
#define HOLD(side) { .kind = STEP_HOLD, .who = (side) }
#define RELEASE(side) { .kind = STEP_RELEASE, .who = (side) }
#define MARK(side) { .kind = STEP_MARK, .who = (side) }
#define RELEASE_MARKED(side) { .kind = STEP_RELEASE_MARKED, .who = (side) }
#define RULES(side, list) \
	{ .kind = STEP_RULES, .who = (side), .text = (list) }
#define SIGNAL(peer, sig) \
	{ .kind = STEP_SIGNAL, .who = (peer), .value = (sig) }
#define EXITED(peer) { .kind = STEP_EXIT, .who = (peer) }
#define PAUSE(seconds) { .kind = STEP_PAUSE, .value = (seconds) }
#define SYSCTL(side, assignment) \
	{ .kind = STEP_SYSCTL, .who = (side), .text = (assignment) }
#define UNWATCHED { .kind = STEP_UNWATCHED }
#define UNDRAWN { .kind = STEP_UNDRAWN }
#define CALL(function) { .kind = STEP_CALL, .call = (function) }

/* The router between A and B, where STEP_RULES wants it. */
#define ROUTER SIDES

/**
 * struct peer_spec - a peer that takes part
 * @side: where it runs
 * @server: number of a server's behaviour, in use when @ops is NULL and the
 *	peer is the first one
 * @client: number of a client's behaviour, for the others
 * @ops: its own operations in place of a behaviour
 * @conn: a server's own operations for a connection
 * @hold: bit mask of operations to hold until STEP_GO, see HOLD_OP()
 * @any_port: a client does not bind its source port
 */
struct peer_spec {
	enum side side;
	int server;
	int client;
	const struct op *ops;
	const struct op *conn;
	u32 hold;
	int any_port;
};

#define HOLD_OP(op) (1u << (op))
#define OPS(...) ((const struct op[]){ __VA_ARGS__, { OP_END } })

#define MAX_PEERS 4

/* The links that join the sides: A and B, B and C. */
enum leg { BACK, FRONT, LEGS };

/**
 * struct segments - what one connection must have sent
 * @side: per side, flags of all segments in order, in the letters of
 *	segment_flags(), with ":" and the bytes of data, "!" when it was lost
 *	and "*" when it was injected; as in "SA PA:3 FA!"
 */
struct segments {
	const char *side[2];
};

/**
 * struct change - how much a counter must have changed
 * @side: in which namespace
 * @name: of the row; the module's rows that are not named must not change
 * @delta: by how much
 */
struct change {
	enum side side;
	const char *name;
	int delta;
};

/**
 * struct outcome - a way in which a race may end
 * @text: who was first, for people
 * @path: the states that each side goes through after ESTABLISHED
 * @changes: what the counters must show
 */
struct outcome {
	const char *text;
	const char *path[2];
	const struct change *changes;
};

/**
 * struct scenario - one scenario
 * @name: as given to "closelab run"
 * @title: what happens, one line
 * @lesson: what to learn from it, for people
 * @routed: a namespace more, with a router between A and B
 * @proxied: a namespace more, with clients on side C that know B alone
 * @rto_min_ms: no retransmission sooner than that; 0: none within the scenario,
 *	however slow the machine
 * @needs_module: it is about the module's own settings
 * @free_running: nobody holds the applications back: which acknowledgments come by
 *	themselves is chance, and the documentation leaves them out
 * @step_timeout: seconds a step may take, 0: 60
 * @peer: who takes part
 * @steps: what is done, until STEP_END
 * @segments: what was sent, per connection, until one that is all zero; NULL:
 *	not checked
 * @changes: what the counters must show, until one that is all zero
 * @outcomes: of a race, until one that is all zero; each has its own changes
 * @closing: on each leg, who closes first, and by what, as in "B FIN"; of every
 *	connection there. Empty: nobody does; NULL: not checked
 */
struct scenario {
	const char *name;
	const char *title;
	const char *lesson;
	int routed;
	int proxied;
	int rto_min_ms;
	int needs_module;
	int free_running;
	int step_timeout;
	struct peer_spec peer[MAX_PEERS];
	const struct step *steps;
	const struct segments *segments;
	const struct change *changes;
	const struct outcome *outcomes;
	const char *closing[LEGS];
};

/**
 * scenario_rto_ms() - how soon a segment may be repeated
 * @scenario: the scenario
 *
 * Return: milliseconds.
 */
unsigned int scenario_rto_ms(const struct scenario *scenario);

#endif
