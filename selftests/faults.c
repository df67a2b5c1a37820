// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out, at each allocation in turn: while the module is loaded, while
 * a namespace is made, while its files are used, and for every close record. What
 * failed has to fail cleanly, and what did not fail has to be right.
 *
 * Needs a kernel that can be told to fail (CONFIG_FAILSLAB). An act is repeated
 * with its last allocation failing, then with the one before, and so on, until for
 * a while only the kernel's own code is hit: ours comes last in what is tried here.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/klog.h>
#include <sys/syscall.h>

#include <kselftest.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "knob.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "stress_ways.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define RECORDS		"/sys/kernel/slab/tcs_record/failslab"
#define TRACING		"/sys/kernel/tracing/"
#define PROBE		"kprobes/tcs_failed"

/* More than anything here allocates. */
#define NEVER		1000000
/* That many failures in a row in the kernel's own code: ours is not reached any more. */
#define FAR_AWAY	40

static int nth_fd;

static void put(const char *path, const char *text)
{
	int err = knob_write(-1, path, text, strlen(text));

	if (err)
		die("%s: %s", path, strerror(-err));
}

/* The @nth allocation of this task from now fails, if it makes as many. */
static void fail_nth(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		die_errno("fail-nth");
}

/* How many allocations are left until one fails; 0: it has. Nothing fails now. */
static unsigned int fail_end(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		die_errno("fail-nth");
	fail_nth(0);
	return atoi(text);
}

static int ko_fd;

static int load_module(void)
{
	return syscall(SYS_finit_module, ko_fd, "", 0) ? -errno : 0;
}

/* Every allocation may fail, and each that does leaves its stack in the trace. */
static void prepare(void)
{
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	ko_fd = open(getenv("TCS_KO") ?: "../tcp_closestat.ko", O_RDONLY | O_CLOEXEC);
	if (nth_fd < 0 || ko_fd < 0)
		die_errno("cannot open fail-nth, or the module (TCS_KO)");
	put(FAILSLAB "ignore-gfp-wait", "N");
	put(FAILSLAB "verbose", "0");
	put(TRACING "kprobe_events", "r:" PROBE " should_failslab failed=$retval:s32\n");
	put(TRACING "events/" PROBE "/filter", "failed < 0");
	put(TRACING "options/stacktrace", "1");
	put(TRACING "options/sym-offset", "1");
	put(TRACING "events/" PROBE "/enable", "1");
}

static void tidy_up(void)
{
	put(TRACING "events/" PROBE "/enable", "0");
	put(TRACING "options/stacktrace", "0");
	put(TRACING "options/sym-offset", "0");
	put(TRACING "kprobe_events", "-:" PROBE "\n");
}

/*
 * The innermost function of the module on the stack of what failed last, NULL
 * where the kernel's own code was at it.
 */
static const char *failed_in(void)
{
	static char name[64], text[1 << 20];
	char *tag, *line;

	if (knob_read(-1, TRACING "trace", text, sizeof(text)) < 0)
		die_errno("trace");
	put(TRACING "trace", "");
	tag = strstr(text, " [tcp_closestat]");
	if (!tag)
		return NULL;
	*tag = '\0';
	line = strrchr(text, '\n');
	line += strspn(line, "\n =>");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, "+"), line);
	return name;
}

/*
 * The kernel tells of some failures with a stack, which would pass for a complaint:
 * the log is looked at here, and emptied.
 */
static bool log_is_clean(void)
{
	static const char *const complaints[] = {
		"BUG", "WARNING:", "KASAN", "UBSAN", "ODEBUG", "INFO: ", "refcount_t",
		"corruption", "uspicious RCU", "duplicate", "Oops",
	};
	static char log[8 << 20];
	int len = klogctl(4 /* read all and clear */, log, sizeof(log) - 1);
	unsigned int i;
	bool clean = true;

	if (len < 0)
		die_errno("klogctl");
	log[len] = '\0';
	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		clean &= !strstr(log, complaints[i]);
	if (!clean)
		printf("# the kernel complained:\n%s\n", log);
	return clean;
}

