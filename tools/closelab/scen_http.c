// SPDX-License-Identifier: GPL-2.0
/* HTTP: connections for one request, or kept. */
#include "lab.h"
#include "lab_net.h"
#include "scenario_tables.h"

#include <stdio.h>

/* By ab, each time */
#define REQUESTS 5

/* Whose ports the kernel chooses, and whom the lab does not start. */
#define AB { .side = B, .any_port = 1 }

static int run_ab(struct lab *lab, const char *options)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "exec ab -q %s -n %d -c 1 http://%s%s%s:%d/ >/dev/null",
		 options, REQUESTS, lab->options.ipv6 ? "[" : "",
		 lab->address[A],
		 lab->options.ipv6 ? "]" : "", SERVER_PORT);
	return lab_net_program(lab, B, "apache2-utils", command);
}

static int ab_one_each(struct lab *lab)
{
	return run_ab(lab, "");
}

static int ab_kept(struct lab *lab)
{
	return run_ab(lab, "-k");
}

/* The server's port, the next and the one after, in this order. */
static int scan(struct lab *lab)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "exec nmap %s -g %d -n -Pn -sS -r --max-retries 0 -p %d-%d %s >/dev/null",
		 lab->options.ipv6 ? "-6" : "", CLIENT_PORT, SERVER_PORT,
		 SERVER_PORT + 2,
		 lab->address[A]);
	return lab_net_program(lab, B, "nmap", command);
}

const struct scenario scenarios_http[] = {
	{
		.name = "http-1.0",
		.title = "a connection for every request: the server gathers a TIME_WAIT each",
		.lesson =
"The end of the answer is the end of the connection, so it is the server that\n"
"closes first, and the server that keeps a TIME_WAIT for every request: 10,000\n"
"requests a second are 600,000 TIME_WAITs at 60 s, 10,000 at 1 s.",
		.peer = {
			{ .side = A, .server = 7,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT },
				     { OP_HTTP_REQUEST },
				     { OP_HTTP_READ_ANSWER }, { OP_READ_EOF },
				     { OP_CLOSE }, { OP_AGAIN, 3 }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			ARRIVED(B, "A", 2), GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2"), GO(1, OP_CLOSE),
			ARRIVED(B, "A", 5), GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2 TIME_WAIT"), GO(1, OP_CLOSE),
			ARRIVED(B, "A", 8), GO(0, OP_CLOSE),
			STATES(A, "FIN_WAIT2 TIME_WAIT*2"), GO(1, OP_CLOSE),
			STATES(A, "TIME_WAIT*3"), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A PA:41 FA A", "S A PA:29 A A FA" } },
			{ { "SA A PA:41 FA A", "S A PA:29 A A FA" } },
			{ { "SA A PA:41 FA A", "S A PA:29 A A FA" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "ended", 3 }, { A, "ended_active_fin", 3 },
			{ A, "fin_wait1_entered", 3 },
			{ A, "fin_wait2_entered", 3 },
			{ A, "time_wait_entered", 3 }, { A, "time_wait", 3 },
			{ B, "ended", 3 }, { B, "ended_passive_fin", 3 },
			{ B, "close_wait_entered", 3 },
			{ B, "last_ack_entered", 3 },
			{ 0 }
		},
	},
	{
		.name = "http-1.1",
		.title = "one kept connection for all requests: one TIME_WAIT, at the client",
		.lesson =
"The length in the answer says where it ends, so the connection can be kept. Three\n"
"requests, one connection, one TIME_WAIT; and it is the client that holds it,\n"
"since the server never closes first.",
		.free_running = 1,
		.peer = {
			{ .side = A, .server = 8,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT },
				     { OP_HTTP_REQUEST },
				     { OP_HTTP_READ_ANSWER },
				     { OP_HTTP_REQUEST },
				     { OP_HTTP_READ_ANSWER },
				     { OP_HTTP_REQUEST },
				     { OP_HTTP_READ_ANSWER }, { OP_CLOSE }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			GO(1, OP_CLOSE),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_CLOSE),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			{ STEP_END }
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
		.name = "http-1.0-ab",
		.title = "ab, five requests without keep-alive: five TIME_WAITs on the server",
		.lesson =
"The same as http-1.0 with a real client, ApacheBench.",
		.free_running = 1,
		.peer = { { .side = A, .server = 7 }, AB },
		.steps = (const struct step[]){
			START(0), CALL(ab_one_each),
			STATES(A, "TIME_WAIT*5"), STATES(B, ""),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 5 }, { A, "ended_active_fin", 5 },
			{ A, "fin_wait1_entered", 5 },
			{ A, "fin_wait2_entered", 5 },
			{ A, "time_wait_entered", 5 }, { A, "time_wait", 5 },
			{ B, "ended", 5 }, { B, "ended_passive_fin", 5 },
			{ B, "close_wait_entered", 5 },
			{ B, "last_ack_entered", 5 },
			{ 0 }
		},
	},
	{
		.name = "http-1.1-ab",
		.title = "ab, five requests with keep-alive: one TIME_WAIT, at the client",
		.lesson =
"The same as http-1.1 with a real client, ApacheBench.",
		.free_running = 1,
		.peer = { { .side = A, .server = 8 }, AB },
		.steps = (const struct step[]){
			START(0), CALL(ab_kept),
			STATES(B, "TIME_WAIT"), STATES(A, ""),
			{ STEP_END }
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
		.name = "scan",
		.title = "nmap scans an open, a closed and a filtered port: no connection, no TIME_WAIT",
		.lesson =
"A half-open scan sends a SYN and looks at the answer. An open port gives SYN ACK,\n"
"which the scanner's own kernel, knowing of no connection, resets; a closed one\n"
"gives RST ACK; a filtered one gives nothing. None of the three ever was a\n"
"connection: nothing ends, nothing waits.",
		.routed = 1,
		.peer = { { .side = A, .server = 4 } },
		.steps = (const struct step[]){
			START(0),
			RULES(ROUTER, "tcp dport 7002 drop"),
			CALL(scan),
			ARRIVED(B, "R", 1),
			STATES(A, ""), STATES(B, ""),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA", "S R" } },
			{ { "RA", "S" } },
			{ { "", "S!" } },
			{ { NULL } }
		},
		.changes = (const struct change[]){
			{ A, "rst_sent_no_socket", 1 }, { A, "Tcp.OutRsts", 1 },
			{ B, "rst_sent_no_socket", 1 }, { B, "Tcp.OutRsts", 1 },
			{ 0 }
		},
	},
	{ .name = NULL }
};
