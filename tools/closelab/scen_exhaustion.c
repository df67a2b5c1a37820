// SPDX-License-Identifier: GPL-2.0
/* How many connections a second the ports of a client allow. */
#include "errname.h"
#include "lab.h"
#include "lab_wait.h"
#include "lib/clock.h"
#include "lib/netns.h"
#include "lib/util.h"
#include "scenario_tables.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The range is narrowed: with all 28,232 ports, a minute's work for nothing. */
#define PORTS 50
#define PORT_RANGE "20000 20049"

/* Connections in a row before the lab looks after its other business. */
#define AT_A_TIME 20

#define KERNEL_MS 60000

/* A measurement that a busy machine has spoilt is begun again, for so long. */
#define MEASURE_MS 61000

/**
 * struct filling - ports that get used up
 * @opened: connections so far
 * @sum_ns: sum of the times of the connections, in nanoseconds from @start
 * @unsure_ns: sum of how long before that their ports may have been free
 * @last_refused: when there was no port last
 * @start: of the first round
 * @rest_ns: how long not to ask after there was none
 */
struct filling {
	unsigned int opened;
	u64 sum_ns;
	u64 unsure_ns;
	u64 last_refused;
	u64 start;
	u64 rest_ns;
};

/**
 * struct bounds - the rate lies between them
 * @low: as it was measured
 * @high: if every port was used as soon as it may have been free
 */
struct bounds {
	double low, high;
};

/* Connect and close: 0 or -errno. */
static int connect_once(struct lab *lab)
{
	int family = lab->options.ipv6 ? AF_INET6 : AF_INET;
	union addr to;
	int fd, err = 0;

	memset(&to, 0, sizeof(to));
	to.sa.sa_family = family;
	to.in.sin_port = htons(SERVER_PORT);
	inet_pton(family, lab->address[A], family == AF_INET6 ?
		  (void *)&to.in6.sin6_addr : (void *)&to.in.sin_addr);
	if (netns_enter(lab->ns[B]))
		return -EPERM;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, &to.sa, addr_len(&to)))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return netns_enter(-1) ?: err;
}

/* Open what can be opened: 1 when every port is used, 0 when there is none. */
static int fill(struct lab *lab, void *data)
{
	struct filling *f = data;

	for (int i = 0; i < AT_A_TIME; i++) {
		u64 at = now_ns();
		int err;

		if (f->opened == PORTS)
			return 1;
		if (at - f->last_refused < f->rest_ns)
			return 0;
		err = connect_once(lab);
		if (err == -EADDRNOTAVAIL) {
			f->last_refused = at;
			return 0;
		}
		if (err)
			return lab_fail(lab, "connect: %s", strerror(-err));
		f->opened++;
		f->sum_ns += at - f->start;
		f->unsure_ns += at - f->last_refused;
	}
	return 0;
}

/*
 * Every port is used once more. The time since its last use is how long it was
 * taken: over all ports, the sum of these times less the sum of the last ones.
 */
static int next_round(struct lab *lab, long length, struct filling *last,
		      struct bounds *rate)
{
	struct filling next = {
		.start = last->start, .last_refused = last->last_refused,
		/* A three-hundredth of what is measured. */
		.rest_ns = length * 3333,
	};
	double taken_ns, least_ns;

	if (lab_wait(lab, "every port of B to be used again",
		     length / 1000 + 60, fill, &next))
		return -1;
	taken_ns = (double)next.sum_ns - last->sum_ns;
	least_ns = taken_ns - next.unsure_ns;
	rate->low = PORTS * 1e9 * PORTS / taken_ns;
	rate->high = least_ns > 0 ? PORTS * 1e9 * PORTS / least_ns : HUGE_VAL;
	*last = next;
	return 0;
}

static bool agrees(double rate, double formula)
{
	return rate >= formula * 0.95 && rate <= formula * 1.05;
}

