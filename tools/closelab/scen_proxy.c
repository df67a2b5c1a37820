// SPDX-License-Identifier: GPL-2.0
/* A proxy between clients and a server that keeps connections. */
#include "lab.h"
#include "lab_net.h"
#include "netns_run.h"
#include "proxies.h"
#include "scenario_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Requests a second, at most, for how long, and how often if there were too few:
 * each of the connections waits before it asks again.
 */
#define RATE 40
#define CONNECTIONS 4
#define SECONDS 8
#define ROUNDS 5

/* Fewer than are needed at the kernel's length, more than at one second. */
#define PORTS 60
#define PORT_RANGE "20000 20059"

#define KERNEL_MS 60000

static int start_proxy(struct lab *lab)
{
	return lab_proxy_start(lab, &nginx_close);
}

/* One request through the proxy, which then has closed towards the server. */
static int one_request(struct lab *lab)
{
	char command[128];

	snprintf(command, sizeof(command),
		 "exec ab -q -n 1 -c 1 http://%s:%d/ >/dev/null",
		 lab->options.ipv6 ? "[::1]" : "127.0.0.1", PROXY_PORT);
	return lab_net_program(lab, B, "apache2-utils", command);
}

/* Add what wrk counted: answers, and those that were no success. */
static int count_answers(struct lab *lab, long *answers, long *failed)
{
	char command[256], script[64], text[2048];
	const char *p;
	int code;

	snprintf(command, sizeof(command),
		 "exec wrk -s /dev/stdin -t1 -c%d -d%ds http://%s:%d/",
		 CONNECTIONS, SECONDS, lab->options.ipv6 ? "[::1]" : "127.0.0.1", PROXY_PORT);
	snprintf(script, sizeof(script), "function delay() return %d end\n",
		 1000 * CONNECTIONS / RATE);
	code = netns_output(lab->ns[B], command, script, text, sizeof(text));
	lab->skip = code == 127;
	if (code == 127)
		return lab_fail(lab, "a program is missing: install wrk");
	p = strstr(text, " requests in ");
	if (code || !p)
		return lab_fail(lab, "wrk failed (%d): %s", code, text);
	while (p > text && p[-1] >= '0' && p[-1] <= '9')
		p--;
	*answers += strtol(p, NULL, 10);
	p = strstr(text, "Non-2xx or 3xx responses: ");
	if (p)
		*failed += strtol(p + strlen("Non-2xx or 3xx responses: "),
				  NULL, 10);
	return 0;
}

static int judge(struct lab *lab, long answers, long failed)
{
	long length = lab->options.time_wait_ms >= 0 ?
		      lab->options.time_wait_ms : KERNEL_MS;
	bool short_of_ports = PORTS * 1000L < RATE * length;

	if (!length)
		return lab_fail(lab, "without TIME_WAIT there is no limit to reach");
	snprintf(lab->result, sizeof(lab->result),
		 "%d ports / %.1f s = %ld a second, for up to %d requests a second: %s; measured %ld answers, %ld of them failures",
		 PORTS, (double)length / 1000, PORTS * 1000L / length, RATE,
		 short_of_ports ? "the ports run out" : "they suffice",
		 answers, failed);
	/* As many can have a port each, whatever the length. */
	lab->skip = answers <= PORTS;
	if (lab->skip)
		return lab_fail(lab, "only %ld answers: this machine is too busy to run out of %d ports",
				answers, PORTS);
	if (short_of_ports && !failed)
		return lab_fail(lab, "the proxy did not run out of ports");
	if (!short_of_ports && failed)
		return lab_fail(lab, "%ld of %ld answers were failures", failed,
				answers);
	lab->checks++;
	return 0;
}

static int proxy_load(struct lab *lab)
{
	long answers = 0, failed = 0;

	/* A busy machine gives fewer answers in this time. */
	for (int i = 0; i < ROUNDS && answers <= PORTS; i++)
		if (count_answers(lab, &answers, &failed))
			return -1;
	return judge(lab, answers, failed);
}

const struct scenario scenarios_proxy[] = {
	{
		.name = "proxy",
		.title = "nginx before a keep-alive server: TIME_WAIT piles up on the proxy",
		.lesson =
"The server keeps its connections, the proxy does not: it closes towards its\n"
"upstream after every answer, so TIME_WAIT is on the proxy and takes its ports.\n"
"When the requests a second exceed ports / length, it answers 502. A shorter\n"
"TIME_WAIT, or kept upstream connections, and it does not.",
		.free_running = 1,
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 8 },
			/* nginx, whose ports the kernel chooses */
			{ .side = B, .any_port = 1 },
		},
		.steps = (const struct step[]){
			START(0), CALL(start_proxy),
			CALL(one_request), STATES(A, ""),
			UNDRAWN,
			SYSCTL(B, "net/ipv4/ip_local_port_range=" PORT_RANGE),
			CALL(proxy_load),
			{ STEP_END }
		},
	},
	{ .name = NULL }
};
