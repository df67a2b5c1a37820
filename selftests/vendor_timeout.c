// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that has a net.ipv4.tcp_tw_timeout of its own (vendor/vendor_timeout.c): its
 * sysctls stay whole, its length rules what we do not tune, and is told as it is.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <kselftest_harness.h>

#include "child.h"
#include "clock.h"
#include "fail.h"
#include "kmsg.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "pair.h"
#include "rows.h"
#include "tuned.h"

#define VENDOR_MS	10000
#define DIRECTORY	"/proc/sys/net/ipv4"
#define INSTANCE	"/sys/kernel/tracing/instances/vendor_timeout"

/* The names in a namespace's net.ipv4, in the order of the directory. */
struct listing {
	unsigned int n;
	char names[32768];
};

static void list_sysctls(struct listing *list, int ns)
{
	const int home = netns_here();
	struct dirent *entry;
	size_t len = 0;
	DIR *dir;

	netns_enter(ns);
	dir = opendir(DIRECTORY);
	if (!dir)
		die_errno("cannot open " DIRECTORY);
	list->n = 0;
	while ((entry = readdir(dir))) {
		len += snprintf(list->names + len, sizeof(list->names) - len, "%s ",
				entry->d_name);
		list->n++;
	}
	closedir(dir);
	netns_enter(home);
	close(home);
}

static bool same_listing(const struct listing *a, const struct listing *b)
{
	return a->n == b->n && !strcmp(a->names, b->names);
}

static int vendor_load(void)
{
	char *ko = module_beside_tests("variants/vendor/vendor_timeout.ko");
	int fd = open(ko, O_RDONLY | O_CLOEXEC), err;

	free(ko);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err;
}

static int vendor_unload(void)
{
	return syscall(SYS_delete_module, "vendor_timeout", O_NONBLOCK) ? -errno : 0;
}

FIXTURE(vendor) {
	struct wire w;
	int initial;
	int kmsg;
	struct listing before[3];
};

FIXTURE_SETUP(vendor)
{
	int i;

	wire_make(&self->w);
	self->initial = netns_here();
	ASSERT_EQ(0, vendor_load());
	list_sysctls(&self->before[0], self->initial);
	for (i = 0; i < 2; i++)
		list_sysctls(&self->before[i + 1], self->w.ns[i]);
	self->kmsg = kmsg_open();
	ASSERT_EQ(0, module_load());
}

FIXTURE_TEARDOWN(vendor)
{
	struct listing now;

	EXPECT_EQ(0, module_unload());
	list_sysctls(&now, self->initial);
	EXPECT_TRUE(same_listing(&self->before[0], &now));
	list_sysctls(&now, self->w.ns[0]);
	EXPECT_TRUE(same_listing(&self->before[1], &now));
	EXPECT_EQ(0, vendor_unload());
	wire_break(&self->w);
	close(self->kmsg);
	close(self->initial);
}

TEST_F(vendor, sysctls_stay_whole)
{
	const int fresh = netns_new();
	struct listing now;

	list_sysctls(&now, self->initial);
	EXPECT_TRUE(same_listing(&self->before[0], &now));
	EXPECT_LT(100, now.n);
	list_sysctls(&now, self->w.ns[0]);
	EXPECT_TRUE(same_listing(&self->before[1], &now));
	EXPECT_LT(80, now.n);
	/* The same for one that is made now as for one that was there. */
	list_sysctls(&now, fresh);
	EXPECT_EQ(self->before[1].n, now.n);
	EXPECT_EQ(10, setting_get(self->initial, SETTING_ALIAS));
	EXPECT_EQ(10, setting_get(fresh, SETTING_ALIAS));
	EXPECT_EQ(60000, setting_get(self->initial, SETTING("time_wait_ms")));
	EXPECT_EQ(60000, setting_get(fresh, SETTING("time_wait_ms")));
	close(fresh);
}

TEST_F(vendor, nothing_in_the_log)
{
	EXPECT_FALSE(kmsg_find(self->kmsg, "tcp_closestat"));
}

/*
 * The most that is left of a TIME_WAIT that began between @ticked, of ticked_ns(), and @after: a
 * length of ours is armed for the ticks that jiffies was behind, too, which is no more than that.
 */
