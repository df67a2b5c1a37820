// SPDX-License-Identifier: GPL-2.0
/* The cost of TIME_WAIT: the port that it is on. */
#include "lab.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lib/util.h"
#include "scenario_tables.h"

#include <signal.h>

/* tcp_tw_reuse wants a TIME_WAIT to be older than a second, by whole seconds. */
#define OLD_ENOUGH_MS 57900

static int is_old_enough(struct lab *lab, void *unused)
{
	(void)unused;
	if (lab_look(lab, B))
		return -1;
	for (size_t i = 0; i < lab->last[B].count; i++) {
		const struct diag_socket *s = &lab->last[B].socket[i];

		if (s->state == ST_TIME_WAIT)
			return s->timer_ms < OLD_ENOUGH_MS;
	}
	return -1;
}

static int age_timewait(struct lab *lab)
{
	return lab_wait(lab, "TIME_WAIT to be more than a second old", 60,
			is_old_enough, NULL);
}

const struct scenario scenarios_timewait[] = {
	{
		.name = "reuseaddr",
		.title = "a listener restarts on a port with TIME_WAIT: only with SO_REUSEADDR",
		.lesson =
"The server closes first, so TIME_WAIT is on its port, and it is restarted. bind()\n"
"fails with EADDRINUSE for as long as TIME_WAIT lasts, unless SO_REUSEADDR says\n"
"that the port's past does not matter. Every server should set it.",
		.peer = {
			{ .side = A, .server = 1,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .client = 0,
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_BIND) },
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_BIND },
						{ OP_LISTEN }, { OP_HOLD }) },
			{ .side = A, .ops = OPS({ OP_SOCKET }, { OP_REUSEADDR },
						{ OP_BIND }, { OP_LISTEN },
						{ OP_HOLD }) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_BIND), EVENT(1, OP_CONNECT, 0),
			ARRIVED(B, "A", 2),
			GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), STATES(B, "CLOSE_WAIT"),
			GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT"), STATES(B, ""),
			SIGNAL(0, SIGINT), EXITED(0), LISTENERS(A, 0),
			START(2), EVENT(2, OP_BIND, EADDRINUSE),
			START(3), EVENT(3, OP_BIND, 0),
			EVENT(3, OP_LISTEN, 0), LISTENERS(A, 1),
			STATES(A, "TIME_WAIT"),
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
		.name = "tw-reuse",
		.title = "tcp_tw_reuse=1: connect takes over a TIME_WAIT that is a second old",
		.lesson =
"The range has one port, and TIME_WAIT is on it: EADDRNOTAVAIL. With\n"
"tcp_tw_reuse=1 an outgoing connection may take the port over once the TIME_WAIT\n"
"is more than a second old, because by then the timestamps tell old segments from\n"
"new ones. It helps clients only, and only with timestamps.",
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_CLOSE },
				     { OP_AGAIN, 3 }, { OP_HOLD }),
			  .hold = HOLD_OP(OP_CLOSE) | HOLD_OP(OP_CONNECT) },
		},
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20000"),
			START(0), START(1),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, 0),
			EVENT(0, OP_ACCEPT, 0),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, EADDRNOTAVAIL),
			SYSCTL(B, "net/ipv4/tcp_tw_reuse=1"),
			CALL(age_timewait),
			GO(1, OP_CONNECT), EVENT(1, OP_CONNECT, 0),
			STATES(B, "ESTABLISHED"), STATES(A, "ESTABLISHED"),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA", "S A FA A" } },
			{ { "SA", "S A" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 1 }, { A, "ended_passive_fin", 1 },
			{ A, "close_wait_entered", 1 },
			{ A, "last_ack_entered", 1 },
			{ B, "ended", 2 }, { B, "ended_active_fin", 1 },
			{ B, "ended_connect_failed", 1 },
			{ B, "connect_failed_no_port", 1 },
			{ B, "fin_wait1_entered", 1 },
			{ B, "fin_wait2_entered", 1 },
			{ B, "time_wait_entered", 1 },
			{ B, "time_wait_reused", 1 },
			{ B, "TcpExt.TWRecycled", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
