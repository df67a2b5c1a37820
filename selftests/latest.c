// SPDX-License-Identifier: GPL-2.0
/*
 * What the module says about single connections: /proc/net/tcp_closestat_ages, how old those are
 * that close, and /proc/net/tcp_closestat_recent, how those ended that did not as they should.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "caps.h"
#include "clock.h"
#include "fail.h"
#include "modload.h"
#include "module_files.h"
#include "netns.h"
#include "pair.h"
#include "rows.h"
#include "setting.h"
#include "traffic.h"

#define N_RESETS	1000

static char text[1 << 20];

static int look_at(void *path)
{
	return setting_read(-1, path, text, sizeof(text)) < 0 ? -errno : 0;
}

static int look_as_nobody(void *path)
{
	become_nobody();
	return look_at(path);
}

static int look_without_capabilities(void *path)
{
	drop_capabilities();
	return look_at(path);
}

static int look_in_user_namespace(void *path)
{
	become_nobody();
	enter_user_namespace();
	return look_at(path);
}

/* Its own namespace, with somebody else's /proc. */
static int look_as_owner(void *path)
{
	become_nobody();
	enter_user_namespace();
	if (unshare(CLONE_NEWNET))
		return -errno;
	return look_at(path);
}

TEST(who_may_read)
{
	static char * const files[] = { FILE_AGES, FILE_RECENT };
	struct stat st;
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, stat(files[i], &st));
		EXPECT_EQ(S_IFREG | 0400, st.st_mode);
		EXPECT_EQ(0, in_child(look_at, files[i]));
		EXPECT_EQ(-EACCES, in_child(look_as_nobody, files[i]));
		EXPECT_EQ(-EPERM, in_child(look_without_capabilities, files[i]));
		EXPECT_EQ(-EACCES, in_child(look_in_user_namespace, files[i]));
		EXPECT_EQ(0, in_child(look_as_owner, files[i]));
	}
}

/* The line of a file that has all of a word, after the mark; NULL: none */
static const char *line_with(int ns, const char *path, const char *word)
{
	char *line, *rest = text;

	if (setting_read(ns, path, text, sizeof(text)) < 0)
		die_errno("%s", path);
	while ((line = strsep(&rest, "\n")))
		if (strstr(line, word))
			return line;
	return NULL;
}

static long number_in(const char *line, const char *name)
{
	const char *at = line ? strstr(line, name) : NULL;

	check(at, "no %s in '%s'", name, line ?: "nothing");
	return strtol(at + strlen(name), NULL, 10);
}

/* One in @state on @side that the peer, or we, closed first, and how old it is. */
static void check_age(struct pair *p, int side, const char *state,
		      const char *closed)
{
	const int ns = p->w->ns[side];
	const char *line;
	char mark[64];
	long before;

	snprintf(mark, sizeof(mark), " state=%s ", state);
	line = line_with(ns, FILE_AGES, mark);
	check(line && strstr(line, closed), "no %s of %s in '%s'", state, closed,
	      line ?: text);
	before = number_in(line, " state_ms=");
	check(before >= 0 && number_in(line, " first_fin_ms=") >= before, "%s", line);
	usleep(30000);
	line = line_with(ns, FILE_AGES, mark);
	check(number_in(line, " state_ms=") >= before + 29, "%ld ms, then '%s'",
	      before, line);
}

static void ages_over(int family)
{
	struct pair p;
	struct wire w;

	wire_make(&w);
	check(!line_with(w.ns[0], FILE_AGES, "state="), "not empty");
	pair_open(&p, &w, family);
	pair_to_fin_wait2(&p, PATH_FULL);
	check_age(&p, 0, "fin_wait2", "closed=active");
	check_age(&p, 1, "close_wait", "closed=passive");
	pair_finish(&p);

	pair_open(&p, &w, family);
	pair_to_fin_wait2(&p, PATH_TIMEWAIT);
	check_age(&p, 0, "fin_wait2", "closed=active");
	pair_finish(&p);
	wire_break(&w);
}

TEST(ages)
{
	ages_over(AF_INET);
	ages_over(AF_INET6);
}

/*
 * Many lines are taken at once; one that is read later is as old as it was then. All sockets are
 * in one chain here.
 */
