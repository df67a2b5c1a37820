// SPDX-License-Identifier: GPL-2.0
#include "open_loop.h"

#include "cmd.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lab_watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Seconds: of the server until it answers, of the client until it gives up. */
#define DELAY 3
#define HASTY 1
#define BACKLOG 8

/* How many the kernel lets wait for accept(): one more than it was asked for. */
#define QUEUE (BACKLOG + 1)

#define REQUESTS (OPEN_RATE * OPEN_SECONDS)

/* The last answers, and what comes of them. */
#define END_SECONDS 60

static unsigned int peak(const struct way *way, int side, enum tcp_state state)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < way->seconds; i++)
		if (way->second[i].state[side][state] > most)
			most = way->second[i].state[side][state];
	return most;
}

static int expect(struct lab *lab, int side, const char *row, long want)
{
	u64 before = 0, after = 0;

	if (lab->options.without_module)
		return 0;
	readings_find(&lab->before[side], row, &before);
	if (!readings_find(&lab->after[side], row, &after))
		return lab_fail(lab, "there is no counter %s", row);
	if ((long)(after - before) == want)
		return 0;
	return lab_fail(lab, "counter %s of %c changed by %ld instead of %ld",
			row, 'A' + side, (long)(after - before), want);
}

static int expect_answers(struct lab *lab, const struct way *way,
			  unsigned int want)
{
	if (way->sum.answered == want)
		return 0;
	return lab_fail(lab, "%u of %u requests got an answer instead of %u",
			way->sum.answered, REQUESTS, want);
}

/* In n seconds there are n times the rate, but for the last second's. */
static int expect_many(struct lab *lab, const struct way *way, int side,
		       enum tcp_state state, unsigned int seconds)
{
	unsigned int got = peak(way, side, state);

	if (got >= OPEN_RATE * seconds - OPEN_RATE)
		return 0;
	return lab_fail(lab, "%c never had more than %u connections in %s",
			'A' + side, got, tcp_state_name(state));
}

static int nothing_open(struct lab *lab, void *unused)
{
	(void)unused;
	for (int side = A; side <= B; side++) {
		if (lab_look(lab, side))
			return -1;
		for (size_t i = 0; i < lab->last[side].count; i++) {
			int state = lab->last[side].socket[i].state;

			if (state != ST_LISTEN && state != ST_CLOSE &&
			    state != ST_TIME_WAIT)
				return 0;
		}
	}
	return 1;
}

static int read_end(struct lab *lab)
{
	return lab_wait(lab, "the last connection to end", END_SECONDS,
			nothing_open, NULL) ||
	       lab_read_counters(lab, lab->after) ? -1 : 0;
}

/* All are answered; the server closes, and has the TIME_WAITs. */
static int check_patient(struct lab *lab, const struct way *way)
{
	return read_end(lab) || expect_answers(lab, way, REQUESTS) ||
	       expect_many(lab, way, A, ST_ESTABLISHED, DELAY) ||
	       expect_many(lab, way, B, ST_ESTABLISHED, DELAY) ||
	       expect(lab, A, "ended_active_fin", REQUESTS) ||
	       expect(lab, A, "time_wait_entered", REQUESTS) ||
	       expect(lab, B, "ended_passive_fin", REQUESTS) ||
	       expect(lab, B, "time_wait_entered", 0) ? -1 : 0;
}

/* None is answered in time, and every answer is reset. */
static int check_hasty(struct lab *lab, const struct way *way)
{
	return read_end(lab) || expect_answers(lab, way, 0) ||
	       expect_many(lab, way, A, ST_CLOSE_WAIT, DELAY - HASTY) ||
	       expect_many(lab, way, B, ST_FIN_WAIT2, DELAY - HASTY) ||
	       expect(lab, A, "ended_rst_received", REQUESTS) ||
	       expect(lab, B, "rst_sent_data_after_close", REQUESTS) ||
	       expect(lab, A, "time_wait_entered", 0) ||
	       expect(lab, B, "time_wait_entered", 0) ? -1 : 0;
}