static int64_t most_left(int ms, int64_t ticked, int64_t after)
{
	return ms + (after - ticked + 3 * tick_ns()) / NS_PER_MS;
}

/* Return: whether an end of a connection is in TIME_WAIT for so long, started just now. */
static bool has_length(const struct pair *p, int side, int ms)
{
	const struct diag_sock s = pair_find(p, side);

	fprintf(stderr, "# %d ms left of %d\n", (int)s.left_ms, ms);
	return s.state == TCP_TIME_WAIT && s.left_ms > ms / 3 &&
	       s.left_ms <= most_left(ms, p->ticked, p->after);
}

/* A TIME_WAIT in side 0's namespace, by each way into it. */
static bool all_have_length(struct wire *w, int ms)
{
	struct pair p;
	bool ok = true;
	int path;

	for (path = 0; path < N_PATHS; path++) {
		pair_open(&p, w, path % 2 ? AF_INET6 : AF_INET);
		pair_to_time_wait(&p, path);
		ok &= has_length(&p, 0, ms);
	}
	return ok;
}

TEST_F_TIMEOUT(vendor, what_is_not_tuned_is_the_vendors, 60)
{
	const int ns = self->w.ns[0];

	EXPECT_TRUE(all_have_length(&self->w, VENDOR_MS));
	setting_set(ns, SETTING_ALIAS, 4);
	EXPECT_TRUE(all_have_length(&self->w, 4000));
	EXPECT_EQ(0, row_now(ns, "time_wait_shortened"));
	EXPECT_EQ(0, row_now(ns, "time_wait_guarded"));
}

TEST_F_TIMEOUT(vendor, what_is_tuned_is_ours, 60)
{
	const int ns = self->w.ns[0];

	tune(ns, 3000, false);
	EXPECT_TRUE(all_have_length(&self->w, 3000));
	EXPECT_EQ(N_PATHS, row_now(ns, "time_wait_shortened"));
	tune(ns, 30000, false);
	EXPECT_TRUE(all_have_length(&self->w, 30000));
	EXPECT_EQ(2 * N_PATHS, row_now(ns, "time_wait_shortened"));
	/* As long as the vendor's: not another length. */
	tune(ns, VENDOR_MS, false);
	EXPECT_TRUE(all_have_length(&self->w, VENDOR_MS));
	tune(ns, 60000, false);
	EXPECT_TRUE(all_have_length(&self->w, VENDOR_MS));
	EXPECT_EQ(2 * N_PATHS, row_now(ns, "time_wait_shortened"));
}

TEST_F_TIMEOUT(vendor, guard_keeps_the_vendors_length, 60)
{
	const int ns = self->w.ns[0];
	struct pair p;

	setting_set(ns, "/proc/sys/net/ipv4/tcp_timestamps", 0);
	tune(ns, 1000, true);
	pair_open(&p, &self->w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	EXPECT_TRUE(has_length(&p, 0, VENDOR_MS));
	EXPECT_EQ(1, row_now(ns, "time_wait_guarded"));
	EXPECT_EQ(0, row_now(ns, "time_wait_shortened"));
}

/* A value of /proc/net/tcp_closestat_hist. */
static uint64_t hist_get(int ns, const char *state, const char *le)
{
	static char text[65536];
	char row[64];
	char *at;

	if (setting_read(ns, "/proc/thread-self/net/tcp_closestat_hist", text,
			 sizeof(text)) < 0)
		die_errno("cannot read tcp_closestat_hist");
	snprintf(row, sizeof(row), "\n%s %s ", state, le);
	at = strstr(text, row);
	if (!at)
		die("no row '%s %s'", state, le);
	return strtoull(at + strlen(row), NULL, 10);
}

TEST_F_TIMEOUT(vendor, histogram_has_what_was, 60)
{
	const int ns = self->w.ns[0];
	uint64_t us;

	setting_set(ns, SETTING_ALIAS, 1);
	EXPECT_TRUE(all_have_length(&self->w, 1000));
	until(!row_now(ns, "time_wait"));
	EXPECT_EQ(N_PATHS, hist_get(ns, "time_wait", "count"));
	us = hist_get(ns, "time_wait", "sum_us");
	fprintf(stderr, "# %" PRIu64 " us in all\n", us);
	/* An eighth is the timer wheel's; a guest that stands still may take its time. */
	EXPECT_LE(N_PATHS * 990000, us);
	EXPECT_GT(N_PATHS * 3000000, us);
	EXPECT_EQ(0, row_now(ns, "records"));
}

/* How often a text stands in the instance's trace. */
static unsigned int traced(const char *what)
{
	char line[1024];
	unsigned int n = 0;
	FILE *f = fopen(INSTANCE "/trace", "re");

	if (!f)
		die_errno("cannot read the trace");
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, what);
	fclose(f);
	return n;
}

