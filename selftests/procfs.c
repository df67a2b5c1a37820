// SPDX-License-Identifier: GPL-2.0
/* The files below /proc: their form, who may read them, and how. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "clock.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "pair.h"
#include "caps.h"
#include "rows.h"
#include "traffic.h"

#define N_READERS	8

FIXTURE(procfs) {
	int ns;
};

FIXTURE_SETUP(procfs)
{
	self->ns = netns_new();
}

FIXTURE_TEARDOWN(procfs)
{
	close(self->ns);
}

/* The rows of one file hold together, whenever it was read. */
static void check_sums(const struct rows *r)
{
	uint64_t ended = 0, rst = 0, connects = 0;
	unsigned int i, j;

	check(!strcmp(r->row[0].name, "version") && r->row[0].value == 1,
	      "first row %s %lu", r->row[0].name, r->row[0].value);
	for (i = 0; i < r->n; i++) {
		const char *name = r->row[i].name;

		if (!strncmp(name, "ended_", 6))
			ended += r->row[i].value;
		if (!strncmp(name, "rst_sent_", 9) &&
		    strcmp(name, "rst_sent_no_socket"))
			rst += r->row[i].value;
		if (!strncmp(name, "connect_failed_", 15))
			connects += r->row[i].value;
		/* A gauge that went below 0 */
		check(r->row[i].value < 1UL << 62, "%s %lu", name,
		      r->row[i].value);
		for (j = 0; j < i; j++)
			check(strcmp(name, r->row[j].name), "%s twice", name);
	}
	check(rows_get(r, "ended") == ended, "%lu, sum %lu",
	      rows_get(r, "ended"), ended);
	check(rows_get(r, "ended_rst_sent") == rst, "%lu, sum %lu",
	      rows_get(r, "ended_rst_sent"), rst);
	check(rows_get(r, "ended_connect_failed") == connects, "%lu, sum %lu",
	      rows_get(r, "ended_connect_failed"), connects);
	check(rows_get(r, "time_wait_entered") ==
	      rows_get(r, "time_wait_started_kernel") +
	      rows_get(r, "time_wait_started_tuned") +
	      rows_get(r, "time_wait_guarded"), "%lu, %lu + %lu + %lu",
	      rows_get(r, "time_wait_entered"),
	      rows_get(r, "time_wait_started_kernel"),
	      rows_get(r, "time_wait_started_tuned"),
	      rows_get(r, "time_wait_guarded"));
}

TEST_F(procfs, rows)
{
	static const char * const states[] = {
		"fin_wait1", "fin_wait2", "closing", "close_wait", "last_ack",
		"time_wait",
	};
	static const char * const others[] = {
		"time_wait_shortened", "time_wait_guarded", "time_wait_rearmed",
		"time_wait_expired", "time_wait_reused", "time_wait_reset",
		"time_wait_purged", "time_wait_started_kernel",
		"time_wait_started_tuned", "fin_retransmits", "records",
		"record_failures", "rst_sent_no_socket",
	};
	struct rows r;
	unsigned int i;

	rows_read(&r, self->ns);
	check_sums(&r);
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		char entered[40];

		snprintf(entered, sizeof(entered), "%s_entered", states[i]);
		EXPECT_EQ(0, rows_get(&r, states[i]));
		EXPECT_EQ(0, rows_get(&r, entered));
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		EXPECT_EQ(0, rows_get(&r, others[i]));
	EXPECT_EQ(0, rows_get(&r, "ended"));
}

TEST_F(procfs, modes_and_link)
{
	char target[64] = "";
	struct stat st;

	ASSERT_EQ(0, stat(FILE_NS, &st));
	EXPECT_EQ(S_IFREG | 0444, st.st_mode);
	ASSERT_EQ(0, stat(FILE_HIST, &st));
	EXPECT_EQ(S_IFREG | 0444, st.st_mode);
	ASSERT_EQ(0, stat(FILE_ALL, &st));
	EXPECT_EQ(S_IFREG | 0400, st.st_mode);
	ASSERT_EQ(0, stat(FILE_ALL_HIST, &st));
	EXPECT_EQ(S_IFREG | 0400, st.st_mode);
	EXPECT_LT(0, readlink(FILE_LINK, target, sizeof(target) - 1));
	EXPECT_STREQ("self/net/tcp_closestat", target);
}

