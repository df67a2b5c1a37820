// SPDX-License-Identifier: GPL-2.0
/* The end that should close first, for TIME_WAIT to be where it takes no port from anybody. */
#include "lab.h"
#include "lab_proxy.h"
#include "proxies.h"
#include "scenario_tables.h"

#include <errno.h>

/* Seconds: how long a client waits for the server's close. */
#define PATIENT 60
#define IMPATIENT 1

static int start_server_first(struct lab *lab)
{
	return lab_proxy_start(lab, &nginx_server_first);
}

static int start_proxy_first(struct lab *lab)
{
	return lab_proxy_start(lab, &nginx_proxy_first);
}

/* A server that closes after its answer, when it is told to. */
#define CLOSES(keeps) { .side = A, .server = 8, \
	.conn = OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER, keeps }, \
		    { OP_CLOSE }), \
	.hold = HOLD_OP(OP_CLOSE) }

/* A client that asks once, and closes after its server. */
#define CLOSES_SECOND { .side = C, .any_port = 1, \
	.ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_HTTP_REQUEST }, \
		   { OP_HTTP_READ_ANSWER }, { OP_READ_EOF }, { OP_CLOSE }), \
	.hold = HOLD_OP(OP_CLOSE) }

/* A client that asks, and waits for so many seconds for the server's close. */
#define WAITS(seconds) { .side = B, .any_port = 1, \
	.ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_HTTP_REQUEST, 1 }, \
		   { OP_HTTP_READ_ANSWER }, { OP_WAIT_CLOSE, seconds }, \
		   { OP_CLOSE }) }

/* A side's counts of connections that it closed first, or second. */
#define CLOSED_FIRST(side, n) \
	{ side, "ended_active_fin", n }, { side, "fin_wait1_entered", n }, \
	{ side, "fin_wait2_entered", n }, { side, "time_wait_entered", n }
#define CLOSED_SECOND(side, n) \
	{ side, "ended_passive_fin", n }, { side, "close_wait_entered", n }, \
	{ side, "last_ack_entered", n }

