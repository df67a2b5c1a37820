// SPDX-License-Identifier: GPL-2.0
/* Closes by FIN in which both applications do what they should. */
#include "lab.h"
#include "scenario_tables.h"

#include <signal.h>

/*
 * The server's time for it is its delayed ACK, 40 ms, which nothing can make
 * longer. It acknowledges the message by itself, and nothing else.
 */
static int fin_takes_ack_along(struct lab *lab)
{
	size_t count;
	const struct captured *wire = capture_segments(lab->capture, &count);
	unsigned int acks = 0;

	for (size_t i = 0; i < count; i++)
		acks += wire[i].from == A && wire[i].segment.flags == SEG_ACK;
	if (acks == 1)
		return 0;
	lab->again = "the server was slower than its own acknowledgment";
	return lab_fail(lab, "the close has four segments");
}

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
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT"), STATES(B, ""),
			GO(1, OP_BIND), EVENT(1, OP_BIND, 0),
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
	{
		.name = "three-segments",
		.title = "the server closes as soon as it sees the FIN: three segments",
		.lesson =
"The textbook's close has four segments. When the server closes within the delay\n"
"of its own acknowledgment, ACK and FIN share a segment and it has three. The\n"
"client goes from FIN_WAIT1 to TIME_WAIT at once: no FIN_WAIT2 is ever seen.",
		.peer = {
			{ .side = A, .server = 3 },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 3 }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(A, "A", 1),
			GO(1, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			CALL(fin_takes_ack_along),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA", "S A PA:3 FA A" } },
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
	{
		.name = "four-segments",
		.title = "the server still has data to send: four segments and the data",
		.lesson =
"The same client, but the server has something left to say. Its data takes the\n"
"acknowledgment of the FIN along, its own FIN follows later: the two directions\n"
"close on their own.",
		.peer = {
			{ .side = A,
			  .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND },
				     { OP_LISTEN }, { OP_ACCEPT }),
			  .conn = OPS({ OP_READ_EOF }, { OP_SEND, 3 },
				      { OP_CLOSE }),
			  .hold = HOLD_OP(OP_SEND) | HOLD_OP(OP_CLOSE) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 3 }, { OP_SHUTDOWN },
				     { OP_READ_EOF }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_SHUTDOWN) | HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(A, "A", 1),
			GO(1, OP_SHUTDOWN),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_SEND),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			GO(1, OP_CLOSE), EVENT(1, OP_CLOSE, 0),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A A PA:3 FA", "S A PA:3 FA A A" } },
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
	{
		.name = "delayed-close",
		.title = "server and client close seconds apart: FIN_WAIT2 and CLOSE_WAIT to be seen",
		.lesson =
"Between the two FINs each side is in a state of its own: FIN_WAIT2 lasts as long\n"
"as the peer takes, CLOSE_WAIT as long as the application takes. Neither is a\n"
"fault, unless it stays.",
		.peer = {
			{ .side = A, .server = 2,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 5,
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT"), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA PA:3 FA A", "S A A A FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_active_fin", 1 },
			{ A, "fin_wait1_entered", 1 },
			{ A, "fin_wait2_entered", 1 },
			{ A, "time_wait_entered", 1 }, { A, "time_wait", 1 },
			{ B, "ended", 1 }, { B, "ended_passive_fin", 1 },
			{ B, "close_wait_entered", 1 },
			{ B, "last_ack_entered", 1 },
			{ 0 }
		},
	},
	{
		.name = "half-close",
		.title = "shutdown(SHUT_WR): one direction ends, data flows on in the other",
		.lesson =
"A FIN ends one direction. After shutdown(SHUT_WR) the client is in FIN_WAIT2 and\n"
"still reads; the server, in CLOSE_WAIT, still writes, and what it writes is\n"
"acknowledged. The second FIN ends the other direction.",
		.peer = {
			{ .side = A,
			  .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND },
				     { OP_LISTEN }, { OP_ACCEPT }),
			  .conn = OPS({ OP_SEND, 3 }, { OP_READ_EOF },
				      { OP_SEND, 3 }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_SEND) | HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 4,
			  .hold = HOLD_OP(OP_SHUTDOWN) | HOLD_OP(OP_READ_EOF) |
				  HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			GO(0, OP_SEND),
			ARRIVED(B, "A", 2),
			GO(1, OP_SHUTDOWN),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_SEND),
			ARRIVED(B, "A", 3),
			GO(1, OP_READ_EOF),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			EVENT(1, OP_READ_EOF, 0),
			GO(1, OP_CLOSE), EVENT(1, OP_CLOSE, 0),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA PA:3 A PA:3 FA", "S A A FA A A" } },
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
	{
		.name = "killed",
		.title = "both processes are killed, and close properly all the same",
		.lesson =
"The kernel closes what a dead process leaves open. SIGINT to the client sends\n"
"its FIN just as close() does; the server does not care and stays in CLOSE_WAIT\n"
"until it is killed too.",
		.peer = {
			{ .side = A, .server = 4 },
			{ .side = B, .client = 0 },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			PAUSE(3),
			SIGNAL(1, SIGINT), EXITED(1),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			PAUSE(3),
			SIGNAL(0, SIGINT), EXITED(0),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			LISTENERS(A, 0),
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
	{
		.name = "same-port-two-servers",
		.title = "one source port, two destinations: bind refuses, the kernel itself does not",
		.lesson =
"bind() does not know where connect() will go, so it refuses a port that is in use\n"
"even when the destinations differ: EADDRINUSE. Without bind() the kernel chooses\n"
"at connect() and gives the only port of the range to two connections, because\n"
"their destinations differ.",
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET, 0, 0 }, { OP_BIND, 0, 0 },
				     { OP_CONNECT, 0, 0 },
				     { OP_SOCKET, 0, 1 }, { OP_BIND, 0, 1 },
				     { OP_SOCKET, 0, 2 }, { OP_CONNECT, 0, 2 },
				     { OP_SOCKET, 0, 3 }, { OP_CONNECT, 1, 3 },
				     { OP_CLOSE, 0, 0 }, { OP_CLOSE, 0, 2 },
				     { OP_CLOSE, 0, 3 }),
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_CONNECT) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20000"),
			START(0), START(1),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, 0),
			EVENT(1, OP_BIND, EADDRINUSE),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, 0),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, 0),
			STATES(B, "ESTABLISHED*3"), STATES(A, "ESTABLISHED*3"),
			GO(1, OP_CLOSE), GO(1, OP_CLOSE), GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2*3"), STATES(A, "CLOSE_WAIT*3"),
			GO(0, OP_CLOSE), GO(0, OP_CLOSE), GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT*3"), STATES(A, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA", "S A FA A" } },
			{ { "SA A FA", "S A FA A" } },
			{ { "SA A FA", "S A FA A" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 3 }, { A, "ended_passive_fin", 3 },
			{ A, "close_wait_entered", 3 },
			{ A, "last_ack_entered", 3 },
			{ B, "ended", 3 }, { B, "ended_active_fin", 3 },
			{ B, "fin_wait1_entered", 3 },
			{ B, "fin_wait2_entered", 3 },
			{ B, "time_wait_entered", 3 }, { B, "time_wait", 3 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
