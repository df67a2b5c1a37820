/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to run a proxy, measured side by side under load, each in a lab of its own. */
#ifndef CLOSELAB_WAYS_H
#define CLOSELAB_WAYS_H

#include "lab.h"
#include "load.h"
#include "proxies.h"

#define KERNEL_MS 60000

/* At most */
#define WAYS 64
#define WAY_SECONDS 600

/* tcp_tw_reuse: as it is, or 0, 1 and 2, a third of the time each */
#define REUSE_AS_IT_IS -1
#define REUSE_EACH -2

/**
 * struct way - one way to run a proxy, and what came of it
 * @title: for people
 * @proxy: which; NULL: none, the client is B
 * @scenario: that of the lab, where there is no proxy
 * @check: what must have come of it; 0, or -1 after lab_fail(). Or NULL
 * @time_wait_ms: length of TIME_WAIT
 * @tw_reuse: tcp_tw_reuse of the proxy, or REUSE_*
 * @rate: requests that begin in a second
 * @ports: that the proxy has; 0: as many as there are
 * @turn: as of struct load
 * @seconds: how long
 * @timeout_ms: after how long a client gives up, 0: never
 * @second: what became of the requests of each
 * @sum: and of all
 * @no_port: how often the proxy's log says EADDRNOTAVAIL
 */
struct way {
	char title[64];
	const struct proxy *proxy;
	const struct scenario *scenario;
	int (*check)(struct lab *lab, const struct way *way);
	long time_wait_ms;
	int tw_reuse;
	unsigned int rate;
	unsigned int ports;
	unsigned int turn;
	unsigned int seconds;
	unsigned int timeout_ms;
	struct second second[WAY_SECONDS];
	struct load_sum sum;
	unsigned int no_port;
};

/**
 * ways_new() - room that the processes share
 * @count: for how many, at most WAYS
 *
 * Return: cleared; NULL after a complaint.
 */
struct way *ways_new(int count);

/**
 * ways_run() - measure all of them at once, as most of it is waiting
 * @options: of the lab, but for the length of TIME_WAIT
 * @way: of ways_new(), filled in but for what came of it
 * @count: how many
 *
 * Return: an exit code.
 */
int ways_run(const struct lab_options *options, struct way *way, int count);

/**
 * ways_measure() - the load, as a step of a way's scenario
 * @lab: the lab
 *
 * Return: 0; -1 after lab_fail().
 */
int ways_measure(struct lab *lab);

/**
 * ways_free() - give that room back
 * @way: of ways_new()
 * @count: as there
 */
void ways_free(struct way *way, int count);

#endif
