// SPDX-License-Identifier: GPL-2.0
/* Closes by RST, and what the applications see of it. */
#include "scenario_tables.h"

#include <signal.h>

#define SERVE_WITH(...) \
	.ops = OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND }, \
		   { OP_LISTEN }, { OP_ACCEPT }), \
	.conn = OPS(__VA_ARGS__)

const struct scenario scenarios_reset[] = {
	{
		.name = "data-after-close",
		.title = "the server writes to a connection that the client has closed: RST",
		.lesson =
"close() ends both directions for the application, but on the wire it is one FIN.\n"
"The server may take it for a half-close and write on. Nobody is there to read it:\n"
"the client's kernel answers RST, and FIN_WAIT2 is over without TIME_WAIT.",
		.peer = {
			{ .side = A, .server = 5,
			  .hold = HOLD_OP(OP_SEND) },
			{ .side = B, .client = 6,
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_SEND),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A PA:3", "S A FA R" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ A, "close_wait_entered", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_sent", 1 },
			{ B, "rst_sent_data_after_close", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{
		.name = "unread-data",
		.title = "the client closes with data unread: RST in place of FIN",
		.lesson =
"A FIN says that all was received. It was not, so close() sends RST: no TIME_WAIT\n"
"on either side, though the server had already closed in good order. The read\n"
"that comes too late gets nothing.",
		.peer = {
			{ .side = A, .server = 1,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 1,
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, ""), STATES(B, ""),
			EVENT(1, OP_READ, EBADF),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA PA:3 FA", "S A A A RA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ A, "fin_wait1_entered", 1 },
			{ A, "fin_wait2_entered", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_sent", 1 },
			{ B, "rst_sent_unread_data", 1 },
			{ B, "close_wait_entered", 1 },
			{ B, "TcpExt.TCPAbortOnClose", 1 },
			{ B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{
		.name = "linger-zero",
		.title = "SO_LINGER {1, 0}: RST at once, no TIME_WAIT, data under way lost",
		.lesson =
"Three bytes are lost on the link. A close in good order would send them again;\n"
"SO_LINGER with a time of zero throws them away and resets: the server's read\n"
"fails. Because the bytes are missing, the RST does not carry the number that the\n"
"server expects, which therefore asks (a challenge ACK) before it believes it; the\n"
"client, who knows nothing of the connection any more, confirms with a second RST.",
		.routed = 1,
		.peer = {
			{ .side = A,
			  SERVE_WITH({ OP_READ_EOF }, { OP_CLOSE }) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_SEND, 3 }, { OP_LINGER },
				     { OP_CLOSE }),
			  .hold = HOLD_OP(OP_SEND) | HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			RULES(ROUTER, "tcp flags psh drop"),
			GO(1, OP_SEND),
			SENT(B, "PA", 1),
			RULES(ROUTER, NULL),
			GO(1, OP_CLOSE),
			EVENT(0, OP_READ_EOF, ECONNRESET),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A", "S A PA:3! RA R" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_sent", 1 },
			{ B, "rst_sent_linger", 1 },
			{ B, "rst_sent_no_socket", 1 },
			{ B, "TcpExt.TCPAbortOnData", 1 },
			{ B, "Tcp.OutRsts", 2 },
			{ A, "Tcp.EstabResets", 1 },
			{ 0 }
		},
	},
	{
		.name = "read-after-reset",
		.title = "what the server sees of a reset: read gives ECONNRESET, then the end",
		.lesson =
"The error is told once: the first read after the RST fails with ECONNRESET, the\n"
"next one gives 0, and a send fails with EPIPE.",
		.peer = {
			{ .side = A,
			  SERVE_WITH({ OP_WAIT_EVENT }, { OP_READ }, { OP_READ },
				     { OP_SEND, 3 }, { OP_CLOSE }) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_LINGER }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			EVENT(0, OP_READ, ECONNRESET), EVENT(0, OP_READ, 0),
			EVENT(0, OP_SEND, EPIPE),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA", "S A RA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_sent", 1 },
			{ B, "rst_sent_linger", 1 },
			{ B, "TcpExt.TCPAbortOnData", 1 },
			{ B, "Tcp.OutRsts", 1 },
			{ A, "Tcp.EstabResets", 1 },
			{ 0 }
		},
	},
	{
		.name = "send-after-reset",
		.title = "what the server sees of a reset: the first send gives ECONNRESET, the next EPIPE",
		.lesson =
"Without a read in between, the first send after the RST reports it with\n"
"ECONNRESET. From then on it is EPIPE, with SIGPIPE unless MSG_NOSIGNAL is given.",
		.peer = {
			{ .side = A,
			  SERVE_WITH({ OP_WAIT_EVENT }, { OP_SEND, 3 },
				     { OP_SEND, 3 }, { OP_CLOSE }) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_LINGER }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			EVENT(0, OP_SEND, ECONNRESET), EVENT(0, OP_SEND, EPIPE),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA", "S A RA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_rst_received", 1 },
			{ B, "ended", 1 }, { B, "ended_rst_sent", 1 },
			{ B, "rst_sent_linger", 1 },
			{ B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{
		.name = "keepalive-exhausted",
		.title = "the peer has vanished: keepalive gives up with ETIMEDOUT and a RST",
		.lesson =
"Nothing of the peer comes through any more. An idle connection never notices,\n"
"unless keepalive asks. After the last probe without an answer the application\n"
"gets ETIMEDOUT, and a RST is sent in case that somebody hears it.",
		.routed = 1,
		.peer = {
			{ .side = A, .server = 4 },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_KEEPALIVE }, { OP_READ },
				     { OP_CLOSE }),
			  .hold = HOLD_OP(OP_KEEPALIVE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			EVENT(1, OP_CONNECT, 0), EVENT(0, OP_ACCEPT, 0),
			ARRIVED(B, "A", 1),
			RULES(ROUTER, "drop"),
			GO(1, OP_KEEPALIVE),
			EVENT(1, OP_READ, ETIMEDOUT),
			STATES(B, ""), STATES(A, "ESTABLISHED"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA", "S A A! RA!" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ B, "ended", 1 }, { B, "ended_timeout", 1 },
			{ B, "TcpExt.TCPAbortOnTimeout", 1 },
			{ B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
