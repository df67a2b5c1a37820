// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out, at each place in turn where the module allocates, or the kernel
 * for it: while the module is loaded, a namespace is made, the files are used, and
 * for every close record. What failed has to fail cleanly, and what did not fail
 * has to be right.
 *
 * Needs a kernel that can be told to fail (CONFIG_FAILSLAB). An act is recorded
 * once, then repeated with one allocation failing, for each stack that was seen.
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
#include "inject.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "stress_ledger.h"
#include "stress_ways.h"
#include "tried.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
/* What close records are allocated from. */
#define RECORDS		"/sys/kernel/slab/kmalloc-64/failslab"

#define MAX_SITES	256
/* How often one is aimed at, and how far beside it. */
#define MAX_TRIES	8
/* By how much the count may differ from one time to the next. */
#define MAX_OFF		16

static void put(const char *path, const char *text)
{
	int err = setting_write(-1, path, text, strlen(text));

	if (err)
		die("%s: %s", path, strerror(-err));
}

static int ko_fd;

static int load_module(void)
{
	return syscall(SYS_finit_module, ko_fd, "", 0) ? -errno : 0;
}

/* Loads that could not hook a function: the log has to say so. */
static bool hooks_missed;

/*
 * The kernel reports some failures with a stack, which would pass for a complaint:
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
	if (hooks_missed && !strstr(log, "tcp_closestat: cannot hook ")) {
		ksft_print_msg("that a hook is missing was not said\n");
		clean = false;
	}
	hooks_missed = false;
	if (!clean)
		printf("# the kernel complained:\n%s\n", log);
	return clean;
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
	unsigned int least;		/* places that there are at the least */
	const char *within;		/* for inject_within() */
};

/* After a failure the kernel has other things cached than after a success. */
static bool last_failed;

static unsigned int record(const struct act *act, struct site *sites)
{
	unsigned int n;
	int err;

	/* Objects made at their first use would be missed. */
	err = act->make();
	check(act->is_right(err), "%s", act->what);
	last_failed = false;
	inject_within(act->within);
	inject_record();
	err = act->make();
	n = inject_recorded(sites, MAX_SITES);
	if (err)
		die("%s fails by itself: %s", act->what, strerror(-err));
	check(act->is_right(0), "%s", act->what);
	return n;
}

/*
 * Fails one allocation, and tells whether all is well nevertheless.
 * @left: of inject_left()
 */
static bool fail_one(const struct act *act, unsigned int nth, struct site *failed,
		     unsigned int *left)
{
	bool right;
	int err;

	inject_fail(nth);
	err = act->make();
	last_failed = err;
	*left = inject_left(nth, failed);
	if (*left)
		return act->is_right(err) && !err;
	if (!failed->stack)
		strcpy(failed->where, "(the kernel's own)");
	else if (!failed->where[0])
		strcpy(failed->where, "(not seen before)");
	tried_note(act->what, failed->where, name_of(err));
	right = act->is_right(err);
	if (!right)
		ksft_print_msg("%s: failure at allocation %u in %s: %s\n", act->what,
			       nth, failed->where, name_of(err));
	return right;
}

/* Tells which function of the module was spared, none of its places having failed. */
static void tell_spared(const struct act *act, const struct site *sites, unsigned int n)
{
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		/* Once, at the first of its places, if none was reached. */
		for (j = 0; j < n; j++)
			if ((sites[j].reached || j < i) &&
			    !strcmp(sites[j].where, sites[i].where))
				break;
		if (j < n)
			continue;
		ksft_print_msg("%s: nothing failed in %s\n", act->what, sites[i].where);
	}
}

/*
 * How many allocations come before one differs a little from time to time, so that
 * what fails may be another than what was meant: the next try is nearer.
 */
static bool fail_each(const struct act *act)
{
	static const int aside[MAX_TRIES] = { 0, 0, 0, 1, -1, 2, -2, 3 };
	static struct site sites[MAX_SITES];
	const unsigned int n = record(act, sites);
	unsigned int reached = 0, tries = 0, left, i, j, try;
	struct site failed;
	int off[2] = { 0, 0 };
	bool ok = true;

	/* The last first: a hook self-test that failed leaves sockets, and they would count. */
	for (i = n; i--;) {
		for (try = 0; try < MAX_TRIES && !sites[i].reached; try++) {
			const bool after = last_failed;
			const int nth = (int)sites[i].nth - off[after] + aside[try];

			ok &= fail_one(act, nth > 0 ? nth : 1, &failed, &left);
			if (left)
				off[after] += left;
			else if (failed.nth && abs((int)failed.nth - nth) <= MAX_OFF)
				off[after] = (int)failed.nth - nth;
			for (j = 0; j < n; j++)
				sites[j].reached |= sites[j].stack == failed.stack;
			tries++;
		}
		if (sites[i].reached)
			reached++;
		else
			ksft_print_msg("%s: allocation %u in %s did not fail\n",
				       act->what, sites[i].nth, sites[i].where);
	}
	ksft_print_msg("%s: %u places, %u failed in %u tries\n", act->what, n, reached,
		       tries);
	tell_spared(act, sites, n);
	/* Some depend on what happens to be there already. */
	return log_is_clean() && ok && n >= act->least && reached >= n - n / 4;
}