TEST(ages_for_a_slow_reader)
{
	const int64_t began = now_ns();
	char *rest = text, *line;
	unsigned int i, n = 0;
	struct pair p[3];
	ssize_t len, got;
	struct wire w;
	int64_t taken;
	int fd;

	if (access(CHILD_TABLE, F_OK))
		SKIP(return, "this kernel has one table for all namespaces");
	setting_set(-1, CHILD_TABLE, 1);
	wire_make(&w);
	setting_set(-1, CHILD_TABLE, 0);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		pair_open(&p[i], &w, AF_INET);
		pair_to_fin_wait2(&p[i], PATH_FULL);
	}
	netns_enter(w.ns[0]);
	fd = open(FILE_AGES, O_RDONLY | O_CLOEXEC);
	check(read(fd, text, 1) == 1, "%s: %s", FILE_AGES, strerror(errno));
	taken = now_ns() - began;
	usleep(2 * taken / 1000);
	for (len = 1; (got = read(fd, text + len, sizeof(text) - 1 - len)); len += got)
		check(got > 0, "%s: %s", FILE_AGES, strerror(errno));
	text[len] = '\0';
	while ((line = strsep(&rest, "\n")) && *line) {
		check(number_in(line, " state_ms=") <= taken / 1000000,
		      "after %ld ms: '%s'", taken / 1000000, line);
		n++;
	}
	EXPECT_EQ(ARRAY_SIZE(p), n);
	close(fd);
	wire_break(&w);
}

TEST(recent)
{
	const char *line;
	struct pair p;
	struct wire w;

	wire_make(&w);
	pair_open(&p, &w, AF_INET);
	check(!line_with(w.ns[0], FILE_RECENT, "ended="), "not empty");
	pair_reset(&p, 0);
	line = line_with(w.ns[0], FILE_RECENT, " ended=rst_sent ");
	check(line && strstr(line, " rst=linger "), "'%s'", line ?: text);
	check(number_in(line, "age_ms=") < 60000, "%s", line);
}

/* The peer asks, closes its side, and then we do: with an answer, or without one byte. */
static void answer(struct wire *w, const char *with)
{
	char got[8];
	struct pair p;

	pair_open(&p, w, AF_INET);
	check(write(p.fd[1], "ask", 3) == 3, "not sent");
	wire_drain(w);
	check(read(p.fd[0], got, sizeof(got)) == 3, "not received");
	if (*with) {
		check(write(p.fd[0], with, strlen(with)) > 0, "not sent");
		wire_drain(w);
		check(read(p.fd[1], got, sizeof(got)) > 0, "not received");
	}
	pair_close(&p, 1);
	wire_until(w, pair_state(&p, 0) == TCP_CLOSE_WAIT);
	pair_close(&p, 0);
	wire_until(w, pair_state(&p, 0) == 0);
	wire_drain(w);
}

TEST(unanswered)
{
	struct wire w;

	wire_make(&w);
	answer(&w, "yes");
	check(!line_with(w.ns[0], FILE_RECENT, "ended="), "'%s'", text);
	answer(&w, "");
	check(line_with(w.ns[0], FILE_RECENT, " ended=passive_fin "), "'%s'", text);
	check(!line_with(w.ns[1], FILE_RECENT, "ended="), "'%s'", text);
	wire_break(&w);
}

static unsigned int lines_now(int ns)
{
	unsigned int n = 0;
	char *at;

	if (setting_read(ns, FILE_RECENT, text, sizeof(text)) < 0)
		die_errno("%s", FILE_RECENT);
	for (at = text; (at = strchr(at, '\n')); at++)
		n++;
	return n;
}

/* A connect that is refused: an end for the client, a SYN that nobody wants for the server. */
static void refuse(unsigned int n)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd;

	while (n--) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		check(connect(fd, (void *)&to, sizeof(to)) && errno == ECONNREFUSED,
		      "connected");
		close(fd);
	}
}

TEST(ring)
{
	const int ns = netns_new();
	unsigned int n;

	netns_enter(ns);
	refuse(3);
	EXPECT_NE(NULL, line_with(-1, FILE_RECENT, "dport=9 ended=connect_failed "));
	EXPECT_NE(NULL, strstr(line_with(-1, FILE_RECENT, "dport=9 ended=connect_failed "),
			       "errno=111"));
	EXPECT_NE(NULL, line_with(-1, FILE_RECENT, " ended=no_socket "));
	EXPECT_EQ(6, lines_now(-1));
	refuse(N_RESETS);
	n = lines_now(-1);
	EXPECT_LT(100, n);
	EXPECT_GT(N_RESETS, n);
	close(ns);
}

static int read_often(void *path)
{
	unsigned int round;

	for (round = 0; round < 100; round++)
		if (setting_read(-1, path, text, sizeof(text)) < 0)
			return -errno;
	return 0;
}

TEST(under_load)
{
	static char * const files[] = { FILE_AGES, FILE_RECENT, FILE_AGES, FILE_RECENT };
	const int ns = netns_new();
	pid_t readers[4], load;
	int i, status;

	netns_enter(ns);
	setting_set(-1, SETTING("time_wait_ms"), 100);
	setting_set(-1, SETTING("time_wait_guard"), 0);
	load = traffic_start(ns);
	until(row_now(-1, "time_wait_entered") > 100);
	for (i = 0; i < 4; i++) {
		readers[i] = fork();
		ASSERT_LE(0, readers[i]);
		if (!readers[i])
			_exit(-read_often(files[i]));
	}
	refuse(N_RESETS);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(readers[i], waitpid(readers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	traffic_stop(load);
	close(ns);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
