// SPDX-License-Identifier: GPL-2.0
/* FIN_WAIT2 keeps following tcp_fin_timeout. */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "setting.h"
#include "life.h"
#include "pair.h"
#include "rows.h"
#include "time_wait_cases.h"
#include "tuned.h"

#define FIN_TIMEOUT	"/proc/sys/net/ipv4/tcp_fin_timeout"

/**
 * case_fin_wait2_life() - 5 s are 5 s: not time_wait_ms, and not 5 s twice
 * @arg: unused
 */
void case_fin_wait2_life(const void *arg)
{
	const int64_t ns = 5 * NS_PER_S;
	struct wire w;
	struct pair p;
	struct life l;
	struct rows r;

	wire_make(&w);
	setting_set(w.ns[0], FIN_TIMEOUT, 5);
	tune(w.ns[0], 1000, false);
	pair_open(&p, &w, AF_INET);
	p.before = ticked_ns();
	pair_to_fin_wait2(&p, PATH_TIMEWAIT);
	p.after = now_ns();
	l = life_watch(w.diag[0], &p.end[0], TCP_FIN_WAIT2, p.before, p.after, ns);
	life_check(&l, "FIN_WAIT2", ns - tick_ns(), ns + wheel_ns(ns) + tick_ns());

	rows_read(&r, w.ns[0]);
	check(rows_get(&r, "ended_fin_wait2_expired") == 1, "%lu",
	      rows_get(&r, "ended_fin_wait2_expired"));
	check(rows_get(&r, "time_wait_entered") == 0, "%lu",
	      rows_get(&r, "time_wait_entered"));
	check(rows_get(&r, "time_wait_shortened") == 0, "%lu",
	      rows_get(&r, "time_wait_shortened"));
	check(rows_get(&r, "fin_wait2") == 0, "%lu", rows_get(&r, "fin_wait2"));
	pair_close(&p, 1);
}

/* The time that a fresh timewait socket has left, that since its birth added. */
static int64_t given_ms(struct wire *w, int64_t *uncertain)
{
	int64_t before, after;
	struct diag_sock s;
	struct pair p;

	pair_open(&p, w, AF_INET6);
	before = ticked_ns();
	pair_to_fin_wait2(&p, PATH_TIMEWAIT);
	s = pair_find(&p, 0);
	after = now_ns();
	*uncertain = (after - before) / NS_PER_MS + 1;
	pair_close(&p, 1);
	wire_until(w, pair_state(&p, 1) == 0);
	return s.left_ms;
}

/**
 * case_fin_wait2_same_as_kernel() - the timer is set as without tuning
 * @arg: unused
 */
void case_fin_wait2_same_as_kernel(const void *arg)
{
	static const int lengths_ms[] = { 60000, 0, 1000, 5000, 600000 };
	struct wire w;
	unsigned int i;

	wire_make(&w);
	setting_set(w.ns[0], FIN_TIMEOUT, 20);
	for (i = 0; i < sizeof(lengths_ms) / sizeof(lengths_ms[0]); i++) {
		int64_t uncertain, left;

		tune(w.ns[0], lengths_ms[i], false);
		left = given_ms(&w, &uncertain);
		check(left <= 20000 && left >= 20000 - uncertain - 8,
		      "%ld ms left of 20000 with time_wait_ms=%d", left,
		      lengths_ms[i]);
	}
}
