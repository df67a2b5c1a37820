// SPDX-License-Identifier: GPL-2.0
#include "histblocks.h"

#include "blocks.h"

#include <errno.h>
#include <stdlib.h>

static struct histblock *append(struct histblocks *b)
{
	/* Grows at each power of two. */
	if (!(b->n & (b->n - 1))) {
		struct histblock *more = realloc(b->v, (b->n ? b->n * 2 : 1) * sizeof(*more));

		if (!more)
			return NULL;
		b->v = more;
	}
	b->v[b->n] = (struct histblock){ 0 };
	return &b->v[b->n++];
}

static int parse_block(const struct block_rows *rows, struct histblock *block)
{
	int ret = hists_parse(rows->text, rows->len, &block->hists);

	block->inode = rows->inode;
	for (size_t i = 0; !ret && i < block->hists.n; i++)
		ret = hist_fill(&block->hists.v[i]);
	return ret;
}

static int parse_all(char *text, char *end, struct histblocks *blocks)
{
	struct histblock *block = NULL;

	if (end - text < 2 || end[-1] != '\n' || end[-2] != '\n')
		return -EINVAL;
	while (text < end) {
		struct block_rows rows;
		int ret;

		/* Nothing follows the dead. */
		if (block && !block->inode)
			return -EINVAL;
		ret = block_take(&text, end, &rows);
		if (ret)
			return ret;
		block = append(blocks);
		if (!block)
			return -ENOMEM;
		ret = parse_block(&rows, block);
		if (ret)
			return ret;
	}
	return block && !block->inode ? 0 : -EINVAL;
}

int histblocks_parse(char *text, size_t len, struct histblocks *blocks)
{
	int ret;

	*blocks = (struct histblocks){ 0 };
	ret = parse_all(text, text + len, blocks);
	if (ret)
		histblocks_free(blocks);
	return ret;
}

void histblocks_free(struct histblocks *blocks)
{
	for (size_t i = 0; i < blocks->n; i++)
		hists_free(&blocks->v[i].hists);
	free(blocks->v);
	*blocks = (struct histblocks){ 0 };
}
