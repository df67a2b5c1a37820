// SPDX-License-Identifier: GPL-2.0
/* The counts and gauges against what the kernel itself says of its sockets. */
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "child.h"
#include "clock.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "pair.h"
#include "rows.h"
#include "traffic.h"
#include "tuned.h"

#define N_LOADS	2

static const struct {
	const char *gauge;
	int state;
} states[] = {
	{ "fin_wait1", TCP_FIN_WAIT1 }, { "fin_wait2", TCP_FIN_WAIT2 },
	{ "closing", TCP_CLOSING }, { "close_wait", TCP_CLOSE_WAIT },
	{ "last_ack", TCP_LAST_ACK }, { "time_wait", TCP_TIME_WAIT },
};

#define N_STATES (sizeof(states) / sizeof(states[0]))

FIXTURE(counts) {
	int ns;
	int diag;
};

FIXTURE_SETUP(counts)
{
	self->ns = netns_new();
	self->diag = diag_open(self->ns);
}

FIXTURE_TEARDOWN(counts)
{
	close(self->diag);
	close(self->ns);
}

/* "tw" of /proc/net/sockstat: all timewait sockets. */
static unsigned int sockstat_tw(int ns)
{
	char text[1024];
	const char *tw;

	if (setting_read(ns, "/proc/thread-self/net/sockstat", text,
			 sizeof(text)) < 0)
		die_errno("cannot read sockstat");
	tw = strstr(text, " tw ");
	if (!tw)
		die("no tw in sockstat");
	return atoi(tw + 4);
}

/*
 * Return: whether nothing moved while all was read, so that it compares; what
 * does not agree then ends the test.
 */
static bool agree(int ns, int diag)
{
	unsigned int seen[N_STATES], twsks = 0, tw, i;
	struct rows before, after;

	rows_read(&before, ns);
	for (i = 0; i < N_STATES; i++) {
		unsigned int twsk;

		seen[i] = diag_count(diag, states[i].state, &twsk);
		twsks += twsk;
	}
	tw = sockstat_tw(ns);
	rows_read(&after, ns);
	if (memcmp(&before, &after, sizeof(before)))
		return false;
	/*
	 * Both are the kernel's, and inet_twsk_kill() takes one out of the table before it
	 * counts it no more.
	 */
	if (tw != twsks)
		return false;

	for (i = 0; i < N_STATES; i++)
		check(rows_get(&after, states[i].gauge) == seen[i],
		      "%s is %lu, sock_diag sees %u", states[i].gauge,
		      rows_get(&after, states[i].gauge), seen[i]);
	/* Those not in TIME_WAIT are in FIN_WAIT2. */
	check(tw >= rows_get(&after, "time_wait") &&
	      tw <= rows_get(&after, "time_wait") + rows_get(&after, "fin_wait2"),
	      "sockstat says %u, time_wait is %lu, fin_wait2 %lu", tw,
	      rows_get(&after, "time_wait"), rows_get(&after, "fin_wait2"));
	return true;
}

/* Several rounds, and until a row has moved. */
static void check_under_load(int ns, int diag, const char *row)
{
	pid_t load[N_LOADS];
	uint64_t ended = 0;
	int round, i, status;

	for (i = 0; i < N_LOADS; i++)
		load[i] = traffic_start(ns);
	for (round = 0; round < 5 || !row_now(ns, row); round++) {
		until(row_now(ns, "ended") > ended + 100);
		for (i = 0; i < N_LOADS; i++) {
			kill(load[i], SIGSTOP);
			waitpid(load[i], &status, WUNTRACED);
		}
		until(agree(ns, diag));
		ended = row_now(ns, "ended");
		for (i = 0; i < N_LOADS; i++)
			kill(load[i], SIGCONT);
	}
	for (i = 0; i < N_LOADS; i++)
		traffic_stop(load[i]);
	until(agree(ns, diag));
	check(row_now(ns, "ended_other") == 0, "%lu", row_now(ns, "ended_other"));
	check(row_now(ns, "record_failures") == 0, "%lu",
	      row_now(ns, "record_failures"));
}

