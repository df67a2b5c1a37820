// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../history.h"
#include "../spark.h"

#include <string.h>

#include "lib/util.h"

static struct history h;

static void add(double seconds, u64 ended, u64 time_wait)
{
	struct counter rows[] = { { "ended", ended }, { "time_wait", time_wait } };
	struct counters c = { .rows = rows, .n = ARRAY_SIZE(rows) };

	EXPECT(!history_add(&h, &c, seconds));
}

static void rates_are_of_what_lies_between(void)
{
	double rate;

	EXPECT(!history_at(&h, 0) && history_find(&h, "ended") == -1);
	add(1, 10, 5);
	EXPECT(history_at(&h, 0)->values[0] == 10 && !history_at(&h, 1));
	EXPECT(!history_rate(&h, 0, 0, &rate));
	add(3, 20, 4);
	EXPECT(history_find(&h, "ended") == 0 && history_find(&h, "time_wait") == 1);
	EXPECT(history_rate(&h, 0, 0, &rate) && rate == 5);
	EXPECT(!history_rate(&h, 1, 0, &rate) && !history_rate(&h, 0, 1, &rate));
	EXPECT(history_at(&h, 1)->values[1] == 5);
	history_free(&h);
}

static void gaps_are_not_compared_over(void)
{
	double rate;

	add(1, 10, 0);
	history_gap(&h);
	add(2, 20, 0);
	EXPECT(!history_rate(&h, 0, 0, &rate));
	add(3, 30, 0);
	EXPECT(history_rate(&h, 0, 0, &rate) && rate == 10);
	/* A module that was loaded anew; what did not fall is no gain either. */
	add(4, 1, 7);
	EXPECT(!history_rate(&h, 0, 0, &rate) && !history_rate(&h, 1, 0, &rate));
	EXPECT(history_rate(&h, 0, 1, &rate) && rate == 10);
	history_free(&h);
}

static void the_oldest_go(void)
{
	double rate;

	for (int i = 0; i < 2 * HISTORY_SAMPLES + 7; i++)
		add(i, 3 * i, i);
	EXPECT(history_at(&h, 0)->values[1] == 2 * HISTORY_SAMPLES + 6);
	EXPECT(history_at(&h, HISTORY_SAMPLES - 1)->values[1] == HISTORY_SAMPLES + 7);
	EXPECT(!history_at(&h, HISTORY_SAMPLES));
	EXPECT(history_rate(&h, 0, HISTORY_SAMPLES - 2, &rate) && rate == 3);
	EXPECT(!history_rate(&h, 0, HISTORY_SAMPLES - 1, &rate));
	history_free(&h);
}

static void other_rows_begin_anew(void)
{
	struct counter rows[] = { { "ended", 5 }, { "new", 6 } };
	struct counters c = { .rows = rows, .n = ARRAY_SIZE(rows) };

	add(1, 1, 1);
	add(2, 2, 2);
	EXPECT(!history_add(&h, &c, 3));
	EXPECT(h.n == 1 && history_find(&h, "new") == 1 && history_find(&h, "time_wait") == -1);
	c.n = 1;
	EXPECT(!history_add(&h, &c, 4) && h.n == 1 && h.n_rows == 1);
	history_free(&h);
}

static void numbers_are_drawn(void)
{
	static const double values[] = { -1, 0, 0.001, 1, 2, 7 };
	static const double nothing[] = { 0, 0 };
	char text[SPARK_SIZE];

	EXPECT(!strcmp(spark_text(values, 6, false, text), " _..:#"));
	EXPECT(!strcmp(spark_text(values, 6, true, text), " _\u2581\u2582\u2583\u2588"));
	EXPECT(!strcmp(spark_text(nothing, 2, true, text), "__"));
	EXPECT(!strcmp(spark_text(values, 0, true, text), ""));
}

int main(void)
{
	tap_begin(5);
	RUN(rates_are_of_what_lies_between);
	RUN(gaps_are_not_compared_over);
	RUN(the_oldest_go);
	RUN(other_rows_begin_anew);
	RUN(numbers_are_drawn);
	return tap_end();
}