/* The initial namespace's own are the last. */
static const char *const files[] = {
	FILES_OF_EACH, SETTINGS_OF_EACH, FILES_OF_ALL, SETTINGS_OF_INITIAL,
};

static const char *const own[] = { FILES_OF_ALL, SETTINGS_OF_INITIAL };

#define N_FILES		((unsigned int)(sizeof(files) / sizeof(files[0])))
#define N_IN_EACH	(N_FILES - (unsigned int)(sizeof(own) / sizeof(own[0])))

static bool files_are(bool there, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!access(files[i], F_OK) != there) {
			ksft_print_msg("%s is %sthere\n", files[i], there ? "not " : "");
			return false;
		}
	return true;
}

/* The length can be set, or its hooks are missing and that is what one is told. */
static bool length_is_right(void)
{
	const int err = setting_write(-1, SETTING("time_wait_ms"), "5000\n", 5);

	hooks_missed |= err == -EOPNOTSUPP;
	if (err && err != -EOPNOTSUPP)
		ksft_print_msg("time_wait_ms: %s\n", strerror(-err));
	return setting_get(-1, SETTING("time_wait_ms")) == (err ? 60000 : 5000) &&
	       (!err || err == -EOPNOTSUPP);
}

static bool load_is_right(int err)
{
	bool right;

	if (err)
		return !module_loaded() && files_are(false, N_FILES);
	right = files_are(true, N_FILES) && row_now(-1, "version") == 1 &&
		length_is_right();
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
	const bool right = err || (files_are(true, N_IN_EACH) && !row_now(-1, "ended") &&
				   length_is_right());

	netns_enter(home);
	return right && row_now(-1, "version") == 1;
}

static char text[1 << 20];

/* A file, and what it ends with. */
static const struct reading {
	const char *file;
	const char *end;
	unsigned int least;
} readings[] = {
	{ FILE_NS, "\nrecord_failures 0\n", 0 },
	{ FILE_HIST, "\nclose count 0\n", 0 },
	{ FILE_ALL, "\nrecord_failures 0\n", 1 },
	{ FILE_ALL_HIST, "\n\n", 1 },
}, *reading;

#define N_READINGS	(sizeof(readings) / sizeof(readings[0]))

static int read_file(void)
{
	return setting_read(-1, reading->file, text, sizeof(text)) < 0 ? -errno : 0;
}

static bool read_is_right(int err)
{
	const size_t len = strlen(text), end = strlen(reading->end);

	if (err || (len > end && !strcmp(text + len - end, reading->end)))
		return true;
	ksft_print_msg("%s ends with '%s'\n", reading->file,
		       text + (len > 40 ? len - 40 : 0));
	return false;
}

static int write_sysctl(void)
{
	return setting_write(-1, SETTING("time_wait_ms"), "5000\n", 5);
}

static bool sysctl_is_right(int err)
{
	const long is = setting_get(-1, SETTING("time_wait_ms"));

	setting_set(-1, SETTING("time_wait_ms"), 60000);
	return is == (err ? 60000 : 5000);
}

static int purge(void)
{
	return setting_write(-1, SETTING("time_wait_purge"), "1\n", 2);
}

static bool any(int err)
{
	return true;
}

/*
 * Connections of all kinds, none of which gets a record: each is counted all the same.
 * Nothing else gets memory of that size either, where it may not wait for it.
 */
