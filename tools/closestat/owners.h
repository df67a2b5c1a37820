/* SPDX-License-Identifier: GPL-2.0 */
/* Which processes hold which sockets. */
#ifndef CLOSESTAT_OWNERS_H
#define CLOSESTAT_OWNERS_H

#include "lib/procfile.h"
#include "lib/util.h"

#include <stddef.h>

struct owner {
	u32 inode;	/* of the socket */
	int pid;
	int fd;
	char command[COMMAND_SIZE];
};

struct owners {
	struct owner *v;	/* by inode, then by process id */
	size_t n;
};

/**
 * owners_read - find the processes that hold some of the given sockets
 * @inodes: of the sockets; sorted by this
 * @n: how many
 * @owners: filled, an entry for each socket and process; to be released with owners_free()
 *
 * Processes that the caller may not look into are passed over.
 */
void owners_read(u32 *inodes, size_t n, struct owners *owners);

/**
 * owners_find - the process that holds a socket
 * @owners: where
 * @inode: of the socket
 *
 * Return: the one of the lowest id, NULL if there is none.
 */
const struct owner *owners_find(const struct owners *owners, u32 inode);

/**
 * owners_free - release what owners_read() filled
 * @owners: may be zeroed
 */
void owners_free(struct owners *owners);

#endif
