/* SPDX-License-Identifier: GPL-2.0 */
/* Parser of /proc/tcp_closestat_all, and of what it has in common with other files. Pure. */
#ifndef CLOSESTAT_BLOCKS_H
#define CLOSESTAT_BLOCKS_H

#include "lib/counters.h"
#include "lib/util.h"

#include <stddef.h>

/* The counters of one namespace, or of all dead ones together. */
struct block {
	u64 inode;	/* of the namespace; 0 for the dead ones */
	struct counters counters;
};

struct blocks {
	struct block *v;
	size_t n;
};

/* The part of a file about one namespace. */
struct block_rows {
	u64 inode;	/* of the namespace; 0 for the dead ones */
	char *text;	/* whole lines, or none; not terminated */
	size_t len;
};

/**
 * blocks_each - read blocks of a "netns INODE" or "netns dead" line, lines, an empty line
 * @text: the blocks; the headers are changed
 * @end: of them
 * @call: called with each
 * @data: passed to @call
 *
 * The block of the dead has to be there and to be the last.
 *
 * Return: 0, -EINVAL if these are no such blocks, or what the first @call that failed returned.
 */
int blocks_each(char *text, char *end, int (*call)(const struct block_rows *rows, void *data),
		void *data);

/**
 * blocks_parse - read blocks of a "netns INODE" or "netns dead" line, "name value" lines, an empty
 * line
 * @text: the blocks; changed and to be kept as long as @blocks
 * @len: bytes in @text
 * @blocks: filled; to be released with blocks_free()
 *
 * The block of the dead has to be there and to be the last: a file cut short is never taken for a
 * whole one.
 *
 * Return: 0, -EINVAL if that is not such a file, -EPROTO if it is of another version, -ENOMEM.
 */
int blocks_parse(char *text, size_t len, struct blocks *blocks);

/**
 * blocks_free - release what blocks_parse() filled
 * @blocks: may be zeroed
 */
void blocks_free(struct blocks *blocks);

#endif