/* Measure until it is clear that the formula holds, or the time is up. */
static int compare_rate(struct lab *lab, long length, struct filling *filling)
{
	double formula = PORTS * 1000.0 / length;
	struct bounds rate = { 0 };
	bool unclear = false;

	for (long ms = 0; ms <= MEASURE_MS; ms += length + 1) {
		if (next_round(lab, length, filling, &rate))
			return -1;
		if (agrees(rate.low, formula) && agrees(rate.high, formula)) {
			lab->checks++;
			snprintf(lab->result, sizeof(lab->result),
				 "%d ports / %.1f s = %.2f connections a second to one destination, with the usual 28232 ports %ld; measured %.2f",
				 PORTS, (double)length / 1000, formula,
				 28232 * 1000L / length, rate.low);
			return 0;
		}
		unclear |= rate.low < formula && rate.high > formula * 0.95;
	}
	lab->skip = unclear;
	return lab_fail(lab, "%.2f to %.2f connections a second instead of %.2f%s",
			rate.low, rate.high, formula, unclear ?
			": this machine is too busy to measure it" : "");
}

static int measure_rate(struct lab *lab)
{
	long length = lab->options.time_wait_ms >= 0 ?
		      lab->options.time_wait_ms : KERNEL_MS;
	struct filling first = { .start = now_ns() };
	int err;

	if (!length)
		return lab_fail(lab, "without TIME_WAIT there is no limit to measure");
	first.last_refused = first.start;
	if (lab_wait(lab, "every port of B to be used", 60, fill, &first))
		return -1;
	/* Where the length is that short, the first port is free already. */
	if (length < 10000)
		return compare_rate(lab, length, &first);
	err = connect_once(lab);
	/* The first port was free again before the last one was used. */
	if (!err && now_ns() - first.start >= (u64)length * 1000000) {
		lab->skip = true;
		return lab_fail(lab, "it took longer than TIME_WAIT to use %d ports: this machine is too busy to measure it",
				PORTS);
	}
	if (err != -EADDRNOTAVAIL)
		return lab_fail(lab, "one more connect gave \"%s\" instead of \"%s\"",
				strerror(-err), strerror(EADDRNOTAVAIL));
	lab_note(lab, B, "connect(): %s", errname(-err));
	first.last_refused = now_ns();
	lab->checks++;
	return compare_rate(lab, length, &first);
}

const struct scenario scenarios_exhaustion[] = {
	{
		.name = "port-exhaustion",
		.title = "a client runs out of ports: connections a second are ports / length of TIME_WAIT",
		.lesson =
"Every connection that the client closes first takes a port for the length of\n"
"TIME_WAIT. The usual range, 32768 to 60999, has 28,232 ports: at 60 s that is 470\n"
"connections a second to one destination, and then connect() fails with\n"
"EADDRNOTAVAIL. The rate that the length allows is ports / length.",
		.rto_min_ms = LONG_RTO,
		.peer = {
			{ .side = A, .server = 3,
			  .hold = HOLD_OP(OP_CLOSE) },
			{ .side = B, .any_port = 1,
			  .ops = OPS({ OP_SOCKET }, { OP_CONNECT },
				     { OP_CLOSE }, { OP_HOLD }),
			  .hold = HOLD_OP(OP_CLOSE) },
		},
		.steps = (const struct step[]){
			/* One to be looked at, with a port beside PORT_RANGE. */
			START(0), START(1),
			GO(1, OP_CLOSE), EVENT(0, OP_ACCEPT, 0),
			STATES(A, "CLOSE_WAIT"), STATES(B, "FIN_WAIT2"),
			GO(0, OP_CLOSE), STATES(A, ""),
			UNDRAWN,
			SYSCTL(B, "net/ipv4/ip_local_port_range=" PORT_RANGE),
			CALL(measure_rate),
			{ STEP_END }
		},
		.segments = (const struct segments[]){
			{ { "SA A FA", "S A FA A" } },
			{ { NULL } }
		},
	},
	{ .name = NULL }
};
