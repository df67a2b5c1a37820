// SPDX-License-Identifier: GPL-2.0
/* Loads and unloads under traffic, RELOAD_CYCLES of them (12), 8 at the least. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "child.h"
#include "clock.h"
#include "env.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "traffic.h"

#define N_CYCLES	12
#define N_LOADS		2
/*
 * Each load makes a table of 2.5 kB for each CPU and each of four namespaces, so that
 * four loads whose tables are not freed are found.
 */
#define MAY_GROW_KB	(32 * sysconf(_SC_NPROCESSORS_CONF))

FIXTURE(reload) {
	int ns[N_LOADS];
};

FIXTURE_SETUP(reload)
{
	int i;

	for (i = 0; i < N_LOADS; i++)
		self->ns[i] = netns_new();
}

FIXTURE_TEARDOWN(reload)
{
	int i;

	for (i = 0; i < N_LOADS; i++)
		close(self->ns[i]);
}

/* Opens, reads and writes all there is, whether it is there or not. */
static pid_t start_meddler(int ns)
{
	const pid_t pid = child_fork();
	char text[65536];

	if (pid)
		return pid;
	netns_enter(ns);
	for (;;) {
		setting_read(-1, FILE_NS, text, sizeof(text));
		setting_read(-1, FILE_HIST, text, sizeof(text));
		setting_write(-1, SETTING("time_wait_ms"), "100\n", 4);
		setting_write(-1, SETTING("time_wait_guard"), "0\n", 2);
		setting_write(-1, SETTING("time_wait_purge"), "1\n", 2);
		nap_ms(1);
	}
}

/* kB of per-CPU memory: a leak of the module's would be most of all there. */
static long percpu_kb(void)
{
	char text[8192];
	const char *row;

	if (setting_read(-1, "/proc/meminfo", text, sizeof(text)) < 0)
		die_errno("cannot read meminfo");
	row = strstr(text, "\nPercpu:");
	return row ? atol(row + strlen("\nPercpu:")) : 0;
}

TEST_F_TIMEOUT(reload, again_and_again_under_traffic, 590)
{
	const int n_cycles = env_number("RELOAD_CYCLES", N_CYCLES);
	pid_t load[N_LOADS], meddler;
	long before = 0;
	int i;

	for (i = 0; i < N_LOADS; i++)
		load[i] = traffic_start(self->ns[i]);
	meddler = start_meddler(self->ns[0]);
	for (i = 0; i < n_cycles; i++) {
		ASSERT_EQ(0, module_load());
		/* Growth at the first use is no leak. */
		if (i == n_cycles / 2)
			before = percpu_kb();
		ASSERT_EQ(0, module_unload());
	}
	ASSERT_EQ(0, module_load());
	/* It is alive: it counts. */
	until(row_now(self->ns[1], "time_wait_entered") > 10);
	EXPECT_GT(before + MAY_GROW_KB, percpu_kb());
	EXPECT_EQ(0, module_unload());
	for (i = 0; i < N_LOADS; i++)
		traffic_stop(load[i]);
	traffic_stop(meddler);
}

int main(int argc, char **argv)
{
	module_not_wanted();
	return test_harness_run(argc, argv);
}
