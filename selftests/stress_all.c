// SPDX-License-Identifier: GPL-2.0
/*
 * All at once, for STRESS_SECONDS (8): connections that end in every way,
 * namespaces that come and go, sysctls written, files read, purges, the trace event
 * switched, CPUs taken offline, and the module unloaded and loaded meanwhile. What
 * is left of it afterwards has to be nothing; the rest is the kernel's to say.
 *
 * STRESS_SEED (1) repeats the choices, not their order in time.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <kselftest.h>

#include "child.h"
#include "clock.h"
#include "env.h"
#include "fail.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "stress_watch.h"
#include "stress_ways.h"

/* Namespaces that stay: two workers live there, others make their own. */
#define N_STAY		2
#define N_WORKERS	4
#define CONNECTIONS	20

#define TRACING		"/sys/kernel/tracing/"
#define TRACE_SWITCH	TRACING "events/tcp_closestat/tcp_close/enable"

/* How often each of them did what it does. */
enum doing {
	CONNECTED, LIVED, TURNED, READ, TRACED, RELOADED, SWITCHED, N_DOINGS,
};

static const char *const settings[] = {
	SETTINGS_OF_EACH, SETTINGS_OF_INITIAL,
};

#define N_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

static struct shared {
	unsigned long done[N_DOINGS];
	unsigned long taken[N_SETTINGS];	/* values that each of them took */
	unsigned long refused;
	bool stop;
} *shared;

static int stay[N_STAY];

static uint64_t seed;

static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static bool stopped(void)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE);
}

static void did(enum doing what, unsigned long times)
{
	__atomic_add_fetch(&shared->done[what], times, __ATOMIC_RELAXED);
}

static void connect_some(uint64_t *random, unsigned int half)
{
	struct place place;
	unsigned int i;

	place_init(&place, draw(random) % 2 ? AF_INET : AF_INET6, half);
	for (i = 0; i < CONNECTIONS && !stopped(); i++)
		ways[way_choose(random, false)].run(&place);
	place_leave(&place);
	did(CONNECTED, i);
}

/* The first two stay where they are, the others leave TIME_WAITs to die. */
static void work(unsigned int worker, uint64_t *random)
{
	int home = netns_here();

	/* Or little else is done on a machine that is slow. */
	if (setpriority(PRIO_PROCESS, 0, 10))
		die_errno("setpriority");
	if (worker < N_STAY) {
		struct place place;

		netns_enter(stay[worker]);
		place_init(&place, worker % 2 ? AF_INET6 : AF_INET, 0);
		while (!stopped()) {
			ways[way_choose(random, false)].run(&place);
			did(CONNECTED, 1);
			place_go_on(&place);
		}
		place_leave(&place);
		return;
	}
	while (!stopped()) {
		int ns = netns_new();

		netns_enter(ns);
		connect_some(random, 0);
		netns_enter(home);
		close(ns);
		did(LIVED, 1);
	}
}

/* Every sysctl, with what it takes and with what it does not. */
static void turn(unsigned int unused, uint64_t *random)
{
	static const char *const values[] = {
		"0", "1", "2", "60000", "600001", "-1", "x", "100", "1000", "60",
	};

	while (!stopped()) {
		const unsigned int setting = draw(random) % N_SETTINGS;
		const char *value = values[draw(random) % 10];
		char text[64];
		int ns = -1;

		/* The initial namespace has them all. */
		if (draw(random) % 4)
			ns = stay[draw(random) % N_STAY];
		if (setting_write(ns, settings[setting], value, strlen(value)))
			__atomic_add_fetch(&shared->refused, 1, __ATOMIC_RELAXED);
		else
			__atomic_add_fetch(&shared->taken[setting], 1, __ATOMIC_RELAXED);
		setting_read(ns, settings[draw(random) % N_SETTINGS], text, sizeof(text));
		did(TURNED, 1);
		nap_ms(1);
	}
}

static void read_on(unsigned int unused, uint64_t *random)
{
	static const char *const files[] = {
		FILE_ALL, FILE_ALL_HIST, FILE_LINK, FILES_OF_EACH,
	};
	static char text[4 << 20];

	while (!stopped()) {
		const unsigned int file = draw(random) % (sizeof(files) / sizeof(files[0]));
		const int ns = file > 1 ? stay[draw(random) % N_STAY] : -1;

		if (setting_read(ns, files[file], text, sizeof(text)) > 0)
			did(READ, 1);
		nap_ms(1);
	}
}

/*
 * Who opens the event's file while the module is unloaded may find it freed by the
 * kernel itself (KASAN on 6.1: tracing_open_file_tr()): one after the other.
 */
static int event_lock;

static int switch_event(const char *to)
{
	int err;

	if (lockf(event_lock, F_LOCK, 0))
		die_errno("lockf");
	err = setting_write(-1, TRACE_SWITCH, to, 1);
	lockf(event_lock, F_ULOCK, 0);
	return err;
}

static int unload_without_event(void)
{
	int err;

	if (lockf(event_lock, F_LOCK, 0))
		die_errno("lockf");
	err = module_unload();
	lockf(event_lock, F_ULOCK, 0);
	return err;
}

static void trace(unsigned int unused, uint64_t *random)
{
	int fd = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[16384];

	if (fd < 0)
		die_errno(TRACING "trace_pipe");
	while (!stopped()) {
		const bool on = draw(random) % 4;

		if (!switch_event(on ? "1" : "0"))
			did(TRACED, 1);
		while (read(fd, text, sizeof(text)) > 0)
			;
		nap_ms(draw(random) % 50);
	}
	switch_event("0");
	close(fd);
}

