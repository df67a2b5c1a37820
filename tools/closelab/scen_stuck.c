// SPDX-License-Identifier: GPL-2.0
/* Servers that stop short, and closes that get stuck half-way. */
#include "lab.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "scenario_tables.h"

#include <signal.h>

#define CONNECT_AND_WAIT \
	.ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, { OP_HOLD })

/* The only connection of A has as much to read as it should. */
static int queue_holds(struct lab *lab, void *data)
{
	if (lab_look(lab, A))
		return -1;
	for (size_t i = 0; i < lab->last[A].count; i++) {
		const struct diag_socket *s = &lab->last[A].socket[i];

		if (s->state != ST_LISTEN)
			return s->rqueue == *(const unsigned int *)data;
	}
	return 0;
}

static int twelve_wait(struct lab *lab)
{
	unsigned int bytes = 12;

	return lab_wait(lab, "12 bytes in A's receive queue", 60, queue_holds,
			&bytes);
}

/* The FIN takes a place in the queue as it does among the numbers. */
static int thirteen_wait(struct lab *lab)
{
	unsigned int bytes = 13;

	return lab_wait(lab, "12 bytes and a FIN in A's receive queue", 60,
			queue_holds, &bytes);
}

static const struct step refused_steps[] = {
	START(0),
	EVENT(0, OP_HOLD, 0),
	START(1),
	EVENT(1, OP_CONNECT, ECONNREFUSED),
	LISTENERS(A, 0),
	STATES(A, ""), STATES(B, ""),
	{ STEP_END }
};

static const struct segments refused_segments[] = {
	{ { "RA", "S" } },
	{ { NULL } }
};

static const struct change refused_changes[] = {
	{ A, "rst_sent_no_socket", 1 }, { A, "Tcp.OutRsts", 1 },
	{ B, "ended", 1 }, { B, "ended_connect_failed", 1 },
	{ B, "connect_failed_refused", 1 },
	{ B, "Tcp.AttemptFails", 1 },
	{ 0 }
};

#define REFUSED \
	.steps = refused_steps, .segments = refused_segments, \
	.changes = refused_changes

