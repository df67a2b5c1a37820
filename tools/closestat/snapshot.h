/* SPDX-License-Identifier: GPL-2.0 */
/* The counters at one moment, of one namespace or of all. */
#ifndef CLOSESTAT_SNAPSHOT_H
#define CLOSESTAT_SNAPSHOT_H

#include "blocks.h"

#include <stdbool.h>

struct snapshot {
	struct blocks module;	/* one block unless all namespaces were asked for */
	struct counters kernel;	/* of the kernel's own counters those about closing */
	bool all;
	double seconds;		/* monotonic clock */
	char *text;		/* what the names in @module point into */
	char *netstat;		/* /proc/net/netstat of one namespace, NULL if it is not there */
};

/**
 * snapshot_read - read the namespace the thread is in
 * @snapshot: filled; to be released with snapshot_free()
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int snapshot_read(struct snapshot *snapshot);

/**
 * snapshot_load - the same, without messages
 * @snapshot: filled; to be released with snapshot_free(), zeroed if it could not be read
 *
 * Return: 0, -ENOENT if the module is not loaded, or what else failed as a negative errno.
 */
int snapshot_load(struct snapshot *snapshot);

/**
 * snapshot_read_all - read all namespaces, without the kernel's own counters
 * @snapshot: filled; to be released with snapshot_free()
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int snapshot_read_all(struct snapshot *snapshot);

/**
 * snapshot_load_all - the same, without messages
 * @snapshot: filled; to be released with snapshot_free(), zeroed if it could not be read
 *
 * Return: 0, -ENOENT if the module is not loaded, or what else failed as a negative errno.
 */
int snapshot_load_all(struct snapshot *snapshot);

/**
 * snapshot_read_kernel - read the kernel's own counters about closing
 * @kernel: filled with those of the namespace the thread is in; to be released with counters_free()
 *
 * A counter that this kernel does not have is left out.
 *
 * Return: 0 or -ENOMEM.
 */
int snapshot_read_kernel(struct counters *kernel);

/**
 * snapshot_free - release a snapshot
 * @snapshot: may be zeroed
 */
void snapshot_free(struct snapshot *snapshot);

/**
 * snapshot_find - find the counters of a namespace
 * @snapshot: where
 * @inode: of the namespace, 0 for the dead ones or for the one there is
 *
 * Return: its block, NULL if there is none.
 */
const struct block *snapshot_find(const struct snapshot *snapshot, u64 inode);

#endif