TEST_F_TIMEOUT(vendor, trace_event_has_what_was_given, 60)
{
	rmdir(INSTANCE);
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	setting_set(-1, INSTANCE "/events/tcp_closestat/enable", 1);
	EXPECT_TRUE(all_have_length(&self->w, VENDOR_MS));
	/* With CLOSING both ends are in TIME_WAIT. */
	EXPECT_EQ(N_PATHS + 1, traced("time_wait_ms=10000"));
	EXPECT_EQ(0, traced("time_wait_ms=60000"));
	setting_set(-1, INSTANCE "/events/tcp_closestat/enable", 0);
	EXPECT_EQ(0, rmdir(INSTANCE));
}

static int loopback_listener(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)at, len) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)at, &len))
		die_errno("cannot listen on the loopback");
	return fd;
}

/* The time left of a TIME_WAIT that begins in the initial namespace, after @ticked. */
static int64_t left_in_initial_namespace(int ns, int64_t *ticked)
{
	struct sockaddr_in at;
	int listener = loopback_listener(&at), diag = diag_open(ns);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;
	struct diag_sock s;
	struct tuple t;

	if (connect(client, (struct sockaddr *)&at, sizeof(at)))
		die_errno("connect");
	server = accept(listener, NULL, NULL);
	tuple_of(&t, client);
	shutdown(client, SHUT_WR);
	until(diag_state(diag, &t) == TCP_FIN_WAIT2);
	*ticked = ticked_ns();
	close(server);
	until(diag_state(diag, &t) == TCP_TIME_WAIT);
	s = diag_find(diag, &t);
	close(client);
	close(listener);
	close(diag);
	return s.left_ms;
}

TEST_F(vendor, initial_namespace)
{
	int64_t ticked, left = left_in_initial_namespace(self->initial, &ticked);

	EXPECT_GE(VENDOR_MS, left);
	EXPECT_LT(5000, left);
	tune(self->initial, 2000, false);
	left = left_in_initial_namespace(self->initial, &ticked);
	EXPECT_GE(most_left(2000, ticked, now_ns()), left);
	tune(self->initial, 60000, true);
}

/* In a mount namespace without /proc. Return: of module_load(). */
static int load_without_proc(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    umount2("/proc", MNT_DETACH))
		die_errno("cannot do without /proc");
	return module_load();
}

TEST(without_proc_there_is_no_alias)
{
	struct listing before, now;
	const int home = netns_here();
	int status;
	pid_t pid;

	list_sysctls(&before, home);
	/* module_load() has to know this before /proc is gone. */
	module_find();
	pid = child_fork();
	if (!pid)
		_exit(-load_without_proc());
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	list_sysctls(&now, home);
	EXPECT_TRUE(same_listing(&before, &now));
	EXPECT_EQ(60000, setting_get(home, SETTING("time_wait_ms")));
	EXPECT_EQ(0, module_unload());
	/* With it there is. */
	ASSERT_EQ(0, module_load());
	list_sysctls(&now, home);
	EXPECT_EQ(before.n + 1, now.n);
	EXPECT_EQ(60, setting_get(home, SETTING_ALIAS));
	EXPECT_EQ(0, module_unload());
	close(home);
}

int main(int argc, char **argv)
{
	char *ko = module_beside_tests("variants/vendor/vendor_timeout.ko");

	if (access(ko, R_OK))
		ksft_exit_skip("not built, there were no kernel headers\n");
	free(ko);
	module_not_wanted();
	return test_harness_run(argc, argv);
}
