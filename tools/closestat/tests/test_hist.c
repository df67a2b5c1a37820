// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../hist.h"
#include "../histblocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *bytes)
{
	size_t len = strlen(bytes);
	char *text = malloc(len ? len : 1);
	struct hists h;
	int ret;

	memcpy(text, bytes, len);
	ret = hists_parse(text, len, &h);
	if (!ret)
		hists_free(&h);
	EXPECT(!h.v && !h.n);
	free(text);
	return ret;
}

#define TAIL "a inf 9\na sum_us 100\na count 9\n"

static void histograms_are_read(void)
{
	char text[] = "fin_wait1 1 0\nfin_wait1 2 3\nfin_wait1 inf 5\n"
		"fin_wait1 sum_us 77\nfin_wait1 count 5\n"
		"new inf 0\nnew sum_us 0\nnew count 0\n";
	struct hists h;

	EXPECT(!hists_parse(text, strlen(text), &h));
	EXPECT(h.n == 2);
	EXPECT(!strcmp(h.v[0].state, "fin_wait1") && h.v[0].n == 2);
	EXPECT(h.v[0].buckets[1].le_us == 2 && h.v[0].buckets[1].count == 3);
	EXPECT(h.v[0].count == 5 && h.v[0].sum_us == 77);
	EXPECT(!strcmp(h.v[1].state, "new") && h.v[1].n == 0 && h.v[1].count == 0);
	hists_free(&h);
}

static void broken_files(void)
{
	EXPECT(!parse(""));
	EXPECT(!parse("a 1 2\na 2 9\n" TAIL));
	EXPECT(parse("\n") == -EINVAL);
	EXPECT(parse("a 1\n" TAIL) == -EINVAL);
	EXPECT(parse("a 1 2 3\n" TAIL) == -EINVAL);
	EXPECT(parse("a  1 2\n" TAIL) == -EINVAL);
	EXPECT(parse("a 1 x\n" TAIL) == -EINVAL);
	EXPECT(parse("a x 1\n" TAIL) == -EINVAL);
	EXPECT(parse("a\"b 1 2\n") == -EINVAL);
	/* Bounds that do not grow, counts that shrink, a total that is not the last. */
	EXPECT(parse("a 2 1\na 2 1\n" TAIL) == -EINVAL);
	EXPECT(parse("a 2 1\na 1 1\n" TAIL) == -EINVAL);
	EXPECT(parse("a 1 5\na 2 4\n" TAIL) == -EINVAL);
	EXPECT(parse("a 1 10\n" TAIL) == -EINVAL);
	EXPECT(parse("a inf 9\na sum_us 100\na count 8\n") == -EINVAL);
	/* Out of order, cut short, mixed. */
	EXPECT(parse("a sum_us 1\na inf 9\na count 9\n") == -EINVAL);
	EXPECT(parse("a inf 9\na 1 9\n") == -EINVAL);
	EXPECT(parse("a inf 9\na inf 9\n") == -EINVAL);
	EXPECT(parse("a 1 2\n") == -EINVAL);
	EXPECT(parse("a inf 9\na sum_us 100\n") == -EINVAL);
	EXPECT(parse("a inf 9\na sum_us 100\na count 9") == -EINVAL);
	EXPECT(parse("a 1 2\nb 2 2\n" TAIL) == -EINVAL);
}

static void quantiles(void)
{
	struct bucket buckets[] = { { 1, 0 }, { 2, 0 }, { 4, 10 }, { 8, 20 }, { 16, 20 } };
	struct hist h = { .buckets = buckets, .n = ARRAY_SIZE(buckets), .count = 20 };
	struct hist empty = { .n = 0 };

	EXPECT(hist_quantile(&h, 0.5) == 4);
	EXPECT(hist_quantile(&h, 0.25) == 3);
	EXPECT(hist_quantile(&h, 0.75) == 6);
	EXPECT(hist_quantile(&h, 1) == 8);
	EXPECT(hist_quantile(&h, 0) == 2);
	EXPECT(hist_quantile(&empty, 0.5) == 0);
	/* Half of them beyond the last bound. */
	h.count = 40;
	EXPECT(hist_quantile(&h, 0.5) == 8);
	EXPECT(hist_quantile(&h, 0.9) == 16);
}

