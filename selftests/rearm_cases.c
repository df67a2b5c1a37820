// SPDX-License-Identifier: GPL-2.0
/* TIME_WAIT that begins again keeps to the namespace's length. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "setting.h"
#include "life.h"
#include "pair.h"
#include "rows.h"
#include "time_wait_cases.h"
#include "tuned.h"

static void check_moved(const struct wire *w, const struct rows *since,
			const char *row, unsigned int by)
{
	const uint64_t was = rows_get(since, row), is = row_now(w->ns[0], row);

	check(is - was == by, "%s was %lu, is %lu, should have moved by %u", row,
	      was, is, by);
}

/**
 * case_rearm_repeated_fin() - the peer's FIN comes a second time
 * @arg: struct length_arg
 */
void case_rearm_repeated_fin(const void *arg)
{
	const struct length_arg *a = arg;
	struct rows r;
	struct wire w;
	struct pair p;
	int64_t began;

	wire_make(&w);
	tune(w.ns[0], 3000, false);
	for (;;) {
		pair_open(&p, &w, a->family);
		pair_to_time_wait(&p, a->path);
		rows_read(&r, w.ns[0]);
		while (now_ns() - p.after < 1500 * NS_PER_MS)
			nap_ms(20);
		began = p.before;
		p.before = now_ns();
		wire_repeat_fin(&w, 1);
		p.after = now_ns();
		if (p.after - began <= 2700 * NS_PER_MS)
			break;
		/* On a slow machine it may have been over already; else it is now. */
		until(!pair_state(&p, 0));
	}

	tuned_check(&p, 0, 3000);
	check_moved(&w, &r, "time_wait_rearmed", 1);
	check_moved(&w, &r, "time_wait_entered", 0);
	check_moved(&w, &r, "time_wait_expired", 1);
}

struct ack_loss {
	int fins;
	int64_t last_fin;
};

/* Side 1's FIN gets no answer until it came a second time. */
static enum wire_verdict lose_last_ack(const struct wire_segment *seg, void *arg)
{
	struct ack_loss *loss = arg;

	if (seg->from == 1 && seg->flags & SEG_FIN) {
		loss->fins++;
		loss->last_fin = now_ns();
	}
	return seg->from == 0 && loss->fins == 1 ? WIRE_DROP : WIRE_PASS;
}

/**
 * case_rearm_lost_ack() - the last ACK is lost, the peer repeats its FIN itself
 * @arg: struct length_arg
 */
void case_rearm_lost_ack(const void *arg)
{
	const struct length_arg *a = arg;
	struct ack_loss loss = {};
	uint64_t rearmed;
	struct wire w;
	struct pair p;

	wire_make(&w);
	/* Long enough for the FIN to come again before it is over. */
	tune(w.ns[0], 6000, false);
	pair_open(&p, &w, a->family);
	pair_to_fin_wait2(&p, PATH_TIMEWAIT);
	w.filter = lose_last_ack;
	w.arg = &loss;
	pair_close(&p, 1);
	wire_until(&w, pair_state(&p, 0) == TCP_TIME_WAIT);
	check(pair_state(&p, 1) == TCP_LAST_ACK, "%d", pair_state(&p, 1));
	wire_until(&w, pair_state(&p, 1) == 0);
	p.before = loss.last_fin;
	p.after = now_ns();
	/* Once, if the machine is not too slow. */
	check(loss.fins >= 2, "%d", loss.fins);
	check(pair_state(&p, 0) == TCP_TIME_WAIT, "%d", pair_state(&p, 0));
	rearmed = row_now(w.ns[0], "time_wait_rearmed");
	check(rearmed == loss.fins - 1, "%lu of %d", rearmed, loss.fins);
	check(row_now(w.ns[1], "fin_retransmits") >= rearmed, "%lu",
	      row_now(w.ns[1], "fin_retransmits"));
	check(row_now(w.ns[1], "ended_passive_fin") == 1, "%lu",
	      row_now(w.ns[1], "ended_passive_fin"));
	tuned_check(&p, 0, 6000);
}

