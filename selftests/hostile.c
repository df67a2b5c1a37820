// SPDX-License-Identifier: GPL-2.0
/*
 * A user without capabilities, in a user and a network namespace of his own, does for
 * HOSTILE_SECONDS (2) all that the interfaces let him do. He may ruin his own
 * namespace; he sees nothing of others, changes nothing there, fills no log, and
 * does not keep the module from being unloaded.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "child.h"
#include "clock.h"
#include "env.h"
#include "kmsg.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "caps.h"
#include "rows.h"
#include "stress_ways.h"

#define N_HOSTILE	3
#define N_TARGETS	5		/* TIME_WAITs of somebody else */
#define FILL		300		/* TIME_WAITs, all that he gets */
#define MOST_SECONDS	300		/* those of his target end, too */

#define MAX_TW_BUCKETS	"/proc/sys/net/ipv4/tcp_max_tw_buckets"

static const char *const settings[] = {
	SETTINGS_OF_EACH, SETTINGS_OF_INITIAL,
};

#define N_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

/* How often they got their way, and how often not. */
static struct shared {
	unsigned long taken;
	unsigned long refused;
	unsigned long connections;
	unsigned long filled;
	unsigned long namespaces;
	bool stop;
} *shared;

static bool stopped(void)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE);
}

static void write_anything(void)
{
	char text[4096];
	size_t len, i;

	switch (random() % 4) {
	case 0:	/* a number, in range or not */
		len = snprintf(text, sizeof(text), "%ld", random() % 700000 - 1000);
		break;
	case 1:	/* a small one */
		len = snprintf(text, sizeof(text), "%ld\n", random() % 3);
		break;
	case 2:	/* anything */
		len = random() % 64;
		for (i = 0; i < len; i++)
			text[i] = random();
		break;
	default:
		len = random() % sizeof(text);
		memset(text, '0' + random() % 10, len);
	}
	if (setting_write(-1, settings[random() % N_SETTINGS], text, len))
		__atomic_add_fetch(&shared->refused, 1, __ATOMIC_RELAXED);
	else
		__atomic_add_fetch(&shared->taken, 1, __ATOMIC_RELAXED);
}

/* Files of another user. */
static void reach_for_others(void)
{
	char path[64];

	check(open(FILE_ALL, O_RDONLY | O_CLOEXEC) < 0, "all namespaces can be read");
	check(open(FILE_ALL_HIST, O_RDONLY | O_CLOEXEC) < 0, "all durations can be read");
	snprintf(path, sizeof(path), "/proc/%d/ns/net", getppid());
	check(open(path, O_RDONLY | O_CLOEXEC) < 0, "%s can be opened", path);
}

