// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *bytes)
{
	size_t len = strlen(bytes);
	char *text = malloc(len ? len : 1);
	struct blocks b;
	int ret;

	memcpy(text, bytes, len);
	ret = blocks_parse(text, len, &b);
	if (!ret)
		blocks_free(&b);
	EXPECT(!b.v && !b.n);
	free(text);
	return ret;
}

static void blocks_are_read(void)
{
	char text[] = "netns 4026531840\nversion 1\nended 5\n\n"
		"netns 4026532000\nversion 1\n\n"
		"netns dead\nversion 1\nended 7\ntime_wait 0\n\n";
	struct blocks b;

	EXPECT(!blocks_parse(text, strlen(text), &b));
	EXPECT(b.n == 3);
	EXPECT(b.v[0].inode == 4026531840 && counters_value(&b.v[0].counters, "ended") == 5);
	EXPECT(b.v[1].inode == 4026532000 && b.v[1].counters.n == 1);
	EXPECT(b.v[2].inode == 0 && counters_value(&b.v[2].counters, "ended") == 7);
	blocks_free(&b);
}

static void the_last_empty_line_may_be_missing(void)
{
	EXPECT(!parse("netns dead\nversion 1\nended 7\n"));
	EXPECT(!parse("netns dead\nversion 1\nended 7\n\n"));
}

static void many_blocks(void)
{
	size_t size = 5000 * 48, used = 0;
	char *text = malloc(size);
	struct blocks b;

	for (int i = 1; i < 5000; i++)
		used += sprintf(text + used, "netns %d\nversion 1\nended %d\n\n", i, i);
	used += sprintf(text + used, "netns dead\nversion 1\n\n");
	EXPECT(!blocks_parse(text, used, &b));
	EXPECT(b.n == 5000 && counters_value(&b.v[4998].counters, "ended") == 4999);
	blocks_free(&b);
	free(text);
}

static void broken_files(void)
{
	EXPECT(parse("") == -EINVAL);
	EXPECT(parse("\n") == -EINVAL);
	EXPECT(parse("netns") == -EINVAL);
	EXPECT(parse("netns\040\n") == -EINVAL);
	EXPECT(parse("netns dead") == -EINVAL);
	EXPECT(parse("netns dead\n") == -EINVAL);
	EXPECT(parse("netns dead\n\n") == -EINVAL);
	EXPECT(parse("netns 0\nversion 1\n\nnetns dead\nversion 1\n\n") == -EINVAL);
	EXPECT(parse("netns x\nversion 1\n\nnetns dead\nversion 1\n\n") == -EINVAL);
	EXPECT(parse("netns 5 6\nversion 1\n\nnetns dead\nversion 1\n\n") == -EINVAL);
	EXPECT(parse("netns dead\nversion 1\n\nnetns 5\nversion 1\n\n") == -EINVAL);
	EXPECT(parse("netns dead\nversion 2\n\n") == -EPROTO);
	/* Cut short: without the dead, in the middle of a row. */
	EXPECT(parse("netns 5\nversion 1\nended 5\n\n") == -EINVAL);
	EXPECT(parse("netns 5\nversion 1\nended 5\n\nnetns dead\nversion 1\nended 1") == -EINVAL);
}

int main(void)
{
	tap_begin(4);
	RUN(blocks_are_read);
	RUN(the_last_empty_line_may_be_missing);
	RUN(many_blocks);
	RUN(broken_files);
	return tap_end();
}
