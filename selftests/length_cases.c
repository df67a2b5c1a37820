// SPDX-License-Identifier: GPL-2.0
/* TIME_WAIT lasts as long as its namespace wants, whatever way it began. */
#include <sys/socket.h>

#include "setting.h"
#include "pair.h"
#include "rows.h"
#include "time_wait_cases.h"
#include "tuned.h"

/* Of several levels of the timer wheel, and shorter than a tick. */
static const int lengths_ms[] = { 0, 1, 4, 10, 100, 250, 1000, 3000 };

#define N_LENGTHS (sizeof(lengths_ms) / sizeof(lengths_ms[0]))

static void check_counts(const struct wire *w, enum path path)
{
	struct rows r;
	uint64_t ended, again;

	rows_read(&r, w->ns[0]);
	ended = rows_get(&r, path == PATH_CLOSING ? "ended_simultaneous_fin" :
						    "ended_active_fin");
	check(ended == N_LENGTHS, "%lu", ended);
	check(rows_get(&r, "ended") == N_LENGTHS, "%lu", rows_get(&r, "ended"));
	check(rows_get(&r, "time_wait_entered") == N_LENGTHS, "%lu",
	      rows_get(&r, "time_wait_entered"));
	check(rows_get(&r, "time_wait_shortened") == N_LENGTHS, "%lu",
	      rows_get(&r, "time_wait_shortened"));
	check(rows_get(&r, "time_wait_started_tuned") == N_LENGTHS, "%lu",
	      rows_get(&r, "time_wait_started_tuned"));
	check(rows_get(&r, "time_wait_started_kernel") == 0, "%lu",
	      rows_get(&r, "time_wait_started_kernel"));
	check(rows_get(&r, "time_wait_expired") == N_LENGTHS, "%lu",
	      rows_get(&r, "time_wait_expired"));
	check(rows_get(&r, "time_wait") == 0, "%lu", rows_get(&r, "time_wait"));
	check(rows_get(&r, "time_wait_guarded") == 0, "%lu",
	      rows_get(&r, "time_wait_guarded"));
	/* A slow machine may send a FIN again, and the answer to it may come late. */
	again = rows_get(&r, "fin_retransmits") + row_now(w->ns[1], "fin_retransmits");
	check(rows_get(&r, "time_wait_rearmed") <= again, "%lu, %lu FINs sent again",
	      rows_get(&r, "time_wait_rearmed"), again);
}

/**
 * case_lengths() - lengths from 0 to 3 s, by one path
 * @arg: struct length_arg
 */
void case_lengths(const void *arg)
{
	const struct length_arg *a = arg;
	struct wire w;
	struct pair p;
	unsigned int i;

	wire_make(&w);
	for (i = 0; i < N_LENGTHS; i++) {
		tune(w.ns[0], lengths_ms[i], false);
		pair_open(&p, &w, a->family);
		pair_to_time_wait(&p, a->path);
		tuned_check(&p, 0, lengths_ms[i]);
	}
	check_counts(&w, a->path);
}

/**
 * case_two_namespaces() - the two ends of one connection, different lengths
 * @arg: unused
 */
void case_two_namespaces(const void *arg)
{
	struct wire w;
	struct pair p;

	wire_make(&w);
	tune(w.ns[0], 500, false);
	tune(w.ns[1], 1500, false);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_CLOSING);
	tuned_check(&p, 0, 500);
	tuned_check(&p, 1, 1500);
	check(setting_get(-1, SETTING("time_wait_ms")) == 60000, "%ld",
	      setting_get(-1, SETTING("time_wait_ms")));
}