static int write_to(void *path)
{
	return setting_write(-1, path, "0\n", 2);
}

TEST_F(procfs, nobody_writes)
{
	EXPECT_EQ(-EACCES, write_to(FILE_NS));
	EXPECT_EQ(-EACCES, write_to(FILE_HIST));
	EXPECT_EQ(-EIO, write_to(FILE_ALL));
	EXPECT_EQ(-EIO, write_to(FILE_ALL_HIST));
}

static int read_as_root(void *path)
{
	static char text[1 << 20];

	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

static int read_as_nobody(void *path)
{
	char text[65536];

	become_nobody();
	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

static int read_without_capabilities(void *path)
{
	char text[65536];

	drop_capabilities();
	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

static int read_in_new_namespace(void *path)
{
	char text[65536];

	netns_enter(netns_new());
	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

static int read_in_user_namespace(void *path)
{
	char text[65536];

	become_nobody();
	enter_user_namespace();
	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

TEST_F(procfs, who_may_read)
{
	static char all[][40] = { FILE_ALL, FILE_ALL_HIST };
	int i;

	EXPECT_EQ(0, in_child(read_as_nobody, FILE_NS));
	EXPECT_EQ(0, in_child(read_as_nobody, FILE_LINK));
	EXPECT_EQ(0, in_child(read_as_nobody, FILE_HIST));
	EXPECT_EQ(0, in_child(read_in_new_namespace, FILE_NS));

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, in_child(read_as_root, all[i]));
		EXPECT_EQ(-EACCES, in_child(read_as_nobody, all[i]));
		EXPECT_EQ(-EPERM, in_child(read_without_capabilities, all[i]));
		EXPECT_EQ(-EPERM, in_child(read_in_new_namespace, all[i]));
		EXPECT_EQ(-EACCES, in_child(read_in_user_namespace, all[i]));
	}
}

/* One connection over a wire, so that some rows are not 0. */
static void one_close(struct wire *w)
{
	struct pair p;

	wire_make(w);
	pair_open(&p, w, AF_INET);
	pair_to_time_wait(&p, PATH_TIMEWAIT);
}

TEST_F(procfs, all_namespaces)
{
	static char text[1 << 20];
	char heading[40];
	struct stat st;
	struct rows r;
	struct wire w;
	char *block;

	one_close(&w);
	ASSERT_EQ(0, fstat(w.ns[0], &st));
	ASSERT_LT(0, setting_read(-1, FILE_ALL, text, sizeof(text)));
	EXPECT_EQ(0, strncmp(text, "netns ", 6));

	snprintf(heading, sizeof(heading), "netns %lu\n", st.st_ino);
	block = strstr(text, heading);
	ASSERT_NE(NULL, block);
	block += strlen(heading);
	ASSERT_NE(NULL, strstr(block, "\n\n"));
	ASSERT_NE(NULL, strstr(block, "\nnetns dead\n"));
	*(strstr(block, "\n\n") + 1) = '\0';
	rows_parse(&r, block);
	check_sums(&r);
	EXPECT_EQ(1, rows_get(&r, "time_wait"));
	wire_break(&w);
}

struct reading {
	int ns;
	char own[8192];
	char process[8192];
};

static void *read_in_thread(void *arg)
{
	struct reading *rd = arg;

	netns_enter(rd->ns);
	if (setting_read(-1, FILE_NS, rd->own, sizeof(rd->own)) < 0 ||
	    setting_read(-1, FILE_LINK, rd->process, sizeof(rd->process)) < 0)
		die_errno("cannot read in a thread");
	return NULL;
}

TEST_F(procfs, a_thread_has_its_own)
{
	struct reading rd;
	pthread_t thread;
	struct rows r;
	struct wire w;

	netns_enter(self->ns);
	one_close(&w);
	rd.ns = w.ns[0];
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_in_thread, &rd));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	rows_parse(&r, rd.own);
	EXPECT_EQ(1, rows_get(&r, "time_wait"));
	rows_parse(&r, rd.process);
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	wire_break(&w);
}

static void check_pieces(const char *path, size_t piece)
{
	static char whole[65536], text[65536];
	size_t len = 0, want;
	ssize_t n;
	int fd;

	memset(text, 0, sizeof(text));
	want = setting_read(-1, path, whole, sizeof(whole));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die_errno("%s", path);
	while ((n = read(fd, text + len, piece)) > 0)
		len += n;
	check(n == 0 && len == want && !strcmp(text, whole),
	      "%s in pieces of %zu: %zu bytes of %zu", path, piece, len, want);

	n = pread(fd, text, 20, 5);
	check(n == 20 && !memcmp(text, whole + 5, 20), "pread gives %zd", n);
	check(pread(fd, text, 20, want) == 0, "bytes behind the end");
	check(pread(fd, text, 20, want + 100) == 0, "bytes behind the end");

	check(lseek(fd, want / 2, SEEK_SET) == want / 2, "%s", strerror(errno));
	n = read(fd, text, sizeof(text));
	check(n > 0 && !memcmp(text, whole + want / 2, n), "read gives %zd", n);
	check(lseek(fd, 0, SEEK_SET) == 0, "%s", strerror(errno));
	check(read(fd, text, 9) == 9 && !memcmp(text, whole, 9), "'%.9s'", text);
	check(lseek(fd, 1, SEEK_CUR) == 10, "%s", strerror(errno));
	check(read(fd, text, 3) == 3 && !memcmp(text, whole + 10, 3), "'%.3s'", text);
	check(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL, "%s",
	      strerror(errno));
	close(fd);
}

TEST_F(procfs, reads_in_pieces_are_the_same)
{
	netns_enter(self->ns);
	check_pieces(FILE_NS, 1);
	check_pieces(FILE_NS, 7);
	check_pieces(FILE_LINK, 1000);
	check_pieces(FILE_HIST, 1);
	check_pieces(FILE_HIST, 100);
}

/* While connections come and go: whole rows, no sum off, no count backwards. */
static int read_often(void *arg)
{
	static const char * const rising[] = {
		"ended", "time_wait_entered", "last_ack_entered",
		"close_wait_entered", "ended_rst_sent", "time_wait_expired",
		"time_wait_started_kernel", "time_wait_started_tuned",
	};
	static struct rows last, r;
	unsigned int i, round;

	rows_read(&last, -1);
	for (round = 0; round < 100; round++) {
		rows_read(&r, -1);
		check_sums(&r);
		for (i = 0; i < sizeof(rising) / sizeof(rising[0]); i++)
			check(rows_get(&r, rising[i]) >= rows_get(&last, rising[i]),
			      "%s from %lu to %lu", rising[i],
			      rows_get(&last, rising[i]), rows_get(&r, rising[i]));
		last = r;
	}
	return 0;
}

TEST_F_TIMEOUT(procfs, many_readers_under_load, 120)
{
	pid_t readers[N_READERS];
	int i, status;
	pid_t load;

	netns_enter(self->ns);
	setting_set(-1, SETTING("time_wait_ms"), 100);
	setting_set(-1, SETTING("time_wait_guard"), 0);
	load = traffic_start(self->ns);
	until(row_now(-1, "time_wait_entered") > 100);
	for (i = 0; i < N_READERS; i++) {
		readers[i] = fork();
		ASSERT_LE(0, readers[i]);
		if (!readers[i])
			_exit(read_often(NULL));
	}
	for (i = 0; i < N_READERS; i++) {
		ASSERT_EQ(readers[i], waitpid(readers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	traffic_stop(load);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
