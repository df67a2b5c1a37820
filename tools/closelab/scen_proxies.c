// SPDX-License-Identifier: GPL-2.0
/* Which proxy holds TIME_WAIT: real ones, between a client and one or two servers. */
#include "lab.h"
#include "lab_net.h"
#include "lab_proxy.h"
#include "lab_sockets.h"
#include "netns_run.h"
#include "proxies.h"
#include "scenario_tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STARTER(proxy) \
	static int start_##proxy(struct lab *lab) \
	{ return lab_proxy_start(lab, &(proxy)); }

STARTER(haproxy_keep)
STARTER(haproxy_httpclose)
STARTER(haproxy_server_close)
STARTER(haproxy_two)
STARTER(nginx_close)
STARTER(nginx_keep)
STARTER(nginx_two)
STARTER(apache_close)
STARTER(apache_keep)
STARTER(apache_two)

/* A server that keeps a connection for as many requests as come. */
#define SERVER { .side = A, .server = 8, .hold = HOLD_OP(OP_CLOSE) }

/* The same, where there is one request to a connection, which is then reset. */
#define RESET_SERVER { .side = A, .server = 8, \
	.conn = OPS({ OP_HTTP_READ_REQUEST }, { OP_HTTP_ANSWER, 1 }, \
		    { OP_READ_EOF }, { OP_CLOSE }) }

/* A client that says its request is the last, and one that asks twice. */
#define ASKS_ONCE { .side = C, .any_port = 1, \
	.ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_HTTP_REQUEST, 1 }, \
		   { OP_HTTP_READ_ANSWER }, { OP_READ_EOF }, { OP_CLOSE }), \
	.hold = HOLD_OP(OP_CLOSE) }
#define ASKS_TWICE { .side = C, .any_port = 1, \
	.ops = OPS({ OP_SOCKET }, { OP_CONNECT }, { OP_HTTP_REQUEST }, \
		   { OP_HTTP_READ_ANSWER }, { OP_HTTP_REQUEST }, \
		   { OP_HTTP_READ_ANSWER }, { OP_CLOSE }), \
	.hold = HOLD_OP(OP_CLOSE) }

/* A side's counts of connections that it closed first, or second. */
#define CLOSED_FIRST(side, n) \
	{ side, "ended_active_fin", n }, { side, "fin_wait1_entered", n }, \
	{ side, "fin_wait2_entered", n }, { side, "time_wait_entered", n }, \
	{ side, "time_wait", n }
#define CLOSED_SECOND(side, n) \
	{ side, "ended_passive_fin", n }, { side, "close_wait_entered", n }, \
	{ side, "last_ack_entered", n }
#define RESET(n) \
	{ A, "ended", n }, { A, "ended_rst_received", n }, \
	{ B, "ended_rst_sent", n }, { B, "rst_sent_linger", n }

/* Whether of so many requests through the proxy just so many fail. */
static int ask(struct lab *lab, int requests, int failures)
{
	static const char failed[] = "Non-2xx responses:";
	char command[128], text[4096];
	const char *p;
	int code, got;

	snprintf(command, sizeof(command),
		 "exec ab -q -n %d -c 1 http://%s%s%s:%d/", requests,
		 lab->options.ipv6 ? "[" : "", lab->address[3],
		 lab->options.ipv6 ? "]" : "", PROXY_PORT);
	code = netns_output(lab->ns[C], command, NULL, text, sizeof(text));
	lab->skip = code == 127;
	if (code)
		return lab_fail(lab, code == 127 ?
				"a program is missing: install apache2-utils" :
				"ab failed (%d)", code);
	p = strstr(text, failed);
	got = p ? atoi(p + strlen(failed)) : 0;
	if (got != failures)
		return lab_fail(lab, "%d of %d requests failed instead of %d",
				got, requests, failures);
	lab->checks++;
	return 0;
}

static int one_answered(struct lab *lab)
{
	return ask(lab, 1, 0);
}

