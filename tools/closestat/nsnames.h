/* SPDX-License-Identifier: GPL-2.0 */
/* The names of network namespaces, which the kernel knows by their inodes. */
#ifndef CLOSESTAT_NSNAMES_H
#define CLOSESTAT_NSNAMES_H

#include "lib/util.h"

#include <stddef.h>

struct nsname {
	u64 inode;
	char *name;
	int pid;	/* of the process it is named for, 0 for a name of /run/netns */
};

struct nsnames {
	struct nsname *v;
	size_t n;
};

/**
 * nsnames_read - collect the names of all namespaces that have one
 * @names: filled; to be released with nsnames_free()
 *
 * The name is that of /run/netns, else that of the container, pod or service that the process of
 * the lowest id in the namespace belongs to, else "command/pid" of that process. Processes that
 * the caller may not look at are passed over, and closestat's own.
 */
void nsnames_read(struct nsnames *names);

/**
 * nsnames_lookup - the name of a namespace
 * @names: where
 * @inode: of the namespace
 *
 * Return: the name, NULL if there is none.
 */
const char *nsnames_lookup(const struct nsnames *names, u64 inode);

/**
 * nsnames_find - what a namespace is called
 * @names: where
 * @inode: of the namespace, 0 for the dead ones
 *
 * Return: the name; "dead" for 0, "-" for one without a name or process.
 */
const char *nsnames_find(const struct nsnames *names, u64 inode);

/**
 * nsnames_free - release what nsnames_read() filled
 * @names: may be zeroed
 */
void nsnames_free(struct nsnames *names);

/**
 * nsnames_own_inode - the network namespace the thread is in
 *
 * Return: its inode, 0 if that cannot be told.
 */
u64 nsnames_own_inode(void);

#endif
