// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "lib/counters.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* From a buffer of exactly its size, so that a checker sees any step beyond. */
static int parse_bytes(const char *bytes, size_t len)
{
	char *text = malloc(len ? len : 1);
	struct counters c;
	int ret;

	memcpy(text, bytes, len);
	ret = counters_parse(text, len, &c);
	if (!ret)
		counters_free(&c);
	EXPECT(!c.rows && !c.n);
	free(text);
	return ret;
}

static int parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void rows_are_read(void)
{
	char text[] = "version 1\nended 5\nended_active_fin 18446744073709551615\ntime_wait 0\n";
	struct counters c;

	EXPECT(!counters_parse(text, strlen(text), &c));
	EXPECT(c.n == 4);
	EXPECT(counters_value(&c, "ended") == 5);
	EXPECT(counters_value(&c, "ended_active_fin") == ULLONG_MAX);
	EXPECT(counters_find(&c, "time_wait") && !counters_value(&c, "time_wait"));
	EXPECT(counters_value(&c, "version") == 1);
	EXPECT(!counters_find(&c, "end"));
	EXPECT(!counters_value(&c, "end"));
	EXPECT(!strcmp(c.rows[2].name, "ended_active_fin"));
	counters_free(&c);
}

static void unknown_names_are_kept(void)
{
	char text[] = "version 1\nfrom_the_future 3\nX2 4\n";
	struct counters c;

	EXPECT(!counters_parse(text, strlen(text), &c));
	EXPECT(c.n == 3 && counters_value(&c, "from_the_future") == 3);
	counters_free(&c);
}

static void many_rows(void)
{
	size_t size = 40000 * 16, used;
	char *text = malloc(size);
	struct counters c;

	used = sprintf(text, "version 1\n");
	for (int i = 0; i < 40000; i++)
		used += sprintf(text + used, "n%d %d\n", i, i);
	EXPECT(!counters_parse(text, used, &c));
	EXPECT(c.n == 40001 && c.rows[40000].value == 39999);
	counters_free(&c);
	free(text);
}

static void other_versions(void)
{
	EXPECT(!parse("version 1\n"));
	EXPECT(parse("version 2\n") == -EPROTO);
	EXPECT(parse("version 0\nended 1\n") == -EPROTO);
	EXPECT(parse("ended 1\nversion 1\n") == -EINVAL);
}

static void broken_files(void)
{
	EXPECT(parse("") == -EINVAL);
	EXPECT(parse("\n") == -EINVAL);
	EXPECT(parse("version 1") == -EINVAL);
	EXPECT(parse("version 1\nended 12") == -EINVAL);
	EXPECT(parse("version 1\nended\n") == -EINVAL);
	EXPECT(parse("version 1\nended \012") == -EINVAL);
	EXPECT(parse("version 1\nended  5\n") == -EINVAL);
	EXPECT(parse("version 1\nended 5 \012") == -EINVAL);
	EXPECT(parse("version 1\nended\t5\n") == -EINVAL);
	EXPECT(parse("version 1\nended -5\n") == -EINVAL);
	EXPECT(parse("version 1\nended 18446744073709551616\n") == -EINVAL);
	EXPECT(parse("version 1\n 5\n") == -EINVAL);
	EXPECT(parse("version 1\n\nended 5\n") == -EINVAL);
	EXPECT(parse("version 1\nen\"ded 5\n") == -EINVAL);
	EXPECT(parse("version 1\n\033[2J 5\n") == -EINVAL);
	EXPECT(parse_bytes("version 1\nended 5\0\n", 19) == -EINVAL);
	EXPECT(parse_bytes("version 1\nend\0ed 5\n", 19) == -EINVAL);
}

int main(void)
{
	tap_begin(5);
	RUN(rows_are_read);
	RUN(unknown_names_are_kept);
	RUN(many_rows);
	RUN(other_versions);
	RUN(broken_files);
	return tap_end();
}
