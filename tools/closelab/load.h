/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load that does not care how it fares: requests begin at a fixed rate, each on a
 * connection of its own, whatever becomes of those before.
 */
#ifndef CLOSELAB_LOAD_H
#define CLOSELAB_LOAD_H

#include "lib/util.h"
#include "peer.h"
#include "tcpstate.h"

#include <stdbool.h>

/* More than that under way at a time count as failed. */
#define LOAD_MOST 256

/**
 * struct second - what became of the requests of a second
 * @answered: those that got "200"
 * @failed: those that got another answer, or none
 * @time_wait: TIME_WAITs of the proxy towards the server, at its end
 * @state: where there is no proxy, connections of A and of B in each state, at its end
 */
struct second {
	unsigned int answered;
	unsigned int failed;
	unsigned int time_wait;
	unsigned int state[2][ST_COUNT];
};

/**
 * struct load_sum - what became of all requests
 * @answered: those that got "200"
 * @refused: those that got "502" or "503"
 * @lost: those that got another answer, or none
 * @answer_us: how long those took together that were answered
 * @late_us: by how much a request began after its time, at most
 * @turns: how often as many were answered as a turn has
 * @first_us: when the last one of the first turn began, microseconds
 * @last_us: when the last one of the last whole turn did
 */
struct load_sum {
	unsigned int answered;
	unsigned int refused;
	unsigned int lost;
	u64 answer_us;
	u64 late_us;
	unsigned int turns;
	u64 first_us;
	u64 last_us;
};

/**
 * struct load_request - a request under way
 * @fd: its connection, -1: none
 * @number: of those that have begun before
 * @begun: when, monotonic, microseconds
 * @sent: whether it is
 * @len: how much of the answer's beginning there is
 * @status: that beginning
 */
struct load_request {
	int fd;
	unsigned int number;
	u64 begun;
	bool sent;
	size_t len;
	char status[12];
};

/**
 * struct load - requests, and what became of them
 * @ns: where the client is
 * @to: where the server is
 * @rate: how many begin in a second
 * @seconds: for how long
 * @timeout_us: after how long a client gives up, 0: never
 * @second: of each, what became of the requests that were due in it, @seconds of them
 * @sum: of all
 * @turn: how many answers are a turn, such as one from each port; 0: none are
 * @begun: how many have begun
 * @start: of the first, monotonic, microseconds
 * @request: those under way
 */
struct load {
	int ns;
	union addr to;
	unsigned int rate;
	unsigned int seconds;
	u64 timeout_us;
	struct second *second;
	struct load_sum *sum;
	unsigned int turn;
	unsigned int begun;
	u64 start;
	struct load_request request[LOAD_MOST];
};

/**
 * load_begin() - get ready
 * @load: with @ns, @to, @rate, @seconds, @second, @sum and @turn set
 */
void load_begin(struct load *load);

/**
 * load_run() - continue for a while
 * @load: begun
 * @until: monotonic, microseconds
 *
 * Return: 0, or -errno: the client's namespace cannot be entered.
 */
int load_run(struct load *load, u64 until);

/**
 * load_under_way() - whether there are requests without an answer
 * @load: begun
 *
 * Return: true: there are.
 */
bool load_under_way(const struct load *load);

/**
 * load_end() - abandon what is under way: it has failed
 * @load: begun
 */
void load_end(struct load *load);

#endif
