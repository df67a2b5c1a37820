// SPDX-License-Identifier: GPL-2.0
#include "blocks.h"

#include "lib/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "netns "

/* Reads the "netns ..." line at *text and moves past it. */
static int take_header(char **text, char *end, u64 *inode)
{
	char *newline = memchr(*text, '\n', end - *text);
	char *id = *text + strlen(HEADER);

	if (!newline || newline < id || memcmp(*text, HEADER, strlen(HEADER)))
		return -EINVAL;
	*newline = '\0';
	if (strlen(id) != (size_t)(newline - id))
		return -EINVAL;
	*text = newline + 1;
	*inode = 0;
	if (!strcmp(id, "dead"))
		return 0;
	return parse_u64(id, inode) || !*inode ? -EINVAL : 0;
}

/* The end of the block's counters: where its empty line begins, or the end of the file. */
static char *end_of_rows(char *text, char *end)
{
	char *empty = end - text >= 2 ? memmem(text, end - text, "\n\n", 2) : NULL;

	return empty ? empty + 1 : end;
}

static struct block *append(struct blocks *b)
{
	/* Grows at each power of two. */
	if (!(b->n & (b->n - 1))) {
		struct block *more = realloc(b->v, (b->n ? b->n * 2 : 1) * sizeof(*more));

		if (!more)
			return NULL;
		b->v = more;
	}
	b->v[b->n] = (struct block){ 0 };
	return &b->v[b->n++];
}

static int parse_all(char *text, char *end, struct blocks *blocks)
{
	struct block *block = NULL;

	while (text < end) {
		char *rows_end;
		u64 inode;
		int ret;

		/* Nothing follows the dead. */
		if (block && !block->inode)
			return -EINVAL;
		ret = take_header(&text, end, &inode);
		if (ret)
			return ret;
		block = append(blocks);
		if (!block)
			return -ENOMEM;
		block->inode = inode;
		rows_end = end_of_rows(text, end);
		ret = counters_parse(text, rows_end - text, &block->counters);
		if (ret)
			return ret;
		text = rows_end < end ? rows_end + 1 : end;
	}
	return block && !block->inode ? 0 : -EINVAL;
}

int blocks_parse(char *text, size_t len, struct blocks *blocks)
{
	int ret;

	*blocks = (struct blocks){ 0 };
	ret = parse_all(text, text + len, blocks);
	if (ret)
		blocks_free(blocks);
	return ret;
}

void blocks_free(struct blocks *blocks)
{
	for (size_t i = 0; i < blocks->n; i++)
		counters_free(&blocks->v[i].counters);
	free(blocks->v);
	*blocks = (struct blocks){ 0 };
}