static bool counts_without_records(void)
{
	const int ns = netns_new();
	uint64_t random = 88172645463325252ULL;
	unsigned int i, connections = 0;
	struct ledger ledger = {};
	struct rows before, now;
	struct place place;

	put(FAILSLAB "cache-filter", "Y");
	put(FAILSLAB "ignore-gfp-wait", "Y");
	put(FAILSLAB "times", "-1");
	put(FAILSLAB "probability", "100");
	netns_enter(ns);
	setting_set(-1, "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
	place_init(&place, AF_INET, 0);
	rows_read(&before, -1);
	/* Most find the record of their bucket free: only the others need memory. */
	for (i = 0; i < 300 || (i < 3000 && !row_now(-1, "record_failures")); i++) {
		const unsigned int way = way_choose(&random, false);

		/* How these went is not said by what was done. */
		if (way == WAY_RACE || way == WAY_ORPHAN)
			continue;
		ways[way].run(&place);
		ledger_add(&ledger, &ways[way], 1);
		connections += ways[way].connections;
	}
	place_leave(&place);
	put(FAILSLAB "probability", "0");
	put(FAILSLAB "cache-filter", "N");

	setting_set(-1, SETTING("time_wait_purge"), 1);
	until(!row_now(-1, "fin_wait1") && !row_now(-1, "fin_wait2") &&
	      !row_now(-1, "closing") && !row_now(-1, "close_wait") &&
	      !row_now(-1, "last_ack") && !row_now(-1, "time_wait"));
	rows_read(&now, -1);
	ksft_print_msg("%u connections, %" PRIu64 " ends, %" PRIu64 " records missed\n",
		       connections, rows_get(&now, "ended"),
		       rows_get(&now, "record_failures"));
	netns_enter(home);
	close(ns);
	return rows_get(&now, "record_failures") && !rows_get(&now, "ended_other") &&
	       ledger_rows_agree(&ledger, &before, &now);
}

static unsigned int times_in(const char *in, const char *what)
{
	unsigned int n = 0;

	for (; (in = strstr(in, what)); in++)
		n++;
	return n;
}

/*
 * The kernel loses the name of a cache when it gets no memory for the cache's
 * directory in sysfs. If nothing else was lost, that is not held against us; else
 * the rig finds all of it.
 */
static void excuse_leaks(void)
{
	unsigned int n, scans;

	for (scans = 0; scans < 2; scans++) {
		/* It does not look at what is younger than five seconds. */
		nap_ms(6000);
		if (setting_write(-1, KMEMLEAK, "scan", 4))
			return;
	}
	if (setting_read(-1, KMEMLEAK, text, sizeof(text)) < 0)
		return;
	n = times_in(text, "unreferenced object");
	ksft_print_msg("%u leaks, %u in sysfs_slab_add()\n", n,
		       times_in(text, " sysfs_slab_add+"));
	if (n == times_in(text, " sysfs_slab_add+"))
		put(KMEMLEAK, "clear");
}

int main(void)
{
	static const struct act load = {
		"load", load_module, load_is_right, 40, "do_one_initcall",
	};
	static const struct act netns = { "netns", make_netns, netns_is_right, 5 };
	static const struct act write = { "sysctl", write_sysctl, sysctl_is_right, 0 };
	static const struct act purges = { "purge", purge, any, 0 };
	bool ok = true;
	unsigned int i;

	setlinebuf(stdout);
	ksft_print_header();
	if (!inject_possible()) {
		ksft_print_msg("this kernel cannot be told to fail\n");
		ksft_exit_skip("no CONFIG_FAILSLAB\n");
	}
	ksft_set_plan(6);
	module_not_wanted();
	home = netns_here();
	ko_fd = open(getenv("TCS_KO") ?: "../tcp_closestat.ko", O_RDONLY | O_CLOEXEC);
	if (ko_fd < 0)
		die_errno("cannot open the module (TCS_KO)");
	inject_begin();
	/* No console for what is expected. */
	klogctl(8 /* console level */, NULL, 1);
	check(log_is_clean(), "the log has complaints already");
	ksft_test_result(fail_each(&load), "loading\n");
	check(!load_module(), "cannot load");
	ksft_test_result(fail_each(&netns), "making a namespace\n");
	for (i = 0; i < N_READINGS; i++) {
		const struct act reads = {
			"read", read_file, read_is_right, readings[i].least,
		};

		reading = &readings[i];
		ok &= fail_each(&reads);
	}
	ksft_test_result(ok, "reading\n");
	ksft_test_result(fail_each(&write), "writing a sysctl\n");
	ksft_test_result(fail_each(&purges), "purging\n");
	inject_end();
	klogctl(8, NULL, 5);
	check(setting_read(-1, RECORDS, text, sizeof(text)) > 0, "%s", RECORDS);
	/* The rig tells the kernel at boot that this size may fail. */
	if (text[0] != '1')
		ksft_test_result_skip("closing without records: slub_debug=A,kmalloc-64\n");
	else
		ksft_test_result(counts_without_records(), "closing without records\n");
	tried_print();
	check(!module_unload(), "cannot unload");
	excuse_leaks();
	/* It reported the leaks there. */
	check(log_is_clean(), "the log");
	ksft_finished();
}