TEST_F_TIMEOUT(counts, gauges_agree_with_sock_diag, 120)
{
	check_under_load(self->ns, self->diag, "time_wait");
}

TEST_F_TIMEOUT(counts, gauges_agree_while_time_waits_end, 120)
{
	tune(self->ns, 300, false);
	check_under_load(self->ns, self->diag, "time_wait_expired");
	until(row_now(self->ns, "time_wait") == 0);
	until(agree(self->ns, self->diag));
}

TEST_F_TIMEOUT(counts, gauges_agree_without_histograms, 120)
{
	setting_set(self->ns, SETTING("histograms"), 0);
	check_under_load(self->ns, self->diag, "time_wait");
}

/* The states of each side, path by path. */
static const struct {
	enum path path;
	int side;
	uint64_t entered[N_STATES];	/* in the order of states[] */
} ways[] = {
	{ PATH_FULL, 0, { 1, 1, 0, 0, 0, 1 } },
	{ PATH_FULL, 1, { 0, 0, 0, 1, 1, 0 } },
	{ PATH_THREE, 0, { 1, 1, 0, 0, 0, 1 } },
	{ PATH_THREE, 1, { 0, 0, 0, 1, 1, 0 } },
	{ PATH_TIMEWAIT, 0, { 1, 1, 0, 0, 0, 1 } },
	{ PATH_TIMEWAIT, 1, { 0, 0, 0, 1, 1, 0 } },
	{ PATH_CLOSING, 0, { 1, 0, 1, 0, 0, 1 } },
	{ PATH_CLOSING, 1, { 1, 0, 1, 0, 0, 1 } },
};

#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static void check_entered(int family)
{
	unsigned int i, j;

	for (i = 0; i < N_WAYS; i++) {
		struct rows r;
		struct wire w;
		struct pair p;

		wire_make(&w);
		pair_open(&p, &w, family);
		pair_to_time_wait(&p, ways[i].path);
		rows_read(&r, w.ns[ways[i].side]);
		for (j = 0; j < N_STATES; j++) {
			char name[40];

			snprintf(name, sizeof(name), "%s_entered",
				 states[j].gauge);
			check(rows_get(&r, name) == ways[i].entered[j],
			      "%s, side %d: %s is %lu",
			      path_names[ways[i].path], ways[i].side, name,
			      rows_get(&r, name));
		}
		check(rows_get(&r, "ended") == 1, "%lu", rows_get(&r, "ended"));
		until(agree(w.ns[0], w.diag[0]));
		until(agree(w.ns[1], w.diag[1]));
		wire_break(&w);
	}
}

TEST_F(counts, entered_ipv4)
{
	check_entered(AF_INET);
}

TEST_F(counts, entered_ipv6)
{
	check_entered(AF_INET6);
}

static int purge(int ns)
{
	return setting_write(ns, SETTING("time_wait_purge"), "1\n", 2);
}