/* The table of what was made to fail and what came of it. */
static struct outcome {
	char what[16];
	char where[64];
	char result[32];
	unsigned int times;
} outcomes[256];

static unsigned int n_outcomes;

static void note(const char *what, const char *where, const char *result)
{
	struct outcome *o = outcomes;

	while (o < outcomes + n_outcomes &&
	       (strcmp(o->what, what) || strcmp(o->where, where) ||
		strcmp(o->result, result)))
		o++;
	if (o == outcomes + n_outcomes) {
		check(n_outcomes++ < 256, "too many kinds");
		snprintf(o->what, sizeof(o->what), "%s", what);
		snprintf(o->where, sizeof(o->where), "%s", where);
		snprintf(o->result, sizeof(o->result), "%s", result);
	}
	o->times++;
}

static void print_table(void)
{
	const struct outcome *o;

	ksft_print_msg("%-10s %-28s %-28s times\n", "making", "failed in", "result");
	for (o = outcomes; o < outcomes + n_outcomes; o++)
		ksft_print_msg("%-10s %-28s %-28s %5u\n", o->what, o->where, o->result,
			       o->times);
}

static const char *name_of(int err)
{
	return err ? strerror(-err) : "works";
}

/* One thing that is made, made to fail at each of its allocations. */
struct act {
	const char *what;
	int (*make)(void);		/* 0, or a negative errno */
	bool (*is_right)(int err);	/* undoes it, too */
};

static unsigned int count_allocations(const struct act *act)
{
	int err;

	fail_nth(NEVER);
	err = act->make();
	if (err)
		die("%s fails by itself: %s", act->what, strerror(-err));
	err = NEVER - fail_end();
	return act->is_right(0) ? err : 0;
}

static bool fail_each(const struct act *act)
{
	const unsigned int n = count_allocations(act);
	unsigned int nth = n + 4, in_ours = 0, away = 0;
	bool ok = n;

	for (; nth && away < FAR_AWAY; nth--) {
		const char *where;
		int err;

		fail_nth(nth);
		err = act->make();
		/* How many there are differs a little. */
		if (fail_end()) {
			ok &= act->is_right(err) && !err;
			continue;
		}
		where = failed_in();
		in_ours += !!where;
		away = where ? 0 : away + 1;
		note(act->what, where ?: "(the kernel's own)", name_of(err));
		if (act->is_right(err))
			continue;
		ksft_print_msg("%s: failure at allocation %u in %s: %s\n", act->what,
			       nth, where ?: "the kernel", name_of(err));
		ok = false;
	}
	ksft_print_msg("%s: %u allocations, %u failures within the module\n",
		       act->what, n, in_ours);
	return log_is_clean() && ok;
}

static bool files_are(bool there)
{
	static const char *const files[] = {
		"/proc/tcp_closestat_all", "/proc/self/net/tcp_closestat",
		"/proc/self/net/tcp_closestat_hist", KNOB("time_wait_ms"), KNOB_ALIAS,
		KNOB("inherit"),
	};
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!access(files[i], F_OK) != there) {
			ksft_print_msg("%s is %sthere\n", files[i], there ? "not " : "");
			return false;
		}
	return true;
}

static bool load_is_right(int err)
{
	bool right;

	if (err)
		return !module_loaded() && files_are(false);
	right = files_are(true) && row_now(-1, "version") == 1;
	err = module_unload();
	if (err)
		ksft_print_msg("cannot unload: %s\n", strerror(-err));
	return !err && right;
}

