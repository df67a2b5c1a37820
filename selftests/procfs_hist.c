// SPDX-License-Identifier: GPL-2.0
/* /proc/tcp_closestat_all_hist: the durations of every namespace, and of those that are gone. */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "clock.h"
#include "modload.h"
#include "module_files.h"
#include "netns.h"
#include "pair.h"
#include "rows.h"
#include "setting.h"
#include "traffic.h"
#include "tuned.h"

#define SIZE		1048576

/* One connection over a wire, so that each of its ends has some durations. */
static void one_close(struct wire *w)
{
	struct pair p;

	wire_make(w);
	tune(w->ns[0], 10, false);
	pair_open(&p, w, AF_INET);
	pair_to_time_wait(&p, PATH_TIMEWAIT);
	/* A record is released when its durations are in. */
	until(!row_now(w->ns[0], "time_wait") && !row_now(w->ns[0], "records"));
	until(!row_now(w->ns[1], "last_ack") && !row_now(w->ns[1], "records"));
}

static void read_all(char *text)
{
	if (setting_read(-1, FILE_ALL_HIST, text, SIZE) < 0)
		die_errno("cannot read " FILE_ALL_HIST);
}

static ino_t inode_of(int ns)
{
	struct stat st;

	if (fstat(ns, &st))
		die_errno("fstat");
	return st.st_ino;
}

/* The rows of one namespace, copied out of the file; false: it is not in there. */
static bool block_of(const char *all, const char *netns, char *block)
{
	char heading[40];
	const char *at, *end;

	snprintf(heading, sizeof(heading), "netns %s\n", netns);
	at = strstr(all, heading);
	if (!at)
		return false;
	at += strlen(heading);
	/* It may have no rows: the empty line is the next then. */
	end = *at == '\n' ? at : strstr(at, "\n\n");
	check(end, "no empty line behind netns %s", netns);
	if (end != at)
		end++;
	memcpy(block, at, end - at);
	block[end - at] = '\0';
	return true;
}

