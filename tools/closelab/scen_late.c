// SPDX-License-Identifier: GPL-2.0
/* The use of TIME_WAIT, and how it ends: segments that come late. */
#include "forge.h"
#include "lab.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lib/util.h"
#include "scenario_tables.h"
#include "track.h"

#include <signal.h>

/* Send the last segment of B that fits once more: 0, or -1. */
static int replay(struct lab *lab, u8 flags, bool data)
{
	size_t count;
	const struct captured *wire = capture_segments(lab->capture, &count);

	for (size_t i = count; i-- > 0;) {
		const struct packet *s = &wire[i].segment;

		if (wire[i].from != B || wire[i].injected ||
		    s->flags != flags || !!s->length != data)
			continue;
		if (capture_inject(lab->capture, B, &wire[i]))
			break;
		return 0;
	}
	return lab_fail(lab, "cannot replay a segment");
}

static int replay_data(struct lab *lab)
{
	return replay(lab, SEG_PSH | SEG_ACK, true);
}

static int replay_last_ack(struct lab *lab)
{
	return replay(lab, SEG_ACK, false);
}

/*
 * Send the old connection's data again with the numbers that the new one is
 * at. That takes an old connection which was that far ahead: at these
 * lengths of TIME_WAIT, one of some megabytes a second.
 */
static int replay_into_new(struct lab *lab)
{
	size_t count, tracks;
	const struct captured *wire = capture_segments(lab->capture, &count);
	struct track *track = track_all(wire, count, &tracks);
	int ret = -1;

	for (size_t i = 0; track && tracks == 2 && i < count; i++) {
		struct captured forged = wire[i];

		if (wire[i].from != B || !wire[i].segment.length)
			continue;
		ret = forge_numbers(forged.frame, forged.length,
				    track[1].isn[B] + 1, track[1].isn[A] + 1);
		if (!ret)
			ret = capture_inject(lab->capture, B, &forged);
		break;
	}
	track_free(track, tracks);
	return ret ? lab_fail(lab, "cannot replay a segment") : 0;
}

/* How often the server has read three bytes: the client sent them once. */
static int reads_of_three(struct lab *lab)
{
	int reads = 0;

	for (size_t i = 0; i < lab->events; i++)
		reads += !lab->event[i].peer &&
			 lab->event[i].event.kind == OP_READ &&
			 !lab->event[i].event.breakpoint &&
			 lab->event[i].event.ret == 3;
	return reads;
}

static int nothing_was_read(struct lab *lab)
{
	return reads_of_three(lab) == 1 ? 0 :
	       lab_fail(lab, "the server has read what nobody sent");
}

static int something_was_read(struct lab *lab)
{
	return reads_of_three(lab) == 2 ? 0 :
	       lab_fail(lab, "the server has not read the old segment");
}

#define OLD_AND_NEW \
	.peer = { \
		{ .side = A, \
		  .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND }, \
			     { OP_LISTEN }, { OP_ACCEPT }), \
		  .conn = OPS({ OP_READ }, { OP_CLOSE }), \
		  .hold = HOLD_OP(OP_CLOSE) }, \
		{ .side = B, \
		  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, \
			     { OP_SEND, 3 }, { OP_READ_EOF }, { OP_CLOSE }, \
			     { OP_SOCKET }, { OP_BIND }, { OP_CONNECT }, \
			     { OP_HOLD }), \
		  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) }, \
	}

#define CLIENT_CLOSES \
	{ .side = B, .client = 6, \
	  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) }