static int make_netns(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static int home;

static bool netns_is_right(int err)
{
	const bool right = err || !row_now(-1, "ended");

	netns_enter(home);
	return right && row_now(-1, "version") == 1;
}

static char text[1 << 20];

static const char *reading;

static int read_file(void)
{
	return knob_read(-1, reading, text, sizeof(text)) < 0 ? -errno : 0;
}

static bool read_is_right(int err)
{
	return err || strlen(text) > 0;
}

static int write_sysctl(void)
{
	return knob_write(-1, KNOB("time_wait_ms"), "5000\n", 5);
}

static bool sysctl_is_right(int err)
{
	const long is = knob_get(-1, KNOB("time_wait_ms"));

	knob_set(-1, KNOB("time_wait_ms"), 60000);
	return is == (err ? 60000 : 5000);
}

static int purge(void)
{
	return knob_write(-1, KNOB("time_wait_purge"), "1\n", 2);
}

static bool any(int err)
{
	return true;
}

/* Connections of all kinds, none of which gets a record. */
static bool counts_without_records(void)
{
	const int ns = netns_new();
	uint64_t random = 88172645463325252ULL, failures, ended, other;
	unsigned int i, connections = 0;
	struct place place;

	put(RECORDS, "1");
	put(FAILSLAB "cache-filter", "Y");
	put(FAILSLAB "times", "-1");
	put(FAILSLAB "probability", "100");
	netns_enter(ns);
	knob_set(-1, "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
	place_init(&place, AF_INET, 0);
	for (i = 0; i < 300; i++) {
		const struct way *way = &ways[way_choose(&random, false)];

		way->run(&place);
		connections += way->connections;
	}
	place_leave(&place);
	put(FAILSLAB "probability", "0");
	put(FAILSLAB "cache-filter", "N");

	knob_set(-1, KNOB("time_wait_purge"), 1);
	until(!row_now(-1, "fin_wait1") && !row_now(-1, "fin_wait2") &&
	      !row_now(-1, "closing") && !row_now(-1, "close_wait") &&
	      !row_now(-1, "last_ack") && !row_now(-1, "time_wait"));
	failures = row_now(-1, "record_failures");
	ended = row_now(-1, "ended");
	other = row_now(-1, "ended_other");
	ksft_print_msg("%u connections, %" PRIu64 " ends, %" PRIu64 " records missed\n",
		       connections, ended, failures);
	netns_enter(home);
	close(ns);
	/* Both ends of each, but for those that come to nothing. */
	return failures > 100 && ended > connections && !other;
}

int main(void)
{
	static const struct act load = { "load", load_module, load_is_right };
	static const struct act netns = { "netns", make_netns, netns_is_right };
	static const struct act reads = { "read", read_file, read_is_right };
	static const struct act write = { "sysctl", write_sysctl, sysctl_is_right };
	static const struct act purges = { "purge", purge, any };
	static const char *const files[] = {
		"/proc/self/net/tcp_closestat", "/proc/self/net/tcp_closestat_hist",
		"/proc/tcp_closestat_all",
	};
	bool ok = true;
	unsigned int i;

	setlinebuf(stdout);
	ksft_print_header();
	if (access(FAILSLAB, F_OK)) {
		ksft_print_msg("this kernel cannot be told to fail\n");
		ksft_exit_skip("no CONFIG_FAILSLAB\n");
	}
	ksft_set_plan(6);
	module_not_wanted();
	home = netns_here();
	prepare();
	/* No console for what is expected. */
	klogctl(8 /* console level */, NULL, 1);
	check(log_is_clean(), "the log has complaints already");
	ksft_test_result(fail_each(&load), "loading\n");
	check(!load_module(), "cannot load");
	ksft_test_result(fail_each(&netns), "making a namespace\n");
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		reading = files[i];
		ok &= fail_each(&reads);
	}
	ksft_test_result(ok, "reading\n");
	ksft_test_result(fail_each(&write), "writing a sysctl\n");
	ksft_test_result(fail_each(&purges), "purging\n");
	tidy_up();
	klogctl(8, NULL, 5);
	ksft_test_result(counts_without_records(), "closing without records\n");
	print_table();
	check(!module_unload(), "cannot unload");
	ksft_finished();
}
