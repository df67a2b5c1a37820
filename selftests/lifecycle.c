// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading, whatever is going on at the time. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "clock.h"
#include "diag.h"
#include "kmsg.h"
#include "module_files.h"
#include "life.h"
#include "modload.h"
#include "netns.h"
#include "pair.h"
#include "rows.h"
#include "tuned.h"

/* The buckets of a namespace's hash table */
#define TABLE		"/proc/sys/net/ipv4/tcp_ehash_entries"

FIXTURE(lifecycle) {
	struct wire w;
};

FIXTURE_SETUP(lifecycle)
{
	wire_make(&self->w);
	/* A test that failed may have left it. */
	if (module_loaded())
		ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load());
}

FIXTURE_TEARDOWN(lifecycle)
{
	if (module_loaded())
		EXPECT_EQ(0, module_unload());
	EXPECT_EQ(-1, access(FILE_NS, F_OK));
	EXPECT_EQ(-1, access(FILE_LINK, F_OK));
	EXPECT_EQ(-1, access(FILE_ALL, F_OK));
	EXPECT_EQ(-1, access(FILE_ALL_HIST, F_OK));
	EXPECT_EQ(-1, access("/proc/sys/net/tcp_closestat", F_OK));
	EXPECT_EQ(-1, access(SETTING_ALIAS, F_OK));
	EXPECT_EQ(-1, access(EVENT_DIR, F_OK));
	wire_break(&self->w);
}

TEST_F(lifecycle, load_twice)
{
	EXPECT_EQ(-EEXIST, module_load());
	EXPECT_TRUE(module_loaded());
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(-ENOENT, module_unload());
	EXPECT_EQ(0, module_load());
}

TEST_F_TIMEOUT(lifecycle, unload_with_time_waits, 60)
{
	struct wire *w = &self->w;
	struct diag_sock s;
	struct pair p, later;

	/* Unloading may take seconds on a busy machine. */
	tune(w->ns[0], 10000, false);
	pair_open(&p, w, AF_INET);
	pair_to_time_wait(&p, PATH_TIMEWAIT);
	EXPECT_EQ(0, module_unload());
	EXPECT_EQ(TCP_TIME_WAIT, pair_state(&p, 0));

	/* A new TIME_WAIT is the kernel's again; one that was there keeps its time. */
	pair_open(&later, w, AF_INET);
	pair_to_time_wait(&later, PATH_TIMEWAIT);
	s = pair_find(&later, 0);
	EXPECT_LT(50000, s.left_ms);
	EXPECT_GE(60000, s.left_ms);
	tuned_check(&p, 0, 10000);

	/* It is counted as one that was there before. */
	ASSERT_EQ(0, module_load());
	EXPECT_EQ(1, row_now(w->ns[0], "time_wait"));
	EXPECT_EQ(0, row_now(w->ns[0], "time_wait_entered"));
	EXPECT_EQ(60000, setting_get(w->ns[0], SETTING("time_wait_ms")));
	setting_set(w->ns[0], SETTING("time_wait_purge"), 1);
	EXPECT_EQ(0, row_now(w->ns[0], "time_wait"));
	EXPECT_EQ(1, row_now(w->ns[0], "time_wait_purged"));
}

static enum wire_verdict drop_all(const struct wire_segment *seg, void *arg)
{
	return WIRE_DROP;
}

