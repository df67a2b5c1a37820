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

static int add(const struct block_rows *rows, void *data)
{
	struct histblock *block = append(data);
	int ret;

	if (!block)
		return -ENOMEM;
	block->inode = rows->inode;
	ret = hists_parse(rows->text, rows->len, &block->hists);
	for (size_t i = 0; !ret && i < block->hists.n; i++)
		ret = hist_fill(&block->hists.v[i]);
	return ret;
}

int histblocks_parse(char *text, size_t len, struct histblocks *blocks)
{
	int ret;

	*blocks = (struct histblocks){ 0 };
	if (len < 2 || text[len - 1] != '\n' || text[len - 2] != '\n')
		return -EINVAL;
	ret = blocks_each(text, text + len, add, blocks);
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
