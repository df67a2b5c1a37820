// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces die by the hundred, with connections in every state of closing, while
 * another process reads the total over the living and the dead. Nothing that was
 * counted may be lost from it, at no moment.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <kselftest.h>

#include "child.h"
#include "clock.h"
#include "ends_sock.h"
#include "env.h"
#include "fail.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "observer.h"
#include "stress_ledger.h"
#include "stress_watch.h"
#include "stress_ways.h"

#define N_NETNS		200
#define N_WORKERS	4
#define CONNECTIONS	25

static struct shared {
	uint64_t done[N_WORKERS][64];
	uint64_t reads;
	bool stop;
} *shared;

/*
 * What is still there when its namespace dies: a FIN_WAIT2 timewait socket, whose
 * peer is made to vanish silently (TCP_REPAIR).
 */
static void leave_fin_wait2(struct place *place)
{
	int c = socket(place->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), s;

	if (c < 0 || connect(c, (struct sockaddr *)&place->addr, place->len))
		die_errno("connect");
	s = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC);
	if (s < 0)
		die_errno("accept");
	shutdown(c, SHUT_WR);
	wait_eof(s);
	set_opt(s, SOL_TCP, TCP_QUICKACK, 1);
	wait_state(c, TCP_FIN_WAIT2);
	close(c);
	set_opt(s, SOL_TCP, TCP_REPAIR, 1);
	close(s);
}

static const struct way vanished = {
	.spec = "fin_wait1_entered=1 fin_wait2_entered=1 close_wait_entered=1 ended_fin_wait2_expired=1 ended_other=1",
};

static void live_and_die(unsigned int worker, uint64_t *random, int home)
{
	struct place place;
	unsigned int made = 0;
	int ns = netns_new();

	/* In some, TIME_WAITs are over before the namespace is. */
	if (*random % 2)
		setting_set(ns, SETTING("time_wait_guard"), 0);
	if (*random % 2)
		setting_set(ns, SETTING("time_wait_ms"), 20);
	setting_set(ns, "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
	netns_enter(ns);
	place_init(&place, *random % 4 < 2 ? AF_INET : AF_INET6, 0);
	while (made < CONNECTIONS) {
		const unsigned int way = way_choose(random, false);

		/* How these went nobody could say any more. */
		if (way == WAY_RACE || way == WAY_ORPHAN)
			continue;
		ways[way].run(&place);
		shared->done[worker][way]++;
		made += ways[way].connections;
	}
	leave_fin_wait2(&place);
	place_leave(&place);
	netns_enter(home);
	close(ns);
}

/* STRESS_SEED; it repeats the choices, not their order in time. */
static uint64_t seed;

static void work(unsigned int worker)
{
	uint64_t random = (worker + 1) * 2654435761u + seed;
	int home = netns_here();
	unsigned int i;

	for (i = 0; i < N_NETNS / N_WORKERS; i++)
		live_and_die(worker, &random, home);
}

static void read_on(void)
{
	struct watch watch = {};

	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE))
		watch_once(&watch);
	shared->reads = watch.reads;
}

static bool went_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static pid_t start(void (*run)(unsigned int), unsigned int worker)
{
	const pid_t pid = child_fork();

	if (pid)
		return pid;
	if (run)
		run(worker);
	else
		read_on();
	exit(0);
}

static bool total_agrees(const struct rows *before)
{
	struct ledger ledger = {};
	unsigned int worker, i;
	struct rows now;

	for (worker = 0; worker < N_WORKERS; worker++)
		for (i = 0; i < n_ways; i++)
			ledger_add(&ledger, &ways[i], shared->done[worker][i]);
	ledger_add(&ledger, &vanished, N_NETNS);

	/* The kernel's own counts died with the namespaces. */
	watch_total(&now);
	return ledger_rows_agree(&ledger, before, &now);
}

int main(void)
{
	pid_t workers[N_WORKERS], reader;
	struct rows before;
	bool worked = true;
	unsigned int i;

	ksft_print_header();
	ksft_set_plan(3);
	module_needed();
	seed = env_number("STRESS_SEED", now_ns() % 1000000);
	ksft_print_msg("STRESS_SEED=%" PRIu64 "\n", seed);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die_errno("mmap");
	/* The effects of earlier tests have to be over. */
	watch_wait_all_over(NULL);
	watch_total(&before);

	reader = start(NULL, 0);
	for (i = 0; i < N_WORKERS; i++)
		workers[i] = start(work, i);
	for (i = 0; i < N_WORKERS; i++)
		worked &= went_well(workers[i]);
	/* Namespaces die behind their last user's back. */
	watch_wait_all_over(NULL);
	ksft_test_result(worked, "nothing is left of the namespaces\n");
	ksft_test_result(total_agrees(&before), "all that they did is in the total\n");

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
	worked = went_well(reader);
	ksft_print_msg("read %" PRIu64 " times\n", shared->reads);
	ksft_test_result(worked, "the total never went back\n");
	ksft_finished();
}