/* Those of @w that are closing when the module is loaded are in the gauges, and leave. */
static void load_beside_closing_sockets(struct __test_metadata *_metadata, struct wire *w)
{
	struct pair wait, full, twsk, last;
	struct rows r;

	EXPECT_EQ(0, module_unload());
	pair_open(&wait, w, AF_INET);
	pair_to_time_wait(&wait, PATH_FULL);
	pair_open(&full, w, AF_INET6);
	pair_to_fin_wait2(&full, PATH_FULL);
	pair_open(&twsk, w, AF_INET);
	pair_to_fin_wait2(&twsk, PATH_TIMEWAIT);
	pair_open(&last, w, AF_INET6);
	pair_to_fin_wait2(&last, PATH_FULL);
	w->filter = drop_all;
	pair_close(&last, 1);
	ASSERT_EQ(0, module_load());

	rows_read(&r, w->ns[0]);
	EXPECT_EQ(1, rows_get(&r, "time_wait"));
	EXPECT_EQ(3, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(0, rows_get(&r, "time_wait_entered"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2_entered"));
	rows_read(&r, w->ns[1]);
	EXPECT_EQ(2, rows_get(&r, "close_wait"));
	EXPECT_EQ(1, rows_get(&r, "last_ack"));
	EXPECT_EQ(0, rows_get(&r, "last_ack_entered"));
	EXPECT_EQ(0, rows_get(&r, "ended"));

	/* All proceed to their ends, and no gauge below 0. */
	w->filter = NULL;
	pair_finish(&last);
	w->filter = NULL;
	pair_finish(&full);
	w->filter = NULL;
	pair_finish(&twsk);
	EXPECT_EQ(4, row_now(w->ns[0], "time_wait"));
	setting_set(w->ns[0], SETTING("time_wait_purge"), 1);
	rows_read(&r, w->ns[0]);
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(3, rows_get(&r, "ended_active_fin"));
	EXPECT_EQ(3, rows_get(&r, "time_wait_entered"));
	EXPECT_EQ(4, rows_get(&r, "time_wait_purged"));
	EXPECT_EQ(0, rows_get(&r, "records"));
	rows_read(&r, w->ns[1]);
	EXPECT_EQ(3, rows_get(&r, "ended_passive_fin"));
	EXPECT_EQ(0, rows_get(&r, "close_wait"));
	EXPECT_EQ(0, rows_get(&r, "last_ack"));
	EXPECT_EQ(0, rows_get(&r, "records"));
}

TEST_F(lifecycle, load_with_closing_sockets)
{
	load_beside_closing_sockets(_metadata, &self->w);
}

/* From 6.1 on a namespace may have a hash table of its own. */
TEST_F(lifecycle, load_with_closing_sockets_in_own_tables)
{
	struct wire own;

	if (access(CHILD_TABLE, F_OK))
		SKIP(return, "this kernel has one table for all namespaces");
	setting_set(-1, CHILD_TABLE, 64);
	wire_make(&own);
	setting_set(-1, CHILD_TABLE, 0);
	/* A negative number says that the table is not its own (tcp_ehash_entries). */
	EXPECT_EQ(64, setting_get(own.ns[0], TABLE));
	load_beside_closing_sockets(_metadata, &own);
	wire_break(&own);
}

#define MANY	150

/* On the loopback where the thread is: FIN_WAIT2 at one end, CLOSE_WAIT at the other. */
static void half_close_many(int (*fds)[2])
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(sa);
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte;
	int i;

	if (listen(listener, MANY) || getsockname(listener, (struct sockaddr *)&sa, &len))
		die_errno("listen");
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < MANY; i++) {
		fds[i][0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fds[i][0], (struct sockaddr *)&sa, len))
			die_errno("connect");
		fds[i][1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		shutdown(fds[i][0], SHUT_WR);
		check(!read(fds[i][1], &byte, 1), "no FIN");
	}
	close(listener);
}

/* How many lines of the file begin as no other, read a few bytes at a time. */
static int lines_of_ages(void)
{
	static char text[1 << 17];
	char *line, *rest = text;
	size_t used = 0;
	ssize_t n;
	int fd = open(FILE_AGES, O_RDONLY | O_CLOEXEC), lines = 0;

	while ((n = read(fd, text + used, 100)) > 0)
		used += n;
	close(fd);
	text[used] = '\0';
	while ((line = strsep(&rest, "\n")) && *line) {
		const char *state = strstr(line, "state=");

		check(state && strstr(line, " state_ms=-1 "), "'%s'", line);
		*strstr(line, "state=") = '\0';
		check(!strstr(rest, line), "twice: %s", line);
		lines++;
	}
	return lines;
}

/*
 * Any namespace's root may have all of its sockets in a single chain, whose lock nobody may hold
 * for long: what is done with them is done in pieces, and none is left out.
 */
TEST_F_TIMEOUT(lifecycle, load_with_many_in_one_chain, 120)
{
	static int fds[MANY][2];
	int here = netns_here(), i;
	struct wire own;
	struct rows r;

	if (access(CHILD_TABLE, F_OK))
		SKIP(return, "this kernel has one table for all namespaces");
	setting_set(-1, CHILD_TABLE, 1);
	wire_make(&own);
	setting_set(-1, CHILD_TABLE, 0);
	EXPECT_EQ(1, setting_get(own.ns[0], TABLE));
	/* It goes by the size of the table, too. */
	setting_set(own.ns[0], "/proc/sys/net/ipv4/tcp_max_tw_buckets", 2 * MANY);
	EXPECT_EQ(0, module_unload());
	netns_enter(own.ns[0]);
	ASSERT_EQ(0, system("ip link set lo up"));
	half_close_many(fds);
	netns_enter(here);
	ASSERT_EQ(0, module_load());

	rows_read(&r, own.ns[0]);
	EXPECT_EQ(MANY, rows_get(&r, "close_wait"));
	EXPECT_EQ(MANY, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(2 * MANY, rows_get(&r, "records"));
	netns_enter(own.ns[0]);
	EXPECT_EQ(2 * MANY, lines_of_ages());
	for (i = 0; i < MANY; i++) {
		close(fds[i][1]);
		close(fds[i][0]);
	}
	netns_enter(here);
	rows_read(&r, own.ns[0]);
	EXPECT_EQ(MANY, rows_get(&r, "ended_passive_fin"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(MANY, rows_get(&r, "time_wait"));
	setting_set(own.ns[0], SETTING("time_wait_purge"), 1);
	rows_read(&r, own.ns[0]);
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	EXPECT_EQ(MANY, rows_get(&r, "time_wait_purged"));
	EXPECT_EQ(0, rows_get(&r, "records"));
	close(here);
	wire_break(&own);
}

/* The initial namespace's table for what is lost; in one transaction. */
#define LOSE	"add table inet lost; add chain inet lost input { type filter hook input priority 0; };" \
		"add rule inet lost input iif lo tcp flags & fin == fin "

/*
 * The hooks' self-test has its connections on the initial namespace's loopback. No socket may
 * be left there that waits for an ACK: it has no timer to send its FIN again.
 */
static void load_while_lost(struct __test_metadata *_metadata, const char *rule, bool proven)
{
	static const int states[] = { TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSING, TCP_LAST_ACK };
	const int here = netns_here(), diag = diag_open(here), log = kmsg_open();
	unsigned int i, twsks;
	char command[512];

	EXPECT_EQ(0, module_unload());
	snprintf(command, sizeof(command), "nft '%s %s'", LOSE, rule);
	ASSERT_EQ(0, system(command));
	EXPECT_EQ(0, module_load());
	ASSERT_EQ(0, system("nft delete table inet lost"));
	EXPECT_EQ(!proven, kmsg_find(log, "hooks not proven"));
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		until(!diag_count(diag, states[i], &twsks));
	close(log);
	close(diag);
	close(here);
}

TEST_F(lifecycle, load_while_a_fin_is_lost)
{
	load_while_lost(_metadata, "numgen inc mod 2 == 1 drop", true);
}

TEST_F(lifecycle, load_while_fins_are_lost)
{
	load_while_lost(_metadata, "drop", false);
}

/* The self-test is late then, and its connections are counted. */
TEST_F(lifecycle, load_before_the_loopback_is_up)
{
	const int here = netns_here();
	struct rows r;
	int err;

	EXPECT_EQ(0, module_unload());
	ASSERT_EQ(0, system("ip link set lo down"));
	err = module_load();
	ASSERT_EQ(0, system("ip link set lo up"));
	ASSERT_EQ(0, err);
	until(row_now(here, "ended") == 6);
	until(!row_now(here, "time_wait") && !row_now(here, "last_ack"));
	rows_read(&r, here);
	EXPECT_EQ(1, rows_get(&r, "ended_rst_sent"));
	EXPECT_EQ(1, rows_get(&r, "ended_rst_received"));
	EXPECT_EQ(2, rows_get(&r, "ended_active_fin"));
	EXPECT_EQ(2, rows_get(&r, "ended_passive_fin"));
	EXPECT_EQ(1, rows_get(&r, "time_wait_expired"));
	EXPECT_EQ(1, rows_get(&r, "time_wait_purged"));
	EXPECT_EQ(0, rows_get(&r, "records"));
	close(here);
}

TEST_F(lifecycle, unload_with_files_open)
{
	static const char * const paths[] = {
		FILE_NS, FILE_HIST, FILE_ALL, FILE_ALL_HIST, SETTING("time_wait_ms"),
		SETTING_ALIAS,
	};
	enum { N = sizeof(paths) / sizeof(paths[0]) };
	int fd[N], i, round;
	char byte;

	for (i = 0; i < N; i++) {
		fd[i] = open(paths[i], O_RDWR | O_CLOEXEC);
		if (fd[i] < 0)
			fd[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd[i]) TH_LOG("%s", paths[i]);
		EXPECT_EQ(1, read(fd[i], &byte, 1));
	}
	/* Neither when it is gone nor when another one is there. */
	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, round ? module_load() : module_unload());
		for (i = 0; i < N; i++) {
			EXPECT_EQ(-1, pread(fd[i], &byte, 1, 0));
			EXPECT_EQ(-1, pwrite(fd[i], "1", 1, 0));
		}
	}
	for (i = 0; i < N; i++)
		close(fd[i]);
}

static void dead_rows(struct rows *r)
{
	static const char heading[] = "netns dead\n";
	static char text[1 << 20];
	const char *block;

	if (setting_read(-1, FILE_ALL, text, sizeof(text)) < 0)
		die_errno("cannot read " FILE_ALL);
	block = strstr(text, heading);
	if (!block)
		die("no total of the dead");
	rows_parse(r, block + strlen(heading));
}

static uint64_t dead_row(const char *name)
{
	struct rows r;

	dead_rows(&r);
	return rows_get(&r, name);
}

TEST_F_TIMEOUT(lifecycle, namespaces_die_with_time_waits, 120)
{
	struct pair p[2], twsk;
	struct wire w;
	struct rows r;

	dead_rows(&r);
	EXPECT_EQ(0, rows_get(&r, "ended"));
	wire_make(&w);
	pair_open(&p[0], &w, AF_INET);
	pair_to_time_wait(&p[0], PATH_CLOSING);
	pair_open(&p[1], &w, AF_INET6);
	pair_to_time_wait(&p[1], PATH_TIMEWAIT);
	pair_open(&twsk, &w, AF_INET6);
	pair_to_fin_wait2(&twsk, PATH_TIMEWAIT);
	EXPECT_EQ(2, row_now(w.ns[0], "time_wait"));
	/* A socket that waits for the last ACK would keep its namespace. */
	pair_reset(&twsk, 1);
	wire_break(&w);

	until(dead_row("time_wait_entered") == 3);
	until(dead_row("time_wait") == 0);
	until(dead_row("fin_wait2") == 0);
	until(dead_row("records") == 0);
	dead_rows(&r);
	EXPECT_EQ(2, rows_get(&r, "ended_simultaneous_fin"));
	EXPECT_EQ(1, rows_get(&r, "ended_active_fin"));
	EXPECT_EQ(1, rows_get(&r, "ended_passive_fin"));
	EXPECT_EQ(1, rows_get(&r, "ended_rst_sent"));
	EXPECT_EQ(1, rows_get(&r, "ended_fin_wait2_expired"));
	EXPECT_EQ(3, rows_get(&r, "time_wait_purged"));
	EXPECT_EQ(0, rows_get(&r, "time_wait_expired"));
}

TEST_F_TIMEOUT(lifecycle, unload_while_namespaces_die, 120)
{
	struct wire w;
	struct pair p;
	int i;

	for (i = 0; i < 5; i++) {
		wire_make(&w);
		pair_open(&p, &w, AF_INET);
		pair_to_time_wait(&p, PATH_CLOSING);
		wire_break(&w);
		ASSERT_EQ(0, module_unload());
		ASSERT_EQ(0, module_load());
	}
}

int main(int argc, char **argv)
{
	module_not_wanted();
	return test_harness_run(argc, argv);
}
