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

/* What a file says of one namespace. */
struct block_rows {
	u64 inode;	/* of the namespace; 0 for the dead ones */
	char *text;	/* whole lines, or none; not terminated */
	size_t len;
};

/**
 * block_take - read one block: a "netns INODE" or "netns dead" line, lines, an empty line
 * @text: where it begins; moved behind it. The header is changed
 * @end: of the file; the last empty line may be missing
 * @block: filled
 *
 * Return: 0, or -EINVAL if there is no such header.
 */
int block_take(char **text, char *end, struct block_rows *block);

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
