// SPDX-License-Identifier: GPL-2.0
/* Sockets that were closing before the module came are in the gauges, and leave. */
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <kselftest_harness.h>

#include "child.h"
#include "ends_lab.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "stress_ways.h"
#include "timeout_scale.h"

#define N_LOADS		5
#define N_WORKERS	2

static void need_unloaded(void)
{
	if (module_loaded())
		check(!module_unload(), "cannot unload");
}

static void load(void)
{
	int err = module_load();

	check(!err, "%s", strerror(-err));
}

FIXTURE(load) {
	struct ends_lab lab;
};

FIXTURE_VARIANT(load) {
	int family;
};

FIXTURE_VARIANT_ADD(load, ipv4) {
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(load, ipv6) {
	.family = AF_INET6,
};

FIXTURE_SETUP(load)
{
	need_unloaded();
	lab_make(&self->lab, variant->family);
}

FIXTURE_TEARDOWN(load)
{
	need_unloaded();
}

static void found(const struct ends_lab *lab, enum side side, const char *name,
		  uint64_t wanted)
{
	const uint64_t is = rows_get(&lab->before[side].rows, name);

	check(is == wanted, "%s is %" PRIu64, name, is);
}

/*
 * Seven connections end at once, which on a kernel that looks for mistakes took longer than the
 * second that lab_make() gives a FIN: it was sent again, and the answer to that met nobody.
 */
static void give_time(const struct ends_lab *lab)
{
	enum side side;

	if (timeout_scale() == 1)
		return;
	for (side = A; side <= B; side++)
		lab_sh(lab, side,
		       "ip route change 10.9.0.0/24 dev v0 rto_min 3s && ip route change fd09::/64 dev v0 rto_min 3s");
}

/* One of each, on either side; then all of them end. */
TEST_F_TIMEOUT(load, every_state, 240)
{
	struct ends_lab *lab = &self->lab;
	int twsk[2] = {}, full[2] = {}, time_wait[2] = {}, fin_wait1[2] = {};
	int closing[2] = {}, last_ack[2] = {}, close_wait[2] = {};
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	give_time(lab);
	lab_connect(lab, twsk);
	lab_connect(lab, full);
	lab_connect(lab, time_wait);
	lab_connect(lab, fin_wait1);
	lab_connect(lab, closing);
	lab_connect(lab, last_ack);
	lab_connect(lab, close_wait);
	if (getsockname(twsk[B], (struct sockaddr *)&ss, &len))
		die_errno("getsockname");

	close(twsk[B]);
	wait_eof(twsk[A]);
	shutdown(full[B], SHUT_WR);
	wait_state(full[B], TCP_FIN_WAIT2);
	shutdown(time_wait[B], SHUT_WR);
	wait_eof(time_wait[A]);
	close(time_wait[A]);
	wait_eof(time_wait[B]);
	wait_state(time_wait[B], TCP_CLOSE);
	shutdown(close_wait[A], SHUT_WR);
	wait_state(close_wait[A], TCP_FIN_WAIT2);
	shutdown(last_ack[A], SHUT_WR);
	wait_state(last_ack[A], TCP_FIN_WAIT2);

	lab_lose(lab, A, LOSE_FIN);
	shutdown(fin_wait1[B], SHUT_WR);
	shutdown(closing[B], SHUT_WR);
	shutdown(closing[A], SHUT_WR);
	wait_state(closing[B], TCP_CLOSING);
	wait_state(closing[A], TCP_FIN_WAIT2);
	wait_eof(last_ack[B]);
	close(last_ack[B]);
	/* The ACK of the FIN of @twsk may be a delayed one. */
	lab_sh(lab, B,
	       "until ss -Htn state fin-wait-2 sport = :%d | grep -q .; do :; done",
	       ntohs(((struct sockaddr_in *)&ss)->sin_port));

	load();
	lab_look(lab);
	found(lab, B, "fin_wait1", 1);
	found(lab, B, "fin_wait2", 2);
	found(lab, B, "closing", 1);
	found(lab, B, "close_wait", 1);
	found(lab, B, "last_ack", 1);
	found(lab, B, "time_wait", 1);
	found(lab, A, "close_wait", 2);
	found(lab, A, "fin_wait2", 3);
	found(lab, A, "time_wait", 0);
	found(lab, A, "ended", 0);
	found(lab, B, "ended", 0);
	found(lab, B, "fin_wait1_entered", 0);
	found(lab, B, "time_wait_entered", 0);
	found(lab, A, "record_failures", 0);
	found(lab, B, "record_failures", 0);

	lab_lose_nothing(lab, A);
	close(twsk[A]);
	close(full[A]);
	wait_eof(full[B]);
	/* On a slow machine many a FIN was lost, and the next takes twice as long each time. */
	until_within(tcp_state(fin_wait1[A]) == TCP_CLOSE_WAIT, 3 * TIMEOUT_NS);
	wait_eof(fin_wait1[A]);
	close(fin_wait1[A]);
	close(close_wait[B]);
	lab_end(lab,
		"ended_passive_fin=3 ended_active_fin=3 close_wait=-2 fin_wait2=-3 close_wait_entered=1 last_ack_entered=3 time_wait_entered=3 time_wait_purged=3 records=* TcpExtTW=* TcpCurrEstab=*",
		"ended_active_fin=3 ended_passive_fin=2 ended_simultaneous_fin=1 fin_wait1=-1 fin_wait2=-2 closing=-1 close_wait=-1 last_ack=-1 time_wait=-1 fin_wait2_entered=1 last_ack_entered=1 time_wait_entered=4 time_wait_purged=5 records=* TcpExtTW=* TcpCurrEstab=*");
	until(!row_now(lab->ns[A], "records") && !row_now(lab->ns[B], "records"));
}

static bool *stop;

static pid_t work(const struct ends_lab *lab, unsigned int worker)
{
	uint64_t random = 88172645463325252ULL + worker;
	struct place place;
	const pid_t pid = child_fork();

	if (pid)
		return pid;
	netns_enter(lab->ns[worker % 2]);
	place_init(&place, lab->family, 0);
	while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE))
		ways[way_choose(&random, false)].run(&place);
	place_leave(&place);
	_exit(0);
}

