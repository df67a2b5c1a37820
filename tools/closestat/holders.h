/* SPDX-License-Identifier: GPL-2.0 */
/* Which processes hold which sockets. */
#ifndef CLOSESTAT_HOLDERS_H
#define CLOSESTAT_HOLDERS_H

#include "lib/procfile.h"
#include "lib/util.h"

#include <stddef.h>

struct holder {
	int pid;
	char command[COMMAND_SIZE];
	size_t n;	/* how many of the sockets it holds */
};

struct holders {
	struct holder *v;	/* those that hold most first */
	size_t n;
};

/**
 * holders_read - find the processes that hold some of the given sockets
 * @inodes: of the sockets; sorted by this
 * @n: how many
 * @holders: filled; to be released with holders_free()
 *
 * Processes that the caller may not look into are passed over. A socket that several processes
 * share counts for each.
 */
void holders_read(u32 *inodes, size_t n, struct holders *holders);

/**
 * holders_free - release what holders_read() filled
 * @holders: may be zeroed
 */
void holders_free(struct holders *holders);

#endif
