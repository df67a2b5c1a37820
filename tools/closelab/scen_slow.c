// SPDX-License-Identifier: GPL-2.0
/* A server that answers too late. */
#include "lab.h"
#include "scenario_tables.h"

const struct scenario scenarios_slow[] = {
	{
		.name = "slow-server",
		.title = "the client's timeout is shorter than the server's delay: work for nothing, and a reset",
		.lesson =
"The client gives up and closes. The server does not see that, as it does not read\n"
"while it works: CLOSE_WAIT until its answer is ready, and FIN_WAIT2 at the client for\n"
"as long. The answer then comes to a socket that is closed, and is reset. No TIME_WAIT\n"
"is left; what is lost is the work. `closelab run slow-server --profile` has many of\n"
"these at a time.",
		.free_running = 1, .rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 7,
			  .hold = HOLD_OP(OP_HTTP_ANSWER) | HOLD_OP(OP_CLOSE) },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT },
				     { OP_HTTP_REQUEST, 1 }, { OP_WAIT_CLOSE, 1 },
				     { OP_CLOSE }) },
		},
		.steps = (const struct step[]){
			START(0), START(1),
			STATES(B, "FIN_WAIT2"), STATES(A, "CLOSE_WAIT"),
			GO(0, OP_HTTP_ANSWER),
			STATES(B, ""), STATES(A, ""),
			GO(0, OP_CLOSE),
			{ STEP_END }
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
	{ .name = NULL }
};
