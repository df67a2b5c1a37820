// SPDX-License-Identifier: GPL-2.0
/* The guard: what TIME_WAIT must not fall short of. */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "clock.h"
#include "setting.h"
#include "life.h"
#include "pair.h"
#include "rows.h"
#include "time_wait_cases.h"
#include "tuned.h"

static void check_counted(const struct wire *w, unsigned int guarded,
			  unsigned int shortened, unsigned int tuned)
{
	struct rows r;

	rows_read(&r, w->ns[0]);
	check(rows_get(&r, "time_wait_guarded") == guarded, "%lu, not %u",
	      rows_get(&r, "time_wait_guarded"), guarded);
	check(rows_get(&r, "time_wait_shortened") == shortened, "%lu, not %u",
	      rows_get(&r, "time_wait_shortened"), shortened);
	check(rows_get(&r, "time_wait_started_tuned") == tuned, "%lu, not %u",
	      rows_get(&r, "time_wait_started_tuned"), tuned);
	check(rows_get(&r, "time_wait_entered") ==
	      rows_get(&r, "time_wait_started_kernel") + tuned + guarded, "%lu, %lu",
	      rows_get(&r, "time_wait_entered"),
	      rows_get(&r, "time_wait_started_kernel"));
}

static int64_t rto_ns(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die_errno("TCP_INFO");
	return info.tcpi_rto * 1000L;
}

/* Nothing that comes after FIN_WAIT2 changes the RTO any more. */
static void check_floor(struct wire *w, int family, int64_t at_least)
{
	struct pair p;
	struct life l;
	int64_t floor;

	tune(w->ns[0], 100, true);
	pair_open(&p, w, family);
	pair_to_fin_wait2(&p, PATH_FULL);
	floor = rto_ns(p.fd[0]) * 7 / 2;
	check(floor >= at_least, "RTO %ld us", rto_ns(p.fd[0]) / 1000);

	pair_finish(&p);
	l = life_watch(w->diag[0], &p.end[0], TCP_TIME_WAIT, p.before, p.after,
		       floor);
	/* A tick from rounding the RTO, one from where in a tick it began. */
	life_check(&l, "3.5 RTO", floor - 2 * tick_ns(),
		   floor + wheel_ns(floor) + 2 * tick_ns());
	check_counted(w, 1, 1, 0);
}

/**
 * case_guard_floor() - 3.5 RTO, of the shortest RTO there is
 * @arg: unused
 */
void case_guard_floor(const void *arg)
{
	struct wire w;

	wire_make(&w);
	check_floor(&w, AF_INET, 700 * NS_PER_MS);
}

static enum wire_verdict delay_syn_ack(const struct wire_segment *seg, void *arg)
{
	if ((seg->flags & (SEG_SYN | SEG_ACK)) == (SEG_SYN | SEG_ACK))
		nap_ms(300);
	return WIRE_PASS;
}

/**
 * case_guard_slow_peer() - 3.5 RTO, of a peer 300 ms away
 * @arg: unused
 */
void case_guard_slow_peer(const void *arg)
{
	struct wire w;

	wire_make(&w);
	w.filter = delay_syn_ack;
	/* srtt + 4 * rttvar, and rttvar begins as srtt / 2 */
	check_floor(&w, AF_INET6, 2000 * NS_PER_MS);
}

/**
 * case_guard_idle() - what is longer than the floor is not touched
 * @arg: unused
 */
void case_guard_idle(const void *arg)
{
	struct wire w;
	struct pair p;

	wire_make(&w);
	tune(w.ns[0], 1500, true);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_TIMEWAIT);
	tuned_check(&p, 0, 1500);
	check_counted(&w, 0, 1, 1);
}

/**
 * case_guard_no_timestamps() - without timestamps it stays at 60 s
 * @arg: struct length_arg
 */
void case_guard_no_timestamps(const void *arg)
{
	const struct length_arg *a = arg;
	const int64_t ns = 60 * NS_PER_S;
	struct wire w;
	struct pair p;
	struct life l;

	wire_make(&w);
	setting_set(w.ns[0], "/proc/sys/net/ipv4/tcp_timestamps", 0);
	tune(w.ns[0], 1000, true);
	pair_open(&p, &w, a->family);
	pair_to_time_wait(&p, a->path);
	check_counted(&w, 1, 0, 0);
	l = life_watch(w.diag[0], &p.end[0], TCP_TIME_WAIT, p.ticked, p.after, ns);
	life_check(&l, "60 s", ns - tick_ns(), ns + wheel_ns(ns) + tick_ns());
}

/**
 * case_no_guard_no_timestamps() - without the guard timestamps do not matter
 * @arg: unused
 */
void case_no_guard_no_timestamps(const void *arg)
{
	struct wire w;
	struct pair p;

	wire_make(&w);
	setting_set(w.ns[0], "/proc/sys/net/ipv4/tcp_timestamps", 0);
	tune(w.ns[0], 1000, false);
	pair_open(&p, &w, AF_INET6);
	pair_to_time_wait(&p, PATH_TIMEWAIT);
	tuned_check(&p, 0, 1000);
	check_counted(&w, 0, 1, 1);
}

/**
 * case_guard_stale_timestamps() - those of the connection before do not count
 * @arg: unused
 *
 * A connection that takes the port of a TIME_WAIT inherits what that had noted of
 * timestamps (tcp_twsk_unique()), also where the peer sends none any more.
 */
void case_guard_stale_timestamps(const void *arg)
{
	struct pair first, second;
	struct diag_sock s;
	struct wire w;

	wire_make(&w);
	setting_set(w.ns[0], "/proc/sys/net/ipv4/tcp_tw_reuse", 1);
	check(!setting_write(w.ns[0], "/proc/sys/net/ipv4/ip_local_port_range",
			     "40000 40000", 11), "one port");
	tune(w.ns[0], 60000, true);
	pair_open(&first, &w, AF_INET);
	pair_to_time_wait(&first, PATH_FULL);
	tune(w.ns[0], 1000, true);
	setting_set(w.ns[1], "/proc/sys/net/ipv4/tcp_timestamps", 0);
	pair_open_to(&second, &w, AF_INET, first.end[0].dport);
	check(row_now(w.ns[0], "time_wait_reused") == 1, "%lu",
	      row_now(w.ns[0], "time_wait_reused"));
	pair_to_time_wait(&second, PATH_FULL);
	s = pair_find(&second, 0);
	check(s.left_ms > 50000, "%ld ms left", s.left_ms);
	check_counted(&w, 1, 0, 0);
}
