// SPDX-License-Identifier: GPL-2.0
/* TIME_WAITs of the kernel's own 60 s, and longer ones. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "life.h"
#include "pair.h"
#include "rows.h"
#include "time_wait_cases.h"
#include "tuned.h"

/**
 * case_60s() - what nobody tuned lasts as long as without the module
 * @arg: struct length_arg
 */
void case_60s(const void *arg)
{
	const struct length_arg *a = arg;
	const int64_t ns = 60 * NS_PER_S;
	struct wire w;
	struct pair p;
	struct life l;

	wire_make(&w);
	pair_open(&p, &w, a->family);
	pair_to_time_wait(&p, a->path);
	l = life_watch(w.diag[0], &p.end[0], TCP_TIME_WAIT, p.ticked, p.after, ns);
	life_check(&l, "60 s", ns - tick_ns(), ns + wheel_ns(ns) + tick_ns());
	check(row_now(w.ns[0], "time_wait_shortened") == 0, "%lu",
	      row_now(w.ns[0], "time_wait_shortened"));
	check(row_now(w.ns[0], "time_wait_expired") == 1, "%lu",
	      row_now(w.ns[0], "time_wait_expired"));
}

/**
 * case_longer_than_60s() - a TIME_WAIT of 90 s outlasts one of 60 s
 * @arg: struct length_arg
 */
void case_longer_than_60s(const void *arg)
{
	const struct length_arg *a = arg;
	struct diag_sock s;
	struct wire w;
	struct pair p;

	wire_make(&w);
	tune(w.ns[0], 90000, true);
	pair_open(&p, &w, a->family);
	pair_to_time_wait(&p, a->path);
	while (now_ns() - p.after < 65 * NS_PER_S)
		nap_ms(500);
	s = pair_find(&p, 0);
	check(s.state == TCP_TIME_WAIT, "%d", s.state);
	check(s.left_ms > 15000 && s.left_ms <= 25000 + 90000 / 20,
	      "%ld ms left", s.left_ms);
	check(row_now(w.ns[0], "time_wait_shortened") == 1, "%lu",
	      row_now(w.ns[0], "time_wait_shortened"));
}
