/* SPDX-License-Identifier: GPL-2.0 */
/* Parser of /proc/tcp_closestat_all_hist. Pure. */
#ifndef CLOSESTAT_HISTBLOCKS_H
#define CLOSESTAT_HISTBLOCKS_H

#include "hist.h"
#include "lib/util.h"

#include <stddef.h>

/* The histograms of one namespace, or of all dead ones together. */
struct histblock {
	u64 inode;	/* of the namespace; 0 for the dead ones */
	struct hists hists;
};

struct histblocks {
	struct histblock *v;
	size_t n;
};

/**
 * histblocks_parse - read blocks of a "netns INODE" or "netns dead" line, rows as hists_parse()
 * reads them, an empty line
 * @text: the blocks; changed and to be kept as long as @blocks
 * @len: bytes in @text
 * @blocks: filled, every histogram with all bounds; to be released with histblocks_free()
 *
 * The file leaves out rows that tell nothing, and states that no connection has left. The block of
 * the dead and its empty line have to be the last: a file cut short is never taken for a whole one.
 *
 * Return: 0, -EINVAL if that is not such a file, -ENOMEM.
 */
int histblocks_parse(char *text, size_t len, struct histblocks *blocks);

/**
 * histblocks_free - release what histblocks_parse() filled
 * @blocks: may be zeroed
 */
void histblocks_free(struct histblocks *blocks);

#endif