/* That the client's 502 is because no port was left. */
static int log_tells_why(struct lab *lab)
{
	char path[64], reason[16], text[4096];
	size_t len = 0;
	FILE *log;

	snprintf(path, sizeof(path), "/proc/%d/root" PROXY_LOG, lab->helper);
	snprintf(reason, sizeof(reason), "(%d: ", EADDRNOTAVAIL);
	log = fopen(path, "re");
	if (log) {
		len = fread(text, 1, sizeof(text) - 1, log);
		fclose(log);
	}
	text[len] = '\0';
	if (!strstr(text, reason))
		return lab_fail(lab, "nginx logs no EADDRNOTAVAIL, but \"%s\"",
				text);
	lab->checks++;
	return 0;
}

/* Two ports are left to it, and one is not to be had any more. */
static int third_fails(struct lab *lab)
{
	snprintf(lab->result, sizeof(lab->result),
		 "2 ports, 3 requests: the third gets 502 Bad Gateway");
	return ask(lab, 3, 1) ? -1 : log_tells_why(lab);
}

static int no_port_is_left(struct lab *lab)
{
	snprintf(lab->result, sizeof(lab->result),
		 "1 port, 2 servers, 3 requests: the third gets 502 Bad Gateway");
	return ask(lab, 1, 1) ? -1 : log_tells_why(lab);
}

static int all_from_one_port(struct lab *lab)
{
	snprintf(lab->result, sizeof(lab->result),
		 "1 port, 5 requests: all are answered");
	return ask(lab, 5, 0);
}

#define PROXIED .free_running = 1, .proxied = 1, .rto_min_ms = LONG_RTO

/* Two requests: the proxy closes its connections to the server, or keeps the one it has. */
static const struct change closed_by_proxy[] = {
	{ A, "ended", 2 }, CLOSED_SECOND(A, 2),
	{ B, "ended", 3 }, CLOSED_FIRST(B, 2), CLOSED_SECOND(B, 1),
	{ C, "ended", 1 }, CLOSED_FIRST(C, 1),
	{ 0 }
};

static const struct change kept_by_proxy[] = {
	{ B, "ended", 1 }, CLOSED_SECOND(B, 1),
	{ C, "ended", 1 }, CLOSED_FIRST(C, 1),
	{ 0 }
};

