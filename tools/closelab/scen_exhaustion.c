// SPDX-License-Identifier: GPL-2.0
/* How many connections a second the ports of a client allow. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab.h"
#include "netns.h"
#include "scenario_tables.h"

/* The range is narrowed: with all 28,232 ports, a minute's work for nothing. */
#define PORTS 50
#define PORT_RANGE "40000 40049"

/* Connections in a row before the lab looks after its other business. */
#define AT_A_TIME 20

#define KERNEL_MS 60000

/**
 * struct filling - ports that get used up
 * @wanted: stop after as many connections
 * @opened: connections so far
 * @sum_ns: sum of the times of the connections, in nanoseconds from @start
 * @start: of the first round
 */
struct filling {
	unsigned int wanted;
	unsigned int opened;
	uint64_t sum_ns;
	uint64_t start;
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

/* Open what can be opened: 1 when there are enough, 0 when ports ran out. */
static int fill(struct lab *lab, void *data)
{
	struct filling *f = data;

	for (int i = 0; i < AT_A_TIME; i++) {
		uint64_t at = now_ns();
		int err;

		if (f->opened == f->wanted)
			return 1;
		err = connect_once(lab);
		if (err == -EADDRNOTAVAIL)
			return 0;
		if (err)
			return lab_fail(lab, "connect: %s", strerror(-err));
		f->opened++;
		f->sum_ns += at - f->start;
	}
	return 0;
}

/*
 * Every port is used twice, and the time between is how long it was taken:
 * over all ports, the sum of the second times less the sum of the first.
 */
static int use_ports_twice(struct lab *lab)
{
	long length = lab->options.time_wait_ms >= 0 ?
		      lab->options.time_wait_ms : KERNEL_MS;
	struct filling first = { .wanted = PORTS, .start = now_ns() };
	struct filling second = { .wanted = PORTS, .start = first.start };
	double taken_ms, rate, formula;
	int err;

	if (lab_wait(lab, "every port of B to be used", 60, fill, &first))
		return -1;
	err = connect_once(lab);
	/* Where the length is that short, the first port is free already. */
	if (err != -EADDRNOTAVAIL && length >= 10000)
		return lab_fail(lab, "one more connect gave \"%s\" instead of \"%s\"",
				strerror(-err), strerror(EADDRNOTAVAIL));
	if (!err) {
		second.opened++;
		second.sum_ns += now_ns() - second.start;
	}
	if (lab_wait(lab, "every port of B to be used again",
		     length / 1000 + 60, fill, &second))
		return -1;
	taken_ms = (double)(second.sum_ns - first.sum_ns) / PORTS / 1000000;
	rate = PORTS * 1000 / taken_ms;
	formula = PORTS * 1000.0 / length;
	snprintf(lab->result, sizeof(lab->result),
		 "%d ports / %.1f s = %.1f connections a second to one destination; measured %.1f\n"
		 "with the usual 28232 ports: %.0f a second",
		 PORTS, (double)length / 1000, formula, rate,
		 28232 * 1000.0 / length);
	if (rate < formula * 0.95 || rate > formula * 1.05)
		return lab_fail(lab, "%.1f connections a second instead of %.1f",
				rate, formula);
	lab->checks++;
	return 0;
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
		.no_capture = 1,
		.rto_min_ms = KERNEL_RTO_MIN,
		.peer = { { .side = A, .server = 3 } },
		.steps = (const struct step[]){
			SYSCTL(B, "net/ipv4/ip_local_port_range=" PORT_RANGE),
			START(0),
			CALL(use_ports_twice),
			{ STEP_END }
		},
	},
	{ .name = NULL }
};