static void check_left_after_rearm(struct wire *w, int ms, bool timestamps,
				   bool guard, int expected_ms)
{
	struct diag_sock s;
	struct pair p;
	int64_t most;

	setting_set(w->ns[0], "/proc/sys/net/ipv4/tcp_timestamps", timestamps);
	tune(w->ns[0], ms, guard);
	pair_open(&p, w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	/* So that beginning again can be told from going on. */
	do {
		nap_ms(20);
		s = pair_find(&p, 0);
	} while (s.left_ms > expected_ms - 200);
	p.before = ticked_ns();
	wire_repeat_fin(w, 1);
	s = pair_find(&p, 0);
	most = (now_ns() - p.before + tick_ns()) / NS_PER_MS;
	check(s.left_ms <= expected_ms + most && s.left_ms >= expected_ms - most,
	      "%ld ms left, time_wait_ms=%d timestamps=%d guard=%d", s.left_ms,
	      ms, timestamps, guard);
}

/**
 * case_rearm_both() - after CLOSING both wait: the answer to a late FIN is a late ACK
 * @arg: struct length_arg
 *
 * A side is started again that never got a segment a second time: a bare ACK in the window
 * does it, too (net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()).
 */
void case_rearm_both(const void *arg)
{
	const struct length_arg *a = arg;
	struct wire w;
	struct pair p;
	int side;

	wire_make(&w);
	pair_open(&p, &w, a->family);
	pair_to_time_wait(&p, PATH_CLOSING);
	wire_until(&w, pair_state(&p, 1) == TCP_TIME_WAIT);
	wire_repeat_fin(&w, 1);
	wire_until(&w, row_now(w.ns[1], "time_wait_rearmed") > 0);
	for (side = 0; side < 2; side++) {
		const uint64_t rearmed = row_now(w.ns[side], "time_wait_rearmed");
		/* On a slow machine a FIN that was sent again may have been on its way still. */
		const uint64_t again = row_now(w.ns[0], "fin_retransmits") +
				       row_now(w.ns[1], "fin_retransmits");

		check(rearmed >= 1 && rearmed <= 1 + again, "side %d: %lu, %lu FINs sent again",
		      side, rearmed, again);
	}
}

/**
 * case_rearm_other_lengths() - of 60 s, of more, and what the guard decides
 * @arg: unused
 */
void case_rearm_other_lengths(const void *arg)
{
	struct wire w;

	wire_make(&w);
	check_left_after_rearm(&w, 60000, true, true, 60000);
	check_left_after_rearm(&w, 90000, true, true, 90000);
	check_left_after_rearm(&w, 1000, false, true, 60000);
	check_left_after_rearm(&w, 8000, true, true, 8000);
	check(row_now(w.ns[0], "time_wait_rearmed") == 4, "%lu",
	      row_now(w.ns[0], "time_wait_rearmed"));
}

/**
 * case_rearm_not_nearer() - a shorter length set meanwhile, and what the guard decides
 * @arg: unused
 */
void case_rearm_not_nearer(const void *arg)
{
	struct diag_sock s;
	struct wire w;
	struct pair p;

	wire_make(&w);
	tune(w.ns[0], 60000, true);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	tune(w.ns[0], 1000, true);
	wire_repeat_fin(&w, 1);
	s = pair_find(&p, 0);
	check(s.left_ms > 50000, "with the guard %ld ms left", s.left_ms);
	tune(w.ns[0], 1000, false);
	p.before = now_ns();
	wire_repeat_fin(&w, 1);
	p.after = now_ns();
	check(row_now(w.ns[0], "time_wait_rearmed") == 2, "%lu",
	      row_now(w.ns[0], "time_wait_rearmed"));
	tuned_check(&p, 0, 1000);
}