const struct scenario scenarios_proxies[] = {
	{
		.name = "haproxy-keep-alive",
		.title = "haproxy keeps its connection to the server, though the client does not",
		.lesson =
"The request says that it is the last on its connection, so haproxy closes that one\n"
"with the answer. The one to the server is its own: it goes back to the pool, for a later\n"
"request of anybody; for the first of a connection with http-reuse always alone. (In 2016\n"
"it reset that one: no TIME_WAIT either.)",
		PROXIED,
		.peer = { SERVER, ASKS_ONCE },
		.steps = (const struct step[]){
			START(0), CALL(start_haproxy_keep), START(1),
			STATES(C, "CLOSE_WAIT"), GO(1, OP_CLOSE),
			STATES(C, ""), STATES(B, "ESTABLISHED TIME_WAIT"),
			STATES(A, "ESTABLISHED"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ B, "ended", 1 }, CLOSED_FIRST(B, 1),
			{ C, "ended", 1 }, CLOSED_SECOND(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "B FIN", [BACK] = "" },
	},
	{
		.name = "haproxy-httpclose",
		.title = "option httpclose: a FIN for the client, a reset for the server",
		.lesson =
"haproxy closes both connections when the answer is through, without waiting for\n"
"the server. What it does not need any more it resets (SO_LINGER with 0): the server\n"
"sees ECONNRESET, and TIME_WAIT is there for the client's connection alone, on\n"
"port 8080, where it takes no port from anybody. (In 2016 this option was passive and\n"
"waited for the server's close; what it does now was option forceclose then.)",
		PROXIED,
		.peer = { RESET_SERVER, ASKS_ONCE },
		.steps = (const struct step[]){
			START(0), CALL(start_haproxy_httpclose), START(1),
			STATES(C, "CLOSE_WAIT"), GO(1, OP_CLOSE),
			STATES(C, ""), STATES(B, "TIME_WAIT"), STATES(A, ""),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			RESET(1),
			{ B, "ended", 2 }, CLOSED_FIRST(B, 1),
			{ C, "ended", 1 }, CLOSED_SECOND(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "B FIN", [BACK] = "B RST" },
	},
	{
		.name = "haproxy-server-close",
		.title = "option http-server-close: the client is kept, the server reset",
		.lesson =
"Two requests on the client's connection, two connections to the server, and each\n"
"is reset after its answer. No TIME_WAIT is left of them on either side, so one port\n"
"is enough for any number of requests. The price: a RST overtakes what the server has\n"
"still to say, and its log and counters report errors where there are none.",
		PROXIED,
		.peer = { RESET_SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_haproxy_server_close), START(1),
			GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, ""), STATES(A, ""),
			UNDRAWN,
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20000"),
			CALL(all_from_one_port),
			STATES(B, "TIME_WAIT*5"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			RESET(7),
			{ B, "ended", 13 }, CLOSED_SECOND(B, 1), CLOSED_FIRST(B, 5),
			{ C, "ended", 6 }, CLOSED_FIRST(C, 1), CLOSED_SECOND(C, 5),
			{ 0 }
		},
		.closing = { [FRONT] = "C FIN", [BACK] = "B RST" },
	},
	{
		.name = "haproxy-two-servers",
		.title = "haproxy before two servers: each is reset in its turn",
		.lesson =
"The same with two servers, which get the requests in turn: nothing is left on\n"
"either.",
		PROXIED,
		.peer = { RESET_SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_haproxy_two), START(1),
			GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, ""), STATES(A, ""),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			RESET(2),
			{ B, "ended", 3 }, CLOSED_SECOND(B, 1),
			{ C, "ended", 1 }, CLOSED_FIRST(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "C FIN", [BACK] = "B RST" },
	},
	{
		.name = "nginx-close",
		.title = "nginx without kept upstream connections: a TIME_WAIT on the proxy for each request",
		.lesson =
"The server would keep its connections, the client keeps its own, and in the middle\n"
"nginx closes first, as soon as it has the answer. TIME_WAIT is on the proxy, at the\n"
"end that has a port of the range: one port less for 60 s with each request.",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_nginx_close), START(1),
			GO(0, OP_CLOSE), GO(0, OP_CLOSE), GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "TIME_WAIT*2"),
			STATES(A, ""),
			{ STEP_END }
		},
		.changes = closed_by_proxy,
		.closing = { [FRONT] = "C FIN", [BACK] = "B FIN" },
	},
	{
		.name = "nginx-keep-alive",
		.title = "nginx with kept upstream connections: none at all",
		.lesson =
"keepalive, HTTP/1.1 and no Connection: close: both requests go over one\n"
"connection, and it stays. The only TIME_WAIT is the client's own.",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_nginx_keep), START(1),
			GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "ESTABLISHED"),
			STATES(A, "ESTABLISHED"),
			{ STEP_END }
		},
		.changes = kept_by_proxy,
		.closing = { [FRONT] = "C FIN", [BACK] = "" },
	},
	{
		.name = "nginx-two-servers",
		.title = "nginx before two servers, with one port: TIME_WAIT to both from the same one",
		.lesson =
"A port is taken for one destination. The second server doubles what the range\n"
"allows: the same port waits for both. Then there is none for the third request.",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20000"),
			START(0), CALL(start_nginx_two), START(1),
			GO(0, OP_CLOSE), GO(0, OP_CLOSE), GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "TIME_WAIT*2"),
			STATES(A, ""),
			UNDRAWN,
			CALL(no_port_is_left),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 2 }, CLOSED_SECOND(A, 2),
			{ B, "ended", 5 }, CLOSED_FIRST(B, 3), CLOSED_SECOND(B, 1),
			{ B, "ended_connect_failed", 1 },
			{ B, "connect_failed_no_port", 1 },
			{ C, "ended", 2 }, CLOSED_FIRST(C, 1), CLOSED_SECOND(C, 1),
			{ 0 }
		},
		.closing = { [FRONT] = "C FIN", [BACK] = "B FIN" },
	},
	{
		.name = "nginx-out-of-ports",
		.title = "nginx has no port left: 502 for the client, EADDRNOTAVAIL in its log",
		.lesson =
"Two ports, three requests, a TIME_WAIT of 60 s. The third connect() of nginx fails\n"
"at once, although the server has nothing else to do, and the client gets 502 Bad\n"
"Gateway; it will for as long as TIME_WAIT lasts.",
		PROXIED,
		.peer = { { .side = A, .server = 8 }, { .side = C, .any_port = 1 } },
		.steps = (const struct step[]){
			START(0), CALL(start_nginx_close), CALL(one_answered),
			STATES(A, ""), STATES(B, "TIME_WAIT*2"),
			UNDRAWN,
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20001"),
			CALL(third_fails),
			STATES(A, ""), STATES(B, "TIME_WAIT*7"),
			{ STEP_END }
		},
		.changes = (const struct change[]){
			{ A, "ended", 3 }, CLOSED_SECOND(A, 3),
			{ B, "ended", 8 }, CLOSED_FIRST(B, 7),
			{ B, "ended_connect_failed", 1 },
			{ B, "connect_failed_no_port", 1 },
			{ C, "ended", 4 }, CLOSED_SECOND(C, 4),
			{ 0 }
		},
		.closing = { [FRONT] = "B FIN", [BACK] = "B FIN" },
	},
	{
		.name = "apache-close",
		.title = "apache as a proxy that does not reuse: a TIME_WAIT on the proxy for each request",
		.lesson =
"ProxyPass with disablereuse=on: as with nginx, the proxy closes first and holds\n"
"TIME_WAIT.",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_apache_close), START(1),
			GO(0, OP_CLOSE), GO(0, OP_CLOSE), GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "TIME_WAIT*2"),
			STATES(A, ""),
			{ STEP_END }
		},
		.changes = closed_by_proxy,
		.closing = { [FRONT] = "C FIN", [BACK] = "B FIN" },
	},
	{
		.name = "apache-keep-alive",
		.title = "apache as a proxy, as it comes: the connection to the server is kept",
		.lesson =
"mod_proxy keeps a pool of connections for each server, in every process, and closes\n"
"none of them. (In 2016 it closed them: TIME_WAIT on the proxy.)",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			START(0), CALL(start_apache_keep), START(1),
			GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "ESTABLISHED"),
			STATES(A, "ESTABLISHED"),
			{ STEP_END }
		},
		.changes = kept_by_proxy,
		.closing = { [FRONT] = "C FIN", [BACK] = "" },
	},
	{
		.name = "apache-two-servers",
		.title = "apache before two servers, with one port: TIME_WAIT to both from the same one",
		.lesson =
"The same as with nginx: the port is taken once for each server.",
		PROXIED,
		.peer = { SERVER, ASKS_TWICE },
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/ip_local_port_range=20000 20000"),
			START(0), CALL(start_apache_two), START(1),
			GO(0, OP_CLOSE), GO(0, OP_CLOSE), GO(1, OP_CLOSE),
			STATES(C, "TIME_WAIT"), STATES(B, "TIME_WAIT*2"),
			STATES(A, ""),
			{ STEP_END }
		},
		.changes = closed_by_proxy,
		.closing = { [FRONT] = "C FIN", [BACK] = "B FIN" },
	},
	{ .name = NULL }
};