static bool all_is_over(const struct rows *rows)
{
	static const char *const gauges[] = {
		"fin_wait1", "fin_wait2", "closing", "close_wait", "last_ack",
		"time_wait", "records",
	};
	unsigned int i;

	for (i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		if (rows_get(rows, gauges[i]))
			return false;
	return true;
}

/* What the module says is left, and what the kernel does. */
static void show(int ns, const struct rows *rows)
{
	unsigned int i, twsks, fin_wait2 = diag_count(diag_open(ns), TCP_FIN_WAIT2, &twsks);

	for (i = 0; i < rows->n; i++)
		fprintf(stderr, "# %s %" PRIu64 "\n", rows->row[i].name,
			rows->row[i].value);
	fprintf(stderr, "# sock_diag: %u FIN_WAIT2, %u of them timewait sockets\n", fin_wait2,
		twsks);
}

/* Loaded in the middle of it all, again and again; then the traffic stops. */
TEST_F_TIMEOUT(load, with_traffic, 180)
{
	struct ends_lab *lab = &self->lab;
	pid_t pid[N_WORKERS];
	unsigned int i, side;
	int status;

	stop = mmap(NULL, sizeof(*stop), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stop == MAP_FAILED)
		die_errno("mmap");
	for (i = 0; i < N_WORKERS; i++)
		pid[i] = work(lab, i);
	for (i = 0; i < N_LOADS; i++) {
		if (i)
			need_unloaded();
		load();
		lab_look(lab);
		until(lab_change(lab, A, "ended") > 20 &&
		      lab_change(lab, B, "ended") > 20);
	}
	__atomic_store_n(stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < N_WORKERS; i++)
		check(waitpid(pid[i], &status, 0) == pid[i] && !status, "%#x", status);

	for (side = A; side <= B; side++) {
		struct rows rows;
		int64_t end = now_ns() + TIMEOUT_NS;

		do {
			if (now_ns() > end) {
				show(lab->ns[side], &rows);
				die("something is left");
			}
			setting_set(lab->ns[side], SETTING("time_wait_purge"), 1);
			rows_read(&rows, lab->ns[side]);
		} while (!all_is_over(&rows));
		check(!rows_get(&rows, "record_failures"), "records failed");
		check(!rows_get(&rows, "ended_other"), "ended in unknown ways");
	}
}

TEST_HARNESS_MAIN
