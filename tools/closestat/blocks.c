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

/*
 * Reads one block: a header, lines, an empty line, which may be missing where the file ends; and
 * moves past it.
 */
static int take_block(char **text, char *end, struct block_rows *block)
{
	int ret = take_header(text, end, &block->inode);
	char *empty;

	if (ret)
		return ret;
	block->text = *text;
	if (*text < end && **text == '\n')
		empty = *text - 1;
	else
		empty = end - *text >= 2 ? memmem(*text, end - *text, "\n\n", 2) : NULL;
	block->len = (empty ? empty + 1 : end) - *text;
	*text = empty ? empty + 2 : end;
	return 0;
}

int blocks_each(char *text, char *end, int (*call)(const struct block_rows *rows, void *data),
		void *data)
{
	struct block_rows rows = { .inode = 1 };
	int ret;

	while (text < end) {
		/* Nothing follows the dead. */
		if (!rows.inode)
			return -EINVAL;
		ret = take_block(&text, end, &rows) ?: call(&rows, data);
		if (ret)
			return ret;
	}
	return rows.inode ? -EINVAL : 0;
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

static int add(const struct block_rows *rows, void *data)
{
	struct block *block = append(data);

	if (!block)
		return -ENOMEM;
	block->inode = rows->inode;
	return counters_parse(rows->text, rows->len, &block->counters);
}

int blocks_parse(char *text, size_t len, struct blocks *blocks)
{
	int ret;

	*blocks = (struct blocks){ 0 };
	ret = blocks_each(text, text + len, add, blocks);
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