static void read_anything(void)
{
	static char text[1 << 20];
	int fd;

	setting_read(-1, random() % 2 ? FILE_NS : FILE_HIST, text, sizeof(text));
	reach_for_others();
	fd = open(FILE_HIST, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	lseek(fd, random() % 20000, SEEK_SET);
	if (read(fd, text, random() % 100) < 0 && errno != ENODEV && errno != EIO &&
	    errno != EINVAL)
		die_errno("read at an offset");
	close(fd);
}

static void flood(struct place *place, int connections)
{
	int i;

	for (i = 0; i < connections && !stopped(); i++) {
		ways[WAY_FIRST_CERTAIN].run(place);
		__atomic_add_fetch(&shared->connections, 1, __ATOMIC_RELAXED);
		place_go_on(place);
	}
}

/* As many TIME_WAITs as he gets, for as long as he may. */
static void fill(struct place *place)
{
	char limit[16];

	snprintf(limit, sizeof(limit), "%d\n", FILL);
	/* Not his to set on every kernel. */
	setting_write(-1, MAX_TW_BUCKETS, limit, strlen(limit));
	check(!setting_write(-1, SETTING("time_wait_ms"), "600000", 6), "600 s");
	check(!setting_write(-1, SETTING("time_wait_guard"), "0", 1), "no guard");
	flood(place, FILL + 20);
	check(stopped() || row_now(-1, "time_wait") <= setting_get(-1, MAX_TW_BUCKETS),
	      "%lu TIME_WAITs", row_now(-1, "time_wait"));
	__atomic_store_n(&shared->filled, row_now(-1, "time_wait"), __ATOMIC_RELAXED);
}

/*
 * Namespaces that are gone as soon as they are there. All users together make them faster than
 * the kernel's one worker takes them away (cleanup_net()), with the module or without it, until
 * there are user.max_net_namespaces.
 */
static void make_namespaces(void)
{
	const pid_t pid = child_fork();
	int i, status;

	if (!pid) {
		for (i = 0; i < 5 && !unshare(CLONE_NEWNET); i++)
			__atomic_add_fetch(&shared->namespaces, 1, __ATOMIC_RELAXED);
		check(i == 5 || errno == ENOSPC, "no network namespace: %m");
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid && !status, "%#x", status);
}

/* His open files, and his directory, for as long as he lives. */
static void hold_on(void)
{
	check(open(FILE_NS, O_RDONLY) >= 0 && open(FILE_HIST, O_RDONLY) >= 0 &&
	      open(settings[0], O_RDWR) >= 0, "cannot open his own files");
	check(!chdir("/proc/sys/net/tcp_closestat"), "cannot go there");
}

/* Never comes back; the namespaces are gone with it. */
static pid_t start_hostile(unsigned int number)
{
	struct place place;
	pid_t pid;

	pid = child_fork();
	if (pid)
		return pid;
	become_nobody();
	/* Forgotten with the capabilities. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_user_namespace();
	/* Not netns_new(): there is no way back from here. */
	if (unshare(CLONE_NEWNET) || system("ip link set lo up"))
		die_errno("cannot make a network namespace");
	srandom(number + 1);
	place_init(&place, number % 2 ? AF_INET6 : AF_INET, 0);
	hold_on();
	if (!number)
		fill(&place);
	while (!stopped()) {
		int i;

		flood(&place, 20);
		make_namespaces();
		for (i = 0; i < 100; i++)
			write_anything();
		for (i = 0; i < 10; i++)
			read_anything();
		/* purges in a row */
		for (i = 0; i < 10; i++)
			setting_write(-1, SETTING("time_wait_purge"), "1", 1);
	}
	_exit(0);
}

FIXTURE(hostile) {
	int ns;			/* somebody else's */
	pid_t pids[N_HOSTILE];
};

/* Somebody else, who wants to keep what he has. */
static int make_target(void)
{
	const int home = netns_here(), ns = netns_new();
	struct place place;
	unsigned int i;

	setting_set(ns, SETTING("time_wait_ms"), 600000);
	netns_enter(ns);
	place_init(&place, AF_INET, 0);
	for (i = 0; i < N_TARGETS; i++)
		ways[WAY_FIRST_CERTAIN].run(&place);
	place_leave(&place);
	until(row_now(-1, "ended") == 2 * N_TARGETS);
	netns_enter(home);
	close(home);
	return ns;
}

FIXTURE_SETUP(hostile)
{
	unsigned int i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die_errno("mmap");
	if (!module_loaded())
		check(!module_load(), "cannot load");
	self->ns = make_target();
	for (i = 0; i < N_HOSTILE; i++)
		self->pids[i] = start_hostile(i);
}

FIXTURE_TEARDOWN(hostile)
{
	close(self->ns);
}

static void carry_on(void)
{
	const uint64_t seconds = env_number("HOSTILE_SECONDS", 2);
	const int64_t end = now_ns() + seconds * NS_PER_S;

	check(seconds <= MOST_SECONDS, "HOSTILE_SECONDS: %d at the most", MOST_SECONDS);
	while (now_ns() < end)
		nap_ms(50);
	/* Each kind of thing was tried, however slow the machine is. */
	until(shared->taken && shared->refused && shared->connections >= 100 &&
	      shared->filled && shared->namespaces);
}

static void end(const pid_t *pids)
{
	int i, status;

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < N_HOSTILE; i++)
		check(waitpid(pids[i], &status, 0) == pids[i] && !status, "%#x", status);
	printf("# %lu writes taken, %lu refused, %lu connections, %lu namespaces, %lu TIME_WAITs of 600 s\n",
	       shared->taken, shared->refused, shared->connections, shared->namespaces,
	       shared->filled);
}

TEST_F_TIMEOUT(hostile, only_himself, 900)
{
	struct rows before, other;
	const int log = kmsg_open();
	const long guard = setting_get(-1, SETTING("time_wait_guard"));
	const long inherit = setting_get(-1, SETTING("inherit"));
	const long ms = setting_get(-1, SETTING("time_wait_ms"));
	unsigned int i;

	rows_read(&before, self->ns);
	carry_on();
	end(self->pids);

	/* Nobody else's sysctls */
	EXPECT_EQ(600000, setting_get(self->ns, SETTING("time_wait_ms")));
	EXPECT_EQ(1, setting_get(self->ns, SETTING("time_wait_guard")));
	EXPECT_EQ(1, setting_get(self->ns, SETTING("histograms")));
	EXPECT_EQ(ms, setting_get(-1, SETTING("time_wait_ms")));
	EXPECT_EQ(guard, setting_get(-1, SETTING("time_wait_guard")));
	EXPECT_EQ(inherit, setting_get(-1, SETTING("inherit")));
	/* nor anybody else's counts, nor his TIME_WAITs */
	rows_read(&other, self->ns);
	for (i = 0; i < before.n; i++)
		EXPECT_EQ(before.row[i].value, other.row[i].value);
	EXPECT_EQ(N_TARGETS, rows_get(&other, "time_wait"));
	/* and not a word of it in the log */
	EXPECT_FALSE(kmsg_find(log, ""));
	close(log);
}

/* His files are open, his directory is below the sysctls, and ours too: it goes. */
TEST_F_TIMEOUT(hostile, cannot_hold_the_module, 900)
{
	int fd[] = {
		open(FILE_NS, O_RDONLY | O_CLOEXEC), open(FILE_HIST, O_RDONLY | O_CLOEXEC),
		open(settings[0], O_RDONLY | O_CLOEXEC),
	};
	const int dir = open("/proc/sys/net/tcp_closestat", O_PATH | O_CLOEXEC);
	unsigned int i;
	char c;

	ASSERT_LE(0, dir);
	carry_on();
	/* The harness takes care of how long this may last. */
	ASSERT_EQ(0, module_unload());
	EXPECT_FALSE(module_loaded());
	for (i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
		EXPECT_LE(0, fd[i]);
		EXPECT_GE(0, read(fd[i], &c, 1));
		close(fd[i]);
	}
	close(dir);
	ASSERT_EQ(0, module_load());
	end(self->pids);
}

int main(int argc, char **argv)
{
	module_needed();
	return test_harness_run(argc, argv);
}
