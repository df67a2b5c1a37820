/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Load that does not care how it fares: requests begin at a fixed rate, each on a
 * connection of its own, whatever becomes of those before.
 */
#ifndef CLOSELAB_LOAD_H
#define CLOSELAB_LOAD_H

#include "lib/util.h"
#include "peer.h"

#include <stdbool.h>

/* More than that under way at a time count as failed. */
#define LOAD_MOST 256

/**
 * struct load - requests, and what became of them
 * @ns: where the client is
 * @to: where the server is
 * @rate: how many begin in a second
 * @begun: how many have begun
 * @answered: how many got "200"
 * @failed: how many got another answer, or none
 * @start: of the first, monotonic, microseconds
 * @request: those under way
 */
struct load {
	int ns;
	union addr to;
	unsigned int rate;
	unsigned int begun;
	unsigned int answered;
	unsigned int failed;
	u64 start;
	struct request {
		int fd;		/* -1: none */
		bool sent;
		size_t len;
		char status[12];
	} request[LOAD_MOST];
};

/**
 * load_begin() - get ready
 * @load: with @ns, @to and @rate set
 */
void load_begin(struct load *load);

/**
 * load_run() - go on for a while
 * @load: begun
 * @until: monotonic, microseconds
 *
 * Return: 0, or -errno: the client's namespace cannot be entered.
 */
int load_run(struct load *load, u64 until);

/**
 * load_end() - let go what is under way
 * @load: begun
 */
void load_end(struct load *load);

#endif