const struct scenario scenarios_late[] = {
	{
		.name = "last-ack-lost",
		.title = "the last ACK is lost: the FIN comes again, TIME_WAIT answers and starts again",
		.lesson =
"This is the first of the two things that TIME_WAIT is for. The server cannot know\n"
"whether its FIN arrived, so it sends it again; somebody must be there to\n"
"acknowledge it once more. TIME_WAIT does, and starts from the beginning.",
		.routed = 1,
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			CLIENT_CLOSES,
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0),
			EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			RULES(ROUTER, "tcp sport 50000 limit rate 1/day burst 1 packets drop"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, "LAST_ACK"),
			SENT(A, "FA", 2),
			STATES(A, ""), STATES(B, "TIME_WAIT"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA FA", "S A FA A! A" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_passive_fin", 1 },
			{ A, "close_wait_entered", 1 },
			{ A, "last_ack_entered", 1 },
			{ A, "fin_retransmits", 1 },
			{ B, "ended", 1 }, { B, "ended_active_fin", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "time_wait_entered", 1 }, { B, "time_wait", 1 },
			{ B, "time_wait_rearmed", 1 },
			{ 0 }
		},
	},
	{
		.name = "last-ack-lost-late",
		.title = "the last ACK is lost and TIME_WAIT is over: the FIN gets RST",
		.lesson =
"The same with a TIME_WAIT of next to nothing. When the FIN comes again nobody\n"
"knows the connection any more, and the kernel answers RST: the server, who has\n"
"done nothing wrong, sees its connection reset. That is what the guard is for: it\n"
"keeps TIME_WAIT longer than a retransmission takes.",
		.routed = 1,
		.needs_module = 1,
		.rto_min_ms = 2000,
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			CLIENT_CLOSES,
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/tcp_closestat/time_wait_guard=0"),
			SYSCTL(B, "net/tcp_closestat/time_wait_ms=0"),
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0),
			EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			RULES(ROUTER, "tcp sport 50000 limit rate 1/day burst 1 packets drop"),
			GO(0, OP_CLOSE),
			SENT(B, "A", 2),
			STATES(B, ""), STATES(A, "LAST_ACK"),
			SENT(A, "FA", 2),
			STATES(A, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA FA", "S A FA A! R" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ A, "close_wait_entered", 1 },
			{ A, "last_ack_entered", 1 },
			{ A, "fin_retransmits", 1 },
			{ B, "ended", 1 }, { B, "ended_active_fin", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "time_wait_entered", 1 },
			{ B, "time_wait_shortened", 1 },
			{ B, "time_wait_expired", 1 },
			{ B, "rst_sent_no_socket", 1 }, { B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{
		.name = "old-duplicate",
		.title = "a segment of the old connection comes late: TIME_WAIT refuses it",
		.lesson =
"This is the second of the two things that TIME_WAIT is for. A segment that was\n"
"long under way comes when its connection is closed. As long as TIME_WAIT keeps\n"
"the addresses and ports, the segment cannot be mistaken for a new connection's:\n"
"it is answered with an ACK and thrown away, and TIME_WAIT starts again. B knows\n"
"nothing of the connection any more and answers that ACK with RST, which would end\n"
"TIME_WAIT before its time (RFC 1337), were it not for tcp_rfc1337=1.",
		.peer = {
			{ .side = A, .server = 3,
			  .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND },
				     { OP_LISTEN }, { OP_ACCEPT }),
			  .conn = OPS({ OP_READ }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 3 }, { OP_READ_EOF },
				     { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			SYSCTL(A, "net/ipv4/tcp_rfc1337=1"),
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(A, "A", 1),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT"), STATES(B, ""),
			CALL(replay_data),
			ARRIVED(B, "R", 1),
			STATES(A, "TIME_WAIT"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA A A", "S A PA:3 A FA PA:3* R" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_active_fin", 1 },
			{ A, "fin_wait1_entered", 1 },
			{ A, "fin_wait2_entered", 1 },
			{ A, "time_wait_entered", 1 }, { A, "time_wait", 1 },
			{ A, "time_wait_rearmed", 1 },
			{ B, "ended", 1 }, { B, "ended_passive_fin", 1 },
			{ B, "close_wait_entered", 1 },
			{ B, "last_ack_entered", 1 },
			{ B, "rst_sent_no_socket", 1 }, { B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{
		.name = "time-wait-reset",
		.title = "a late ACK gets RST from the other side, and that ends TIME_WAIT",
		.lesson =
"The client's last ACK comes a second time, when the server is long gone and its\n"
"side has forgotten the connection. Its kernel answers RST, as to any segment for\n"
"no known connection, and the RST carries just the number that TIME_WAIT expects:\n"
"TIME_WAIT is over, long before its time. RFC 1337 describes it; tcp_rfc1337=1\n"
"prevents it.",
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			CLIENT_CLOSES,
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0),
			EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			ARRIVED(B, "A", 2),
			SIGNAL(0, SIGKILL), EXITED(0), LISTENERS(A, 0),
			CALL(replay_last_ack),
			ARRIVED(A, "R", 1),
			STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA R", "S A FA A A*" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_passive_fin", 1 },
			{ A, "close_wait_entered", 1 },
			{ A, "last_ack_entered", 1 },
			{ A, "rst_sent_no_socket", 1 }, { A, "Tcp.OutRsts", 1 },
			{ B, "ended", 1 }, { B, "ended_active_fin", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "time_wait_entered", 1 },
			{ B, "time_wait_reset", 1 },
			{ 0 }
		},
	},
	{
		.name = "old-duplicate-guarded",
		.title = "TIME_WAIT shortened with the guard on: timestamps refuse the old segment",
		.lesson =
"time_wait_ms is 0, but the guard keeps TIME_WAIT for 3.5 times the connection's\n"
"RTO, and only because the connection has timestamps. The old segment comes when\n"
"a new connection has the same addresses and ports, with numbers that would fit:\n"
"its timestamp is older than the connection (PAWS), so it is thrown away.",
		.rto_min_ms = LONG_RTO,
		.needs_module = 1,
		OLD_AND_NEW,
		.steps = (const struct step[]){
			SYSCTL(A, "net/tcp_closestat/time_wait_ms=0"),
			SYSCTL(A, "net/tcp_closestat/time_wait_guard=1"),
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0), EVENT(0, OP_READ, 0),
			ARRIVED(A, "A", 1),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(B, ""), STATES(A, ""),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			CALL(replay_into_new),
			SENT(A, "A", 3),
			CALL(nothing_was_read),
			STATES(A, "ESTABLISHED"), STATES(B, "ESTABLISHED"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA A", "S A PA:3 A FA" } },
			{ { "SA A", "S A PA:3*" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_active_fin", 1 },
			{ A, "fin_wait1_entered", 1 },
			{ A, "fin_wait2_entered", 1 },
			{ A, "time_wait_entered", 1 },
			{ A, "time_wait_shortened", 1 },
			{ A, "time_wait_guarded", 1 },
			{ A, "time_wait_expired", 1 },
			{ A, "TcpExt.PAWSEstab", 1 },
			{ B, "ended", 1 }, { B, "ended_passive_fin", 1 },
			{ B, "close_wait_entered", 1 },
			{ B, "last_ack_entered", 1 },
			{ 0 }
		},
	},
	{
		.name = "old-duplicate-hazard",
		.title = "no TIME_WAIT, no guard, no timestamps: the old segment becomes new data",
		.lesson =
"The hazard itself. Without TIME_WAIT nothing keeps the addresses and ports from\n"
"being used again at once; without timestamps nothing tells old from new. The old\n"
"segment has numbers that fit, and the server reads three bytes that its client\n"
"never sent. From then on the two do not agree on what was sent: the connection is\n"
"beyond repair.",
		.needs_module = 1,
		OLD_AND_NEW,
		.steps = (const struct step[]){
			SYSCTL(A, "net/tcp_closestat/time_wait_ms=0"),
			SYSCTL(A, "net/tcp_closestat/time_wait_guard=0"),
			SYSCTL(A, "net/ipv4/tcp_timestamps=0"),
			SYSCTL(B, "net/ipv4/tcp_timestamps=0"),
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0), EVENT(0, OP_READ, 0),
			ARRIVED(A, "A", 1),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(B, ""), STATES(A, ""),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			/* An ACK of data that B never sent starts an argument. */
			RULES(A, "drop"),
			CALL(replay_into_new),
			EVENT(0, OP_READ, 0),
			CALL(something_was_read),
			STATES(A, "ESTABLISHED"), STATES(B, "ESTABLISHED"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA A", "S A PA:3 A FA" } },
			{ { "SA", "S A PA:3*" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_active_fin", 1 },
			{ A, "fin_wait1_entered", 1 },
			{ A, "fin_wait2_entered", 1 },
			{ A, "time_wait_entered", 1 },
			{ A, "time_wait_shortened", 1 },
			{ A, "time_wait_expired", 1 },
			{ B, "ended", 1 }, { B, "ended_passive_fin", 1 },
			{ B, "close_wait_entered", 1 },
			{ B, "last_ack_entered", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
