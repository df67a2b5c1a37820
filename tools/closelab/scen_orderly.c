// SPDX-License-Identifier: GPL-2.0
/* Closes by FIN in which both applications do what they should. */
#include "scenario_tables.h"

const struct scenario scenarios_orderly[] = {
	{
		.name = "server-closes-first",
		.title = "the server sends the first FIN and holds TIME_WAIT",
		.lesson =
"Who sends the first FIN ends in TIME_WAIT. Here it is the server, A: it keeps\n"
"the pair of addresses and ports for the length of TIME_WAIT. The client's socket\n"
"is gone at once, so B binds the same source port again, and its new SYN is even\n"
"accepted by the TIME_WAIT on A: its sequence number or timestamp is beyond the\n"
"old connection's.",
		.peer = {
			{ .side = A, .server = 1,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 0,
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			EVENT(1, OP_BIND, 0),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 5),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT"), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA PA:3 FA A", "S A A A FA" } },
			{ { "SA PA:3 FA A", "S A A A FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 2 }, { A, "ended_active_fin", 2 },
			{ A, "fin_wait1_entered", 2 },
			{ A, "fin_wait2_entered", 2 },
			{ A, "time_wait_entered", 2 },
			{ A, "time_wait_reused", 1 }, { A, "time_wait", 1 },
			{ B, "ended", 2 }, { B, "ended_passive_fin", 2 },
			{ B, "close_wait_entered", 2 },
			{ B, "last_ack_entered", 2 },
			{ 0 }
		},
	},
	{
		.name = "client-closes-first",
		.title = "the client sends the first FIN and holds TIME_WAIT",
		.lesson =
"The common case. TIME_WAIT is on the client, B, and a bound source port cannot be\n"
"bound again while it lasts: EADDRINUSE. The server's socket is gone as soon as\n"
"its FIN was acknowledged.",
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 6,
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			GO(1, OP_BIND),
			EVENT(1, OP_BIND, EADDRINUSE),
			STATES(B, "TIME_WAIT"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA", "S A FA A" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_passive_fin", 1 },
			{ A, "close_wait_entered", 1 },
			{ A, "last_ack_entered", 1 },
			{ B, "ended", 1 }, { B, "ended_active_fin", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "time_wait_entered", 1 }, { B, "time_wait", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