static void switch_cpu(unsigned int unused, uint64_t *random)
{
	/* One CPU alone, or none that can be switched. */
	if (access(CPU_SWITCH, W_OK))
		return;
	while (!stopped()) {
		int err = setting_write(-1, CPU_SWITCH, "0", 1);

		/* Somebody else may be at it: the kernel itself, at boot. */
		check(!err || err == -EBUSY, "%s", strerror(-err));
		nap_ms(draw(random) % 100);
		err = setting_write(-1, CPU_SWITCH, "1", 1);
		check(!err, "%s", strerror(-err));
		did(SWITCHED, 1);
		nap_ms(draw(random) % 400);
	}
}

static pid_t switcher;

/* Should the test end before its time, the CPU is there for those that come after it. */
static void leave_cpu_on(void)
{
	if (switcher) {
		kill(switcher, SIGKILL);
		waitpid(switcher, NULL, 0);
	}
	if (!access(CPU_SWITCH, W_OK))
		setting_write(-1, CPU_SWITCH, "1", 1);
}

/* The counts since the module was loaded. */
static bool all_explained(void)
{
	struct rows rows;

	watch_total(&rows);
	return !rows_get(&rows, "record_failures") && !rows_get(&rows, "ended_other");
}

static void load(void)
{
	int err = module_load();

	check(!err, "%s", strerror(-err));
}

static void reload(unsigned int unused, uint64_t *random)
{
	while (!stopped()) {
		int err;

		nap_ms(draw(random) % 1000);
		check(all_explained(), "an end is not explained");
		/* The trace event may be on, which holds the module. */
		do {
			err = unload_without_event();
			switch_event("0");
		} while (err == -EAGAIN && !stopped());
		if (err == -EAGAIN)
			break;
		check(!err, "%s", strerror(-err));
		nap_ms(draw(random) % 100);
		load();
		did(RELOADED, 1);
	}
}

static bool each_had_its_part(void)
{
	unsigned int i;

	for (i = 0; i < N_SETTINGS; i++)
		if (!__atomic_load_n(&shared->taken[i], __ATOMIC_RELAXED))
			return false;
	if (!__atomic_load_n(&shared->refused, __ATOMIC_RELAXED))
		return false;
	for (i = 0; i < N_DOINGS; i++)
		if (!__atomic_load_n(&shared->done[i], __ATOMIC_RELAXED) &&
		    (i != SWITCHED || !access(CPU_SWITCH, W_OK)))
			return false;
	return true;
}

static pid_t start(void (*run)(unsigned int, uint64_t *), unsigned int number)
{
	static unsigned int n;
	uint64_t random = seed * 2654435761u + ++n;
	const pid_t pid = child_fork();

	if (pid)
		return pid;
	run(number, &random);
	exit(0);
}

static void purge(void)
{
	unsigned int i;

	for (i = 0; i < N_STAY; i++)
		setting_set(stay[i], SETTING("time_wait_purge"), 1);
}

int main(void)
{
	static const char *const names[N_DOINGS] = {
		[CONNECTED] = "connections", [LIVED] = "namespaces",
		[TURNED] = "sysctls written", [READ] = "files read",
		[TRACED] = "trace event switched", [RELOADED] = "unloads and loads",
		[SWITCHED] = "CPU off and on",
	};
	pid_t pids[N_WORKERS + 5];
	unsigned int n = 0, i;
	bool worked = true;
	int64_t end;

	ksft_print_header();
	ksft_set_plan(3);
	module_needed();
	seed = env_number("STRESS_SEED", 1);
	event_lock = memfd_create("event", MFD_CLOEXEC);
	if (event_lock < 0)
		die_errno("memfd_create");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die_errno("mmap");
	for (i = 0; i < N_STAY; i++) {
		stay[i] = netns_new();
		setting_set(stay[i], "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
	}

	for (i = 0; i < N_WORKERS; i++)
		pids[n++] = start(work, i);
	pids[n++] = start(turn, 0);
	pids[n++] = start(read_on, 0);
	pids[n++] = start(trace, 0);
	switcher = start(switch_cpu, 0);
	pids[n++] = switcher;
	pids[n++] = start(reload, 0);
	atexit(leave_cpu_on);

	end = now_ns() + env_number("STRESS_SECONDS", 8) * NS_PER_S;
	while (now_ns() < end)
		nap_ms(100);
	/* However slow the machine is: a load takes seconds where others keep it busy. */
	until_within(each_had_its_part(), 6 * TIMEOUT_NS);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < n; i++) {
		int status;

		worked &= waitpid(pids[i], &status, 0) == pids[i] && !status;
	}
	/* Its number may be somebody else's by now. */
	switcher = 0;
	for (i = 0; i < N_DOINGS; i++)
		ksft_print_msg("%lu %s\n", shared->done[i], names[i]);
	ksft_test_result(worked, "all went on to the end, seed %" PRIu64 "\n", seed);

	setting_set(-1, SETTING("inherit"), 0);
	watch_wait_all_over(purge);
	ksft_test_result_pass("nothing is left of it\n");
	ksft_test_result(all_explained(), "every end is explained\n");
	setting_set(-1, SETTING("time_wait_ms"), 60000);
	setting_set(-1, SETTING("time_wait_guard"), 1);
	setting_set(-1, SETTING("histograms"), 1);
	ksft_finished();
}
