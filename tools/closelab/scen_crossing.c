// SPDX-License-Identifier: GPL-2.0
/* Both sides close at about the same time. */
#include "lab_outcome.h"
#include "scenario_tables.h"

/* FIN_WAIT2 is passed through even where one segment brings ACK and FIN. */
static const struct change a_is_first[] = {
	{ A, "ended", 1 }, { A, "ended_active_fin", 1 },
	{ A, "fin_wait1_entered", 1 }, { A, "fin_wait2_entered", 1 },
	{ A, "time_wait_entered", 1 }, { A, "time_wait", 1 },
	{ B, "ended", 1 }, { B, "ended_passive_fin", 1 },
	{ B, "close_wait_entered", 1 }, { B, "last_ack_entered", 1 },
	{ 0 }
};

static const struct change b_is_first[] = {
	{ A, "ended", 1 }, { A, "ended_passive_fin", 1 },
	{ A, "close_wait_entered", 1 }, { A, "last_ack_entered", 1 },
	{ B, "ended", 1 }, { B, "ended_active_fin", 1 },
	{ B, "fin_wait1_entered", 1 }, { B, "fin_wait2_entered", 1 },
	{ B, "time_wait_entered", 1 }, { B, "time_wait", 1 },
	{ 0 }
};

static const struct change fins_cross[] = {
	{ A, "ended", 1 }, { A, "ended_simultaneous_fin", 1 },
	{ A, "fin_wait1_entered", 1 },
	{ A, "closing_entered", 1 },
	{ A, "time_wait_entered", 1 }, { A, "time_wait", 1 },
	{ B, "ended", 1 }, { B, "ended_simultaneous_fin", 1 },
	{ B, "fin_wait1_entered", 1 },
	{ B, "closing_entered", 1 },
	{ B, "time_wait_entered", 1 }, { B, "time_wait", 1 },
	{ 0 }
};

static const struct outcome race_outcomes[] = {
	{
		.text = "A's FIN is first",
		.path = { "FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
			  "CLOSE_WAIT LAST_ACK CLOSED" },
		.changes = a_is_first,
	},
	{
		.text = "A's FIN is first, B's own takes the acknowledgment along",
		.path = { "FIN_WAIT1 TIME_WAIT", "CLOSE_WAIT LAST_ACK CLOSED" },
		.changes = a_is_first,
	},
	{
		.text = "B's FIN is first",
		.path = { "CLOSE_WAIT LAST_ACK CLOSED",
			  "FIN_WAIT1 FIN_WAIT2 TIME_WAIT" },
		.changes = b_is_first,
	},
	{
		.text = "B's FIN is first, A's own takes the acknowledgment along",
		.path = { "CLOSE_WAIT LAST_ACK CLOSED", "FIN_WAIT1 TIME_WAIT" },
		.changes = b_is_first,
	},
	{
		.text = "the FINs cross",
		.path = { "FIN_WAIT1 CLOSING TIME_WAIT",
			  "FIN_WAIT1 CLOSING TIME_WAIT" },
		.changes = fins_cross,
	},
	{ .text = NULL }
};

const struct scenario scenarios_crossing[] = {
	{
		.name = "close-race",
		.title = "both close at about the same time: one side, the other or both hold TIME_WAIT",
		.lesson =
"The client closes as soon as it has read the message, the server as soon as it\n"
"has sent it. Which FIN is first is a matter of microseconds: run it again and it\n"
"may be the other side that holds TIME_WAIT.",
		.peer = {
			{ .side = A, .server = 1 },
			{ .side = B, .client = 7 },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			EVENT(1, OP_CLOSE, 0), EVENT(0, OP_CLOSE, 0),
			CALL(lab_outcome),
			{ STEP_END }
		},
		.free_running = 1,
		.outcomes = race_outcomes,
	},
	{
		.name = "simultaneous-close",
		.title = "the FINs cross on the link: CLOSING on both sides, then TIME_WAIT on both",
		.lesson =
"The router keeps both FINs back until both have been sent. Each side gets a FIN\n"
"while its own is not acknowledged: CLOSING. The acknowledgments then bring both\n"
"to TIME_WAIT: the one close after which both sides hold it.",
		.routed = 1,
		.peer = {
			{ .side = A,
			  .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND },
				     { OP_LISTEN }, { OP_ACCEPT }),
			  .conn = OPS({ OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			HOLD(A), HOLD(B),
			GO(0, OP_CLOSE), SENT(A, "FA", 1),
			GO(1, OP_CLOSE), SENT(B, "FA", 1),
			STATES(A, "FIN_WAIT1"), STATES(B, "FIN_WAIT1"),
			MARK(B),
			RELEASE(A),
			STATES(A, "CLOSING"),
			SENT(A, "A", 1),
			RELEASE_MARKED(B),
			STATES(B, "CLOSING"),
			STATES(A, "TIME_WAIT"),
			RELEASE(B),
			STATES(B, "TIME_WAIT"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA FA A", "S A FA A" } },
			{ { NULL } }
		},
		.changes = fins_cross,
	},
	{ .name = NULL }
};
