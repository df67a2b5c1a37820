// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds the parsers with broken variants of good input, always the same ones, under the address and
 * undefined-behaviour sanitizers: a finding ends the program.
 */
#include "lib/tap.h"

#include "../blocks.h"
#include "../hist.h"
#include "../histblocks.h"
#include "../http_request.h"
#include "../settings.h"
#include "../trace_filter.h"
#include "lib/counters.h"
#include "lib/mib.h"
#include "lib/units.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 40000
#define MAX_INPUT 512

static u64 random_state = 0x9e3779b97f4a7c15;

/* xorshift: the same numbers on every machine. */
static u64 next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static size_t below(size_t n)
{
	return next_random() % n;
}

/* Applies some of: a byte changed, a cut, a piece repeated, a byte from the alphabet put in. */
static size_t mutate(char *buf, size_t len)
{
	static const char alphabet[] = "\n \t0123456789:.-_=ansmx\0\377";

	for (size_t times = below(6); times; times--) {
		size_t at = len ? below(len) : 0, n;

		switch (below(5)) {
		case 0:
			if (len)
				buf[at] = (char)next_random();
			break;
		case 1:
			len = at;
			break;
		case 2:
			n = below(len - at + 1);
			if (len + n > MAX_INPUT)
				break;
			memmove(buf + at + n, buf + at, len - at);
			len += n;
			break;
		default:
			if (len == MAX_INPUT)
				break;
			memmove(buf + at + 1, buf + at, len - at);
			buf[at] = alphabet[below(sizeof(alphabet) - 1)];
			len++;
			break;
		}
	}
	return len;
}

/* A copy of exactly its size on the heap, so that a step beyond is seen. */
static char *make_input(const char *seed, size_t *len, bool terminate)
{
	char buf[MAX_INPUT];
	char *input;

	*len = strlen(seed);
	memcpy(buf, seed, *len);
	*len = mutate(buf, *len);
	input = malloc(*len + 1);
	memcpy(input, buf, *len);
	if (terminate) {
		input[*len] = '\0';
		return input;
	}
	return realloc(input, *len ? *len : 1);
}

static void counters(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct counters c;
		size_t len;
		char *text = make_input("version 1\nended 12\ntime_wait 3\nnew 4\n", &len, false);

		if (!counters_parse(text, len, &c)) {
			good++;
			for (size_t row = 0; row < c.n; row++)
				EXPECT(strlen(c.rows[row].name) > 0);
			counters_free(&c);
		}
		free(text);
	}
	/* All good or all bad would mean that nothing was tried. */
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void blocks(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct blocks b;
		size_t len;
		char *text = make_input("netns 7\nversion 1\nended 12\n\n"
					"netns dead\nversion 1\nended 3\n\n", &len, false);

		if (!blocks_parse(text, len, &b)) {
			good++;
			EXPECT(b.n && !b.v[b.n - 1].inode);
			blocks_free(&b);
		}
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void hists(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct hists h;
		size_t len;
		char *text = make_input("a 1 0\na 2 5\na inf 9\na sum_us 70\na count 9\n"
					"b inf 0\nb sum_us 0\nb count 0\n", &len, false);

		if (!hists_parse(text, len, &h)) {
			good++;
			for (size_t j = 0; j < h.n; j++)
				EXPECT(hist_quantile(&h.v[j], 0.5) <= hist_quantile(&h.v[j], 1));
			hists_free(&h);
		}
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void histblocks(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct histblocks b;
		size_t len;
		char *text = make_input("netns 7\n\nnetns 8\na 2 5\na inf 9\na sum_us 70\na count 9\n\n"
					"netns dead\n\n", &len, false);

		if (!histblocks_parse(text, len, &b)) {
			good++;
			EXPECT(b.n && !b.v[b.n - 1].inode);
			histblocks_free(&b);
		}
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void mib(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		u64 v;
		size_t len;
		char *text = make_input("Ip: A B\nIp: 1 2\nTcp: A B C\nTcp: 1 -1 3\n", &len, true);

		good += !mib_value(text, "Tcp", "C", &v);
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void trace_lines(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct trace_condition c;
		struct trace_line l;
		size_t len;
		char *text = make_input("a-1 [0] 1.5: e: saddr=::1 sport=80 ended=x", &len, true);

		if (!trace_line_parse(text, "e", &l) &&
		    !trace_condition_parse(i % 2 ? "port=80" : "addr=::1", &c))
			good += trace_condition_holds(&c, &l);
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void requests(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct http_request r;
		size_t len, head;
		char *text = make_input("GET /metrics HTTP/1.1\r\nHost: a\r\n"
					"Accept: text/plain;q=0.5,application/openmetrics-text\r\n"
					"Accept-Encoding: gzip;q=0.25, br\r\n\r\n", &len, false);

		head = http_request_end(text, len);
		EXPECT(head <= len);
		if (http_request_parse(text, head, &r) == HTTP_OK)
			good++;
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void durations(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		u64 us;
		size_t len;
		char *text = make_input("1500.25ms", &len, true);

		good += !parse_duration(text, i % 2 * US_PER_S, &us);
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

static void settings(void)
{
	int good = 0;

	for (int i = 0; i < ROUNDS; i++) {
		const struct setting *k = setting_find(i % 2 ? "ip_local_port_range" : "tcp_fin_timeout");
		char value[SETTING_VALUE_SIZE];
		size_t len;
		char *text = make_input(i % 2 ? "1024-2048" : "60s", &len, true);

		good += !setting_parse(k, k->name, text, value);
		free(text);
	}
	EXPECT(good > ROUNDS / 100 && good < ROUNDS);
}

int main(void)
{
	tap_begin(9);
	RUN(counters);
	RUN(blocks);
	RUN(hists);
	RUN(histblocks);
	RUN(mib);
	RUN(trace_lines);
	RUN(requests);
	RUN(durations);
	RUN(settings);
	return tap_end();
}