const struct scenario scenarios_stuck[] = {
	{
		.name = "stops-before-socket",
		.title = "the server does nothing at all: connect gives ECONNREFUSED",
		.lesson =
"Nothing listens on the port. The kernel answers the SYN with RST, for which it\n"
"needs no process, and connect() fails at once.",
		.peer = {
			{ .side = A, .ops = OPS({ OP_HOLD }) },
			{ .side = B, CONNECT_AND_WAIT },
		},
		REFUSED
	},
	{
		.name = "stops-before-bind",
		.title = "the server has a socket and no port: connect gives ECONNREFUSED",
		.lesson =
"A socket without a port is nothing that a segment could be for. The client sees\n"
"the same as with no server.",
		.peer = {
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_HOLD }) },
			{ .side = B, CONNECT_AND_WAIT },
		},
		REFUSED
	},
	{
		.name = "stops-before-listen",
		.title = "the server has its port and does not listen: connect gives ECONNREFUSED",
		.lesson =
"bind() takes the port, so that no other can have it, but only listen() opens it.\n"
"Until then nothing is listed as LISTEN and a SYN gets RST.",
		.peer = {
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR },
						{ OP_BIND }, { OP_HOLD }) },
			{ .side = B, CONNECT_AND_WAIT },
		},
		REFUSED
	},
	{
		.name = "never-accepts-server-dies",
		.title = "the server never accepts, and dies: RST, ECONNRESET at the client",
		.lesson =
"The kernel completes the handshake and takes in data without accept(): the client\n"
"cannot tell. When the server dies, nobody will ever read the twelve bytes, so\n"
"the kernel resets the connection.",
		.peer = {
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR },
						{ OP_BIND }, { OP_LISTEN },
						{ OP_HOLD }) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 12 }, { OP_READ },
				     { OP_CLOSE }) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_SEND, 0),
			STATES(A, "ESTABLISHED"), CALL(twelve_wait),
			ARRIVED(A, "A", 1),
			SIGNAL(0, SIGKILL), EXITED(0),
			EVENT(1, OP_READ, ECONNRESET),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A RA", "S A PA:12" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_sent", 1 },
			{ A, "rst_sent_other", 1 },
			{ A, "Tcp.OutRsts", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_received", 1 },
			{ 0 }
		},
	},
	{
		.name = "never-accepts-client-dies",
		.title = "the server never accepts, the client dies: CLOSE_WAIT with 13 in the queue",
		.lesson =
"The client's FIN comes to a connection that nobody has accepted: CLOSE_WAIT, and\n"
"13 in the receive queue for twelve bytes, because the FIN counts. The client is\n"
"an orphan in FIN_WAIT2, which the kernel ends after tcp_fin_timeout; the server's\n"
"side stays.",
		/* FIN_WAIT2 lasts at least 3.5 times as long. */
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR },
						{ OP_BIND }, { OP_LISTEN },
						{ OP_HOLD }) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 12 }, { OP_HOLD }) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/tcp_fin_timeout=4"),
			START(0), START(1),
			EVENT(1, OP_SEND, 0),
			CALL(twelve_wait),
			ARRIVED(A, "A", 1),
			SIGNAL(1, SIGINT), EXITED(1),
			STATES(A, "CLOSE_WAIT"), STATES(B, "FIN_WAIT2"),
			CALL(thirteen_wait),
			STATES(B, ""), STATES(A, "CLOSE_WAIT"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A A", "S A PA:12 FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "close_wait_entered", 1 }, { A, "close_wait", 1 },
			{ B, "ended", 1 }, { B, "ended_fin_wait2_expired", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ 0 }
		},
	},
	{
		.name = "reset-lost",
		.title = "every RST is lost: the client repeats its FIN and gives up",
		.lesson =
"A RST is not acknowledged, so nobody sends it again. The client never hears that\n"
"the server is gone. Its FIN has no answer; as an orphan it repeats it as often as\n"
"tcp_orphan_retries allows, and then is gone without a word.",
		.routed = 1,
		/*
		 * Two retries are 1.4 s to the kernel, however long they take:
		 * after one of a second the time is up.
		 */
		.rto_min_ms = 1000,
		.peer = {
			{ .side = A, .server = 4 },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 12 }, { OP_HOLD }) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/tcp_orphan_retries=2"),
			START(0), START(1),
			EVENT(1, OP_SEND, 0), EVENT(0, OP_ACCEPT, 0),
			ARRIVED(A, "A", 1),
			RULES(ROUTER, "tcp flags & rst == rst drop"),
			SIGNAL(0, SIGKILL), EXITED(0),
			SENT(A, "RA", 1),
			STATES(A, ""), STATES(B, "ESTABLISHED"),
			SIGNAL(1, SIGINT), EXITED(1),
			STATES(B, "FIN_WAIT1"),
			SENT(B, "FA", 2),
			STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A RA! R! R!", "S A PA:12 FA FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_sent", 1 },
			{ A, "rst_sent_unread_data", 1 },
			{ A, "rst_sent_no_socket", 2 },
			{ A, "Tcp.OutRsts", 3 },
			{ B, "ended", 1 }, { B, "ended_timeout", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_retransmits", 1 },
			{ 0 }
		},
	},
	{
		.name = "fin-wait2-stuck",
		.title = "the server never closes: FIN_WAIT2 ends after tcp_fin_timeout, or never",
		.lesson =
"An orphan, whose application has called close(), waits in FIN_WAIT2 for\n"
"tcp_fin_timeout and no longer. A socket that was only shut down still has its\n"
"application: it waits for ever.",
		/* FIN_WAIT2 lasts at least 3.5 times as long. */
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 4 },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT },
				     { OP_SHUTDOWN }, { OP_HOLD }) },
			{ .side = B, .client = 6,
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/tcp_fin_timeout=4"),
			START(0), START(1),
			EVENT(1, OP_SHUTDOWN, 0),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			START(2),
			GO(2, OP_BIND),
			EVENT(2, OP_CONNECT, 0),
			GO(2, OP_CLOSE),
			STATES(B, "FIN_WAIT2*2"), STATES(A, "CLOSE_WAIT*2"),
			/* The younger one is gone, the older one is not. */
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT*2"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A", "S A FA" } },
			{ { "SA A", "S A FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "close_wait_entered", 2 }, { A, "close_wait", 2 },
			{ B, "ended", 1 }, { B, "ended_fin_wait2_expired", 1 },
			{ B, "fin_wait1_entered", 2 },
			{ B, "fin_wait2_entered", 2 }, { B, "fin_wait2", 1 },
			{ 0 }
		},
	},
	{
		.name = "close-wait-leak",
		.title = "the server ignores the end of the file: CLOSE_WAIT grows with every connection",
		.lesson =
"CLOSE_WAIT has no timeout: it is the application's turn. A server that does not\n"
"look for the end of the file, or forgets to close, gathers one for every\n"
"connection it ever had, long after the clients are gone. It is a bug in the\n"
"program; closestat doctor names the process.",
		/* FIN_WAIT2 lasts at least 3.5 times as long. */
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 4 },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_CLOSE },
				     { OP_AGAIN, 5 }, { OP_HOLD }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/tcp_fin_timeout=4"),
			START(0), START(1),
			GO(1, OP_CLOSE), GO(1, OP_CLOSE), GO(1, OP_CLOSE),
			GO(1, OP_CLOSE), GO(1, OP_CLOSE),
			EVENT(1, OP_HOLD, 0),
			STATES(A, "CLOSE_WAIT*5"),
			STATES(B, ""), STATES(A, "CLOSE_WAIT*5"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A", "S A FA" } }, { { "SA A", "S A FA" } },
			{ { "SA A", "S A FA" } }, { { "SA A", "S A FA" } },
			{ { "SA A", "S A FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "close_wait_entered", 5 }, { A, "close_wait", 5 },
			{ B, "ended", 5 }, { B, "ended_fin_wait2_expired", 5 },
			{ B, "fin_wait1_entered", 5 },
			{ B, "fin_wait2_entered", 5 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