TEST_F(counts, purge)
{
	struct pair p[2][3], waiting;
	unsigned int i, twsk;
	struct wire w;

	wire_make(&w);
	for (i = 0; i < 3; i++) {
		const int family = i == 1 ? AF_INET6 : AF_INET;

		pair_open(&p[0][i], &w, family);
		pair_to_time_wait(&p[0][i], PATH_TIMEWAIT);
		pair_open(&p[1][i], &w, family);
		pair_to_time_wait(&p[1][i], PATH_CLOSING);
	}
	pair_open(&waiting, &w, AF_INET);
	pair_to_fin_wait2(&waiting, PATH_TIMEWAIT);
	ASSERT_EQ(6, row_now(w.ns[0], "time_wait"));
	ASSERT_EQ(3, row_now(w.ns[1], "time_wait"));

	/* Another namespace's purge is not theirs. */
	EXPECT_EQ(0, purge(self->ns));
	EXPECT_EQ(6, row_now(w.ns[0], "time_wait"));

	EXPECT_EQ(0, purge(w.ns[0]));
	EXPECT_EQ(0, row_now(w.ns[0], "time_wait"));
	EXPECT_EQ(6, row_now(w.ns[0], "time_wait_purged"));
	EXPECT_EQ(0, row_now(w.ns[0], "time_wait_expired"));
	EXPECT_EQ(0, diag_count(w.diag[0], TCP_TIME_WAIT, NULL));
	EXPECT_EQ(1, diag_count(w.diag[0], TCP_FIN_WAIT2, &twsk));
	EXPECT_EQ(1, twsk);
	EXPECT_EQ(1, row_now(w.ns[0], "fin_wait2"));
	EXPECT_EQ(3, row_now(w.ns[1], "time_wait"));
	EXPECT_EQ(3, diag_count(w.diag[1], TCP_TIME_WAIT, NULL));
	until(agree(w.ns[0], w.diag[0]));

	/* The FIN_WAIT2 that was left alone is still there. */
	pair_finish(&waiting);
	EXPECT_EQ(7, row_now(w.ns[0], "time_wait_entered"));
	EXPECT_EQ(0, purge(w.ns[0]));
	EXPECT_EQ(7, row_now(w.ns[0], "time_wait_purged"));
	EXPECT_EQ(0, purge(w.ns[0]));
	EXPECT_EQ(7, row_now(w.ns[0], "time_wait_purged"));
	wire_break(&w);
}

/* A second purge and the timers at the same time: each end counts once. */
TEST_F_TIMEOUT(counts, purge_under_load, 120)
{
	pid_t load[N_LOADS];
	struct rows r;
	int i;

	tune(self->ns, 20, false);
	for (i = 0; i < N_LOADS; i++)
		load[i] = traffic_start(self->ns);
	do {
		ASSERT_EQ(0, purge(self->ns));
		rows_read(&r, self->ns);
	} while (rows_get(&r, "time_wait_entered") < 1000 ||
		 rows_get(&r, "time_wait_purged") < 10);
	for (i = 0; i < N_LOADS; i++)
		traffic_stop(load[i]);
	until(agree(self->ns, self->diag));
	until(row_now(self->ns, "time_wait") == 0);
	rows_read(&r, self->ns);
	EXPECT_EQ(rows_get(&r, "time_wait_entered"),
		  rows_get(&r, "time_wait_expired") +
		  rows_get(&r, "time_wait_purged") +
		  rows_get(&r, "time_wait_reused") +
		  rows_get(&r, "time_wait_reset"));
}

/* The counts of a CPU stay in the sums when it is switched off. */
TEST_F_TIMEOUT(counts, of_a_cpu_that_is_off, 120)
{
	struct rows on, off;
	unsigned int i;
	pid_t load;
	int err;

	if (access(CPU_SWITCH, W_OK))
		SKIP(return, "no CPU that can be switched off");
	/* None of its TIME_WAITs ends meanwhile. */
	setting_set(self->ns, SETTING("time_wait_ms"), 600000);
	stay_on_cpu(1);
	load = traffic_start(self->ns);
	until(row_now(self->ns, "time_wait_entered") >= 20);
	traffic_stop(load);
	stay_on_cpu(0);
	until(!row_now(self->ns, "fin_wait1") && !row_now(self->ns, "fin_wait2") &&
	      !row_now(self->ns, "closing") && !row_now(self->ns, "close_wait") &&
	      !row_now(self->ns, "last_ack"));
	rows_read(&on, self->ns);
	until((err = setting_write(-1, CPU_SWITCH, "0", 1)) != -EBUSY);
	ASSERT_EQ(0, err);
	rows_read(&off, self->ns);
	EXPECT_EQ(0, setting_write(-1, CPU_SWITCH, "1", 1));
	for (i = 0; i < on.n; i++)
		EXPECT_EQ(on.row[i].value, off.row[i].value)
			TH_LOG("%s", on.row[i].name);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