/* The queue is full of those whose clients are long gone; nobody else gets in. */
static int check_full(struct lab *lab, const struct way *way)
{
	u64 before = 0, after = 0;

	if (lab_read_counters(lab, lab->after) || expect_answers(lab, way, 0) ||
	    expect_many(lab, way, B, ST_SYN_SENT, DELAY) ||
	    expect(lab, A, "close_wait", QUEUE) ||
	    expect(lab, B, "fin_wait1_entered", QUEUE))
		return -1;
	readings_find(&lab->before[A], "TcpExt.ListenOverflows", &before);
	readings_find(&lab->after[A], "TcpExt.ListenOverflows", &after);
	if (after - before >= REQUESTS - QUEUE)
		return 0;
	return lab_fail(lab, "ListenOverflows of A changed by %lu only",
			(unsigned long)(after - before));
}

#define SERVE(backlog, ...) OPS({ OP_SOCKET }, { OP_REUSEADDR }, { OP_BIND }, \
				{ OP_LISTEN, backlog }, __VA_ARGS__)
#define LAB(...) { \
	.name = "slow-server", .title = "", .lesson = "", \
	.free_running = 1, .rto_min_ms = LONG_RTO, \
	.peer = { __VA_ARGS__, { .side = B, .any_port = 1 } }, \
	.steps = (const struct step[]){ \
		START(0), UNWATCHED, CALL(ways_measure), { STEP_END } \
	}, \
}

#define LATE { .side = A, .ops = SERVE(0, { OP_ACCEPT }), \
	.conn = OPS({ OP_HTTP_READ_REQUEST }, { OP_DELAY, DELAY * 1000000 }, \
		    { OP_HTTP_ANSWER }, { OP_CLOSE }) }
#define ACCEPTS_NOBODY { .side = A, .ops = SERVE(BACKLOG, { OP_HOLD }) }

static const struct scenario late = LAB(LATE);
static const struct scenario never_accepts = LAB(ACCEPTS_NOBODY);

static void plan(struct way *way)
{
	static const struct {
		const char *title;
		const struct scenario *scenario;
		unsigned int timeout;
		int (*check)(struct lab *lab, const struct way *way);
	} ways[OPEN_LOOPS] = {
		{ "answers after 3 s, the client waits", &late, 0,
		  check_patient },
		{ "the client gives up after 1 s", &late, HASTY, check_hasty },
		{ "nobody accepts, a backlog of 8", &never_accepts, DELAY,
		  check_full },
	};

	for (int i = 0; i < OPEN_LOOPS; i++) {
		snprintf(way[i].title, sizeof(way[i].title), "%s",
			 ways[i].title);
		way[i].scenario = ways[i].scenario;
		way[i].timeout_ms = ways[i].timeout * 1000;
		way[i].check = ways[i].check;
		way[i].time_wait_ms = KERNEL_MS;
		way[i].tw_reuse = REUSE_AS_IT_IS;
		way[i].rate = OPEN_RATE;
		way[i].seconds = OPEN_SECONDS;
	}
}

static int draw(const struct way *way, const char *svg, bool unicode)
{
	FILE *out = svg ? fopen(svg, "we") : NULL;
	int failed = svg && !out;

	open_loop_text(stdout, way, unicode);
	if (out) {
		open_loop_svg(out, way);
		failed = ferror(out) | fclose(out);
	}
	if (failed)
		fprintf(stderr, "closelab: %s: %s\n", svg, strerror(errno));
	return failed ? EXIT_FAILED : EXIT_OK;
}

int open_loop_run(const struct lab_options *options, const char *svg,
		  bool unicode)
{
	struct way *way = ways_new(OPEN_LOOPS);
	struct lab_options as_long = *options;
	int code, drawn;

	if (!way)
		return EXIT_FAILED;
	as_long.keep_delays = true;
	plan(way);
	code = ways_run(&as_long, way, OPEN_LOOPS);
	drawn = code == EXIT_SKIP ? EXIT_OK : draw(way, svg, unicode);
	ways_free(way, OPEN_LOOPS);
	return code ?: drawn;
}