static void what_is_left_out_is_added(void)
{
	char text[] = "a 2 3\na 5 4\na 8 6\na 1099511627776 9\na inf 9\na sum_us 7\na count 9\n";
	struct hists h;
	u64 last = 0;

	EXPECT(!hists_parse(text, strlen(text), &h) && h.n == 1);
	EXPECT(!hist_fill(&h.v[0]));
	/* Those of the module, one that is no power of two, and one beyond. */
	EXPECT(h.v[0].n == 37 + 2);
	for (size_t i = 0; i < h.v[0].n; i++) {
		const struct bucket *b = &h.v[0].buckets[i];

		EXPECT(b->le_us > last);
		last = b->le_us;
		EXPECT(b->count == (last < 2 ? 0u : last < 5 ? 3u : last < 8 ? 4u :
				    last < 1ULL << 40 ? 6u : 9u));
	}
	EXPECT(last == 1ULL << 40 && h.v[0].buckets[36].le_us == 1ULL << 35);
	hists_free(&h);
}

#define BLOCK "a 2 3\na inf 9\na sum_us 100\na count 9\n"

static int parse_blocks(const char *bytes)
{
	size_t len = strlen(bytes);
	char *text = malloc(len ? len : 1);
	struct histblocks b;
	int ret;

	memcpy(text, bytes, len);
	ret = histblocks_parse(text, len, &b);
	if (!ret)
		histblocks_free(&b);
	EXPECT(!b.v && !b.n);
	free(text);
	return ret;
}

static void blocks_are_read(void)
{
	char text[] = "netns 7\n\nnetns 9\n" BLOCK
		"\nnetns dead\nb inf 0\nb sum_us 0\nb count 0\n\n";
	struct histblocks b;

	EXPECT(!histblocks_parse(text, strlen(text), &b));
	EXPECT(b.n == 3 && b.v[0].inode == 7 && b.v[1].inode == 9 && !b.v[2].inode);
	EXPECT(b.v[0].hists.n == 0 && b.v[1].hists.n == 1 && b.v[2].hists.n == 1);
	EXPECT(b.v[1].hists.v[0].n == 37 && b.v[1].hists.v[0].buckets[36].count == 3);
	EXPECT(b.v[1].hists.v[0].count == 9 && !strcmp(b.v[2].hists.v[0].state, "b"));
	histblocks_free(&b);
}

static void broken_blocks(void)
{
	EXPECT(!parse_blocks("netns dead\n\n"));
	EXPECT(!parse_blocks("netns 5\n\nnetns dead\n" BLOCK "\n"));
	EXPECT(parse_blocks("") == -EINVAL);
	EXPECT(parse_blocks("\n\n") == -EINVAL);
	EXPECT(parse_blocks("netns 0\n\nnetns dead\n\n") == -EINVAL);
	EXPECT(parse_blocks("netns 5 6\n\nnetns dead\n\n") == -EINVAL);
	EXPECT(parse_blocks("netns dead\n\nnetns 5\n\n") == -EINVAL);
	EXPECT(parse_blocks("netns 5\nb 1 x\n\nnetns dead\n\n") == -EINVAL);
	/* Cut short: without the dead, behind one of its states, in the middle of a row. */
	EXPECT(parse_blocks("netns 5\n\n") == -EINVAL);
	EXPECT(parse_blocks("netns 5\n\nnetns dead\n") == -EINVAL);
	EXPECT(parse_blocks("netns 5\n\nnetns dead\n" BLOCK) == -EINVAL);
	EXPECT(parse_blocks("netns 5\n\nnetns dead\na 2 3\n\n") == -EINVAL);
}

int main(void)
{
	tap_begin(6);
	RUN(histograms_are_read);
	RUN(broken_files);
	RUN(quantiles);
	RUN(what_is_left_out_is_added);
	RUN(blocks_are_read);
	RUN(broken_blocks);
	return tap_end();
}
