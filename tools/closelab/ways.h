/* SPDX-License-Identifier: GPL-2.0 */
/* Ways to run a proxy, measured side by side under load, each in a lab of its own. */
#ifndef CLOSELAB_WAYS_H
#define CLOSELAB_WAYS_H

#include "lab.h"
#include "load.h"
#include "proxies.h"

#define KERNEL_MS 60000

/* At most */
#define WAYS 8
#define WAY_SECONDS 600

/**
 * struct way - one way to run a proxy, and what came of it
 * @title: for people
 * @proxy: which
 * @time_wait_ms: length of TIME_WAIT
 * @rate: requests that begin in a second
 * @ports: that the proxy has
 * @seconds: how long
 * @second: what became of the requests of each
 */
struct way {
	char title[64];
	const struct proxy *proxy;
	long time_wait_ms;
	unsigned int rate;
	unsigned int ports;
	unsigned int seconds;
	struct second second[WAY_SECONDS];
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
 * @way: of ways_new(), filled in but for @second
 * @count: how many
 *
 * Return: an exit code.
 */
int ways_run(const struct lab_options *options, struct way *way, int count);

/**
 * ways_free() - give that room back
 * @way: of ways_new()
 * @count: as there
 */
void ways_free(struct way *way, int count);

#endif