/* The rows of one namespace without those that are empty. */
static void thin_out(char *rows, char *sparse)
{
	char last[16] = "", *line, *save;
	uint64_t before = 0;

	*sparse = '\0';
	for (line = strtok_r(rows, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char state[16], le[16];
		uint64_t value;
		bool bound;

		if (sscanf(line, "%15s %15s %" SCNu64, state, le, &value) != 3)
			die("no row: '%s'", line);
		if (strcmp(state, last))
			before = 0;
		strcpy(last, state);
		bound = le[0] >= '0' && le[0] <= '9';
		if (bound ? value != before : !strcmp(le, "inf") ? value : before)
			sparse += sprintf(sparse, "%s\n", line);
		/* "inf" is 0 where there are no durations at all; the rows behind it go by that. */
		if (bound || !strcmp(le, "inf"))
			before = value;
	}
}

static uint64_t value_of(const char *rows, const char *name)
{
	const size_t len = strlen(name);
	const char *line;

	for (line = rows; *line; line = strchr(line, '\n') + 1)
		if (!strncmp(line, name, len) && line[len] == ' ')
			return strtoull(line + len, NULL, 10);
	return 0;
}

/* Over all namespaces, and those that are gone. */
static uint64_t total_of(const char *name)
{
	static char text[SIZE];
	const size_t len = strlen(name);
	uint64_t sum = 0;
	const char *line;

	read_all(text);
	for (line = text; *line; line = strchr(line, '\n') + 1)
		if (!strncmp(line, name, len) && line[len] == ' ')
			sum += strtoull(line + len, NULL, 10);
	return sum;
}

TEST(each_has_what_its_own_file_says)
{
	static char all[SIZE], block[SIZE], own[SIZE], sparse[SIZE];
	char netns[24];
	struct wire w;
	int i;

	one_close(&w);
	read_all(all);
	EXPECT_EQ(0, strncmp(all, "netns ", 6));
	for (i = 0; i < 2; i++) {
		snprintf(netns, sizeof(netns), "%lu", inode_of(w.ns[i]));
		ASSERT_TRUE(block_of(all, netns, block));
		ASSERT_LT(0, setting_read(w.ns[i], FILE_HIST, own, sizeof(own)));
		EXPECT_LT(0, value_of(own, i ? "last_ack count" : "time_wait count"));
		thin_out(own, sparse);
		EXPECT_STREQ(sparse, block);
	}
	wire_break(&w);
}

FIXTURE(namespaces) {
	int ns;
};

FIXTURE_SETUP(namespaces)
{
	self->ns = netns_new();
}

FIXTURE_TEARDOWN(namespaces)
{
	close(self->ns);
}

TEST_F(namespaces, an_idle_one_is_a_line)
{
	static char all[SIZE], block[SIZE];
	char netns[24];

	snprintf(netns, sizeof(netns), "%lu", inode_of(self->ns));
	read_all(all);
	ASSERT_TRUE(block_of(all, netns, block));
	EXPECT_STREQ("", block);
}

TEST(the_file_ends_with_the_dead)
{
	static char all[SIZE], block[SIZE];
	const char *end, *dead;

	read_all(all);
	dead = strstr(all, "netns dead\n");
	ASSERT_NE(NULL, dead);
	EXPECT_EQ(NULL, strstr(dead + 1, "netns "));
	end = all + strlen(all);
	EXPECT_STREQ("\n\n", end - 2);
	ASSERT_TRUE(block_of(all, "dead", block));
	EXPECT_EQ((size_t)(end - dead), strlen("netns dead\n") + strlen(block) + 1);
}

TEST(what_a_namespace_had_is_kept_when_it_is_gone)
{
	static const char *const names[] = {
		"fin_wait1 count", "fin_wait2 sum_us", "time_wait count", "close count",
		"close_wait count", "last_ack sum_us",
	};
	enum { N = sizeof(names) / sizeof(names[0]) };
	static char all[SIZE], block[SIZE], dead[SIZE];
	uint64_t before[N], had[N] = {};
	char netns[2][24];
	struct wire w;
	int i, j;

	one_close(&w);
	read_all(all);
	ASSERT_TRUE(block_of(all, "dead", dead));
	for (i = 0; i < N; i++)
		before[i] = value_of(dead, names[i]);
	for (j = 0; j < 2; j++) {
		snprintf(netns[j], sizeof(netns[j]), "%lu", inode_of(w.ns[j]));
		ASSERT_TRUE(block_of(all, netns[j], block));
		for (i = 0; i < N; i++)
			had[i] += value_of(block, names[i]);
	}
	wire_break(&w);
	do
		read_all(all);
	while (block_of(all, netns[0], block) || block_of(all, netns[1], block));
	ASSERT_TRUE(block_of(all, "dead", dead));
	/* Or more: others may be going. */
	for (i = 0; i < N; i++) {
		EXPECT_LT(0, had[i]) TH_LOG("%s", names[i]);
		EXPECT_LE(before[i] + had[i], value_of(dead, names[i])) TH_LOG("%s", names[i]);
	}
}

/* While namespaces come, have connections, and go. */
TEST_F_TIMEOUT(namespaces, totals_never_fall, 120)
{
	static const char *const names[] = { "close count", "last_ack sum_us" };
	uint64_t last[2] = {}, began = total_of(names[0]);
	unsigned int round, i;

	for (round = 0; round < 30; round++) {
		const int ns = netns_new();
		const pid_t load = traffic_start(ns);
		unsigned int reads;

		until(row_now(ns, "ended") > 4);
		traffic_stop(load);
		close(ns);
		for (reads = 0; reads < 10; reads++)
			for (i = 0; i < 2; i++) {
				const uint64_t now = total_of(names[i]);

				ASSERT_LE(last[i], now) TH_LOG("%s", names[i]);
				last[i] = now;
			}
	}
	EXPECT_LT(began + 30, last[0]);
}

TEST(reads_in_pieces_are_the_same)
{
	static char whole[SIZE], text[SIZE];
	size_t len = 0;
	struct wire w;
	ssize_t n;
	int fd;

	one_close(&w);
	fd = open(FILE_ALL_HIST, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	/* It is a reading of one moment, which the first read() begins. */
	while ((n = read(fd, text + len, 7)) > 0)
		len += n;
	EXPECT_EQ(0, n);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ((ssize_t)len, pread(fd, whole, SIZE, 0));
	EXPECT_EQ(0, memcmp(text, whole, len));
	close(fd);
	wire_break(&w);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