const struct scenario scenarios_who[] = {
	{
		.name = "server-closes-soon",
		.title = "the server closes soon after its last write: one port is enough for any number of requests",
		.lesson =
"A TIME_WAIT on the server is a little memory: it is on the port that the server\n"
"listens on, and the next SYN from the same port of the client is let in by it. So a\n"
"client with one port asks twice in a row. Then one that closes by itself, before the\n"
"server does: the port waits on its own side, and the second request cannot be sent.\n"
"Soon, not later: while the server waits, the client may be the first.",
		.free_running = 1, .rto_min_ms = LONG_RTO,
		.peer = {
			CLOSES(0),
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_HTTP_REQUEST, 1 },
				     { OP_HTTP_READ_ANSWER }, { OP_READ_EOF },
				     { OP_CLOSE }, { OP_AGAIN, 2 }),
			  .hold = HOLD_OP(OP_BIND) },
			{ .side = B,
			  .ops = OPS({ OP_SOCKET }, { OP_BIND }, { OP_CONNECT },
				     { OP_HTTP_REQUEST, 1 },
				     { OP_HTTP_READ_ANSWER }, { OP_CLOSE },
				     { OP_AGAIN, 2 }),
			  .hold = HOLD_OP(OP_BIND) | HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND), GO(0, OP_CLOSE),
			STATES(B, ""), STATES(A, "TIME_WAIT"),
			GO(1, OP_BIND), GO(0, OP_CLOSE),
			STATES(B, ""), STATES(A, "TIME_WAIT"),
			START(2),
			GO(2, OP_BIND), GO(2, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			GO(2, OP_BIND), EVENT(2, OP_BIND, EADDRINUSE),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 3 }, CLOSED_FIRST(A, 2), CLOSED_SECOND(A, 1),
			{ A, "time_wait_reused", 2 },
			{ B, "ended", 3 }, CLOSED_SECOND(B, 2), CLOSED_FIRST(B, 1),
			{ B, "time_wait", 1 },
			{ 0 }
		},
	},
	{
		.name = "nginx-idle-server-first",
		.title = "kept connections, the shortest timeout on the last server: none waits on a port of the range",
		.lesson =
"An idle connection is closed by whoever loses patience first. Here that is the\n"
"server, then the proxy towards the client (after 2 s; the server's it would keep for\n"
"60 s): the closes go from the end of the chain to its beginning. Each TIME_WAIT is on\n"
"a port that is listened on, 7000 and 8080, and takes none of anybody's range. The\n"
"price: a request may be under way when the server closes. nginx sends it again, on a\n"
"new connection, if it is one that may be sent twice.",
		.free_running = 1, .proxied = 1, .rto_min_ms = LONG_RTO,
		.peer = { CLOSES(1), CLOSES_SECOND },
		.steps = (const struct step[]){
			START(0), CALL(start_server_first), START(1),
			GO(0, OP_CLOSE), STATES(A, "TIME_WAIT"),
			GO(1, OP_CLOSE),
			STATES(C, ""), STATES(B, "TIME_WAIT"),
			STATES(A, "TIME_WAIT"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, CLOSED_FIRST(A, 1), { A, "time_wait", 1 },
			{ B, "ended", 2 }, CLOSED_SECOND(B, 1), CLOSED_FIRST(B, 1),
			{ B, "time_wait", 1 },
			{ C, "ended", 1 }, CLOSED_SECOND(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "B FIN", [BACK] = "A FIN" },
	},
	{
		.name = "nginx-idle-proxy-first",
		.title = "the shortest timeout on the proxy instead: its port waits",
		.lesson =
"The same chain, but the proxy gives up an idle connection to the server after 2 s,\n"
"sooner than the server does. Of its two TIME_WAITs, that towards the server is on a\n"
"port of the range: the connections that were kept in order to save ports take them.",
		.free_running = 1, .proxied = 1, .rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 8, .hold = HOLD_OP(OP_CLOSE) },
			CLOSES_SECOND,
		},
		.steps = (const struct step[]){
			START(0), CALL(start_proxy_first), START(1),
			GO(0, OP_CLOSE), STATES(A, ""),
			GO(1, OP_CLOSE),
			STATES(C, ""), STATES(B, "TIME_WAIT*2"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, CLOSED_SECOND(A, 1),
			{ B, "ended", 2 }, CLOSED_FIRST(B, 2), { B, "time_wait", 2 },
			{ C, "ended", 1 }, CLOSED_SECOND(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "B FIN", [BACK] = "B FIN" },
	},
	{
		.name = "client-waits",
		.title = "the client waits for the server's close, but not for ever",
		.lesson =
"The answer is there, and the client has no more to say. It waits for the server's\n"
"FIN before it closes: no TIME_WAIT here. With the second connection the server does\n"
"not close; without a timeout the client would hold a socket for ever, so it closes\n"
"after a second, and holds the TIME_WAIT. That is the price of a server that is late,\n"
"not of every request.",
		.free_running = 1, .rto_min_ms = LONG_RTO,
		.peer = { CLOSES(0), WAITS(PATIENT), WAITS(IMPATIENT) },
		.steps = (const struct step[]){
			START(0), START(1),
			GO(0, OP_CLOSE),
			STATES(B, ""), STATES(A, "TIME_WAIT"),
			START(2),
			STATES(B, "FIN_WAIT2"),
			STATES(A, "TIME_WAIT CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, "TIME_WAIT"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 2 }, CLOSED_FIRST(A, 1), CLOSED_SECOND(A, 1),
			{ A, "time_wait", 1 },
			{ B, "ended", 2 }, CLOSED_SECOND(B, 1), CLOSED_FIRST(B, 1),
			{ B, "time_wait", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
