// SPDX-License-Identifier: GPL-2.0
/*
 * Timewait sockets that end, or enter TIME_WAIT, at the moment when the module that is being
 * loaded comes by in their chain. A build of the module waits there until they do.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/wait.h>

#include <kselftest.h>

#include "child.h"
#include "clock.h"
#include "fail.h"
#include "modload.h"
#include "pair.h"
#include "rows.h"
#include "setting.h"

#define WAITS	"/sys/module/tcp_closestat/parameters/fault_waits"

#define N_PAIRS	4

static bool baseline_waits(void)
{
	char text[8] = "";

	return setting_read(-1, WAITS, text, sizeof(text)) > 0 && text[0] == 'Y';
}

/* The child must not keep a socket open that is closed here meanwhile. */
static pid_t start_load(struct pair *p)
{
	const pid_t pid = child_fork();
	int i;

	if (!pid) {
		for (i = 0; i < N_PAIRS; i++)
			pair_close(&p[i], 1);
		stay_on_cpu(0);
		_exit(-module_load());
	}
	return pid;
}

/*
 * Sockets in FIN_WAIT2 that all get the peer's FIN, or its RST, while the module is loaded
 * beside them: that has to be in the counts, and nothing else.
 */
static bool count_all(struct wire *w, void (*peer_ends)(struct pair *p, int side))
{
	const bool reset = peer_ends == pair_reset;
	struct pair p[N_PAIRS];
	const char *ended = reset ? "ended_rst_received" : "ended_active_fin";
	const uint64_t in_time_wait = reset ? 0 : N_PAIRS;
	int i, status;
	struct rows r;
	pid_t load;
	bool ok;

	for (i = 0; i < N_PAIRS; i++) {
		pair_open(&p[i], w, AF_INET);
		pair_to_fin_wait2(&p[i], PATH_TIMEWAIT);
	}
	load = start_load(p);
	until(baseline_waits());
	for (i = 0; i < N_PAIRS; i++) {
		peer_ends(&p[i], 1);
		wire_until(w, pair_state(&p[i], 0) != TCP_FIN_WAIT2);
	}
	if (waitpid(load, &status, 0) != load || status)
		die("load: %#x", status);
	/* Else their FINs would be sent again long after the test. */
	for (i = 0; i < N_PAIRS; i++)
		wire_until(w, pair_state(&p[i], 1) == 0);

	rows_read(&r, w->ns[0]);
	ksft_print_msg("%s %lu, fin_wait2 %lu, time_wait %lu, records %lu\n", ended,
		       rows_get(&r, ended), rows_get(&r, "fin_wait2"),
		       rows_get(&r, "time_wait"), rows_get(&r, "records"));
	ok = rows_get(&r, ended) == N_PAIRS && rows_get(&r, "ended") == N_PAIRS &&
	     !rows_get(&r, "fin_wait2") && rows_get(&r, "time_wait") == in_time_wait;
	setting_set(w->ns[0], SETTING("time_wait_purge"), 1);
	rows_read(&r, w->ns[0]);
	ok &= !rows_get(&r, "time_wait") && !rows_get(&r, "records");
	return !module_unload() && ok;
}

int main(void)
{
	struct wire w;

	ksft_print_header();
	module_variant("slow_baseline");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		ksft_exit_skip("this needs two CPUs\n");
	ksft_set_plan(2);
	stay_on_cpu(1);
	wire_make(&w);
	ksft_test_result(count_all(&w, pair_reset), "reset as the baseline comes by\n");
	ksft_test_result(count_all(&w, pair_close), "closed as the baseline comes by\n");
	ksft_finished();
}
