// SPDX-License-Identifier: GPL-2.0
/*
 * Many: 300,000 TIME_WAITs, 100,000 of them with a close record, and 2,000
 * namespaces. All are counted, all go again, and the memory is back. Takes minutes
 * and a guest of 4 GiB, so it is not run with the others:
 *
 *	selftests/vm/run --mem 4096 --deadline 3000 -- selftests/scale
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <kselftest.h>

#include "child.h"
#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "stress_watch.h"

#define N_TIME_WAIT	300000
#define N_RECORDS	100000
#define N_NETNS		2000

/*
 * A server's address for that many of them. connect() takes ports of one parity first
 * (__inet_hash_connect()): were those 32,000 gone, each would look through all of them.
 */
#define PER_ADDRESS	25000

static int64_t began;

static void phase(const char *what)
{
	const int64_t now = now_ns();

	ksft_print_msg("%s: %.1f s\n", what, (now - began) / 1e9);
	began = now;
}

/* kB, a line of /proc/meminfo */
static long memory(const char *what)
{
	char text[8192];
	const char *at;

	if (setting_read(-1, "/proc/meminfo", text, sizeof(text)) < 0)
		die_errno("meminfo");
	at = strstr(text, what);
	check(at, "no %s", what);
	return atol(at + strlen(what) + 1);
}

/* kB that are used and cannot be had back */
static long used(void)
{
	return memory("SUnreclaim") + memory("Percpu");
}

static void make_time_waits(unsigned int from, unsigned int to)
{
	struct sockaddr_in to_addr = { .sin_family = AF_INET };
	int listener = -1, one = 1;
	unsigned int i;

	for (i = from; i < to; i++) {
		int c, s;

		if (listener < 0 || !(i % PER_ADDRESS)) {
			socklen_t len = sizeof(to_addr);

			close(listener);
			listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
			to_addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i / PER_ADDRESS);
			to_addr.sin_port = htons(900);
			setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
			if (bind(listener, (struct sockaddr *)&to_addr, len) ||
			    listen(listener, 16))
				die_errno("listen");
		}
		c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c < 0 || connect(c, (struct sockaddr *)&to_addr, sizeof(to_addr)))
			die_errno("connect %u", i);
		s = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (s < 0)
			die_errno("accept");
		/* The FINs do not cross. */
		close(c);
		wait_eof(s);
		close(s);
	}
	close(listener);
}

static bool is(const struct rows *rows, const char *name, uint64_t wanted)
{
	if (rows_get(rows, name) == wanted)
		return true;
	ksft_print_msg("%s is %" PRIu64 ", not %" PRIu64 "\n", name,
		       rows_get(rows, name), wanted);
	return false;
}

/* In the initial namespace: elsewhere 7.2 does not let the limit be raised. */
static bool many_time_waits(void)
{
	struct rows rows;
	bool ok;

	setting_set(-1, "/proc/sys/net/ipv4/tcp_max_tw_buckets", 1000000);
	setting_set(-1, "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
	if (setting_write(-1, "/proc/sys/net/ipv4/ip_local_port_range", "1024 65535", 10))
		die("cannot set the port range");
	setting_set(-1, SETTING("time_wait_ms"), 600000);
	make_time_waits(0, N_RECORDS);
	until(!row_now(-1, "last_ack"));
	rows_read(&rows, -1);
	ok = is(&rows, "time_wait", N_RECORDS) & is(&rows, "records", N_RECORDS);
	setting_set(-1, SETTING("histograms"), 0);
	make_time_waits(N_RECORDS, N_TIME_WAIT);
	phase("connections made and closed");

	until(!row_now(-1, "last_ack"));
	rows_read(&rows, -1);
	ok &= is(&rows, "time_wait", N_TIME_WAIT) & is(&rows, "records", N_RECORDS) &
	      is(&rows, "time_wait_entered", N_TIME_WAIT) &
	      is(&rows, "time_wait_shortened", N_TIME_WAIT) &
	      is(&rows, "time_wait_expired", 0) & is(&rows, "time_wait_reset", 0) &
	      is(&rows, "ended", 2 * N_TIME_WAIT) & is(&rows, "record_failures", 0);
	phase("read");
	setting_set(-1, SETTING("time_wait_purge"), 1);
	phase("purged");
	rows_read(&rows, -1);
	setting_set(-1, SETTING("histograms"), 1);
	setting_set(-1, SETTING("time_wait_ms"), 60000);
	return ok & is(&rows, "time_wait", 0) & is(&rows, "records", 0) &
	       is(&rows, "time_wait_purged", N_TIME_WAIT) &
	       is(&rows, "ended", 2 * N_TIME_WAIT);
}

/* Each with a connection, one end of which is in TIME_WAIT. */
static void make_namespaces(int ns[N_NETNS])
{
	const int home = netns_here();
	unsigned int i;

	for (i = 0; i < N_NETNS; i++) {
		ns[i] = netns_new();
		netns_enter(ns[i]);
		make_time_waits(0, 1);
		netns_enter(home);
	}
	close(home);
}

static void end_namespaces(const int ns[N_NETNS])
{
	unsigned int i;

	for (i = 0; i < N_NETNS; i++)
		close(ns[i]);
}

static bool many_namespaces(void)
{
	static int ns[N_NETNS];
	static char text[16 << 20];
	struct rows before, now;
	unsigned int blocks = 0;
	const char *at;

	watch_total(&before);
	make_namespaces(ns);
	phase("namespaces made");
	if (setting_read(-1, "/proc/tcp_closestat_all", text, sizeof(text)) < 0)
		die_errno("tcp_closestat_all");
	for (at = text; (at = strstr(at, "netns ")); at++)
		blocks++;
	phase("all of them read");
	end_namespaces(ns);
	do {
		nap_ms(100);
		check(now_ns() - began < 600 * NS_PER_S, "namespaces do not go");
		watch_total(&now);
	} while (rows_get(&now, "time_wait") || rows_get(&now, "records"));
	phase("gone");
	ksft_print_msg("%u blocks in %zu bytes\n", blocks, strlen(text));
	return blocks >= N_NETNS + 2 &&
	       rows_get(&now, "ended") - rows_get(&before, "ended") == 2 * N_NETNS &&
	       rows_get(&now, "time_wait_purged") -
	       rows_get(&before, "time_wait_purged") == N_NETNS;
}

/* Memory that a worker frees after a grace period takes a while. */
static bool is_back(long before)
{
	const int64_t end = now_ns() + 60 * NS_PER_S;

	/* Slabs stay partly filled: 8 MiB, of the hundreds that there were. */
	while (used() > before + 8192 && now_ns() < end)
		nap_ms(200);
	ksft_print_msg("%ld kB before, %ld kB after (%ld kB per CPU)\n", before, used(),
		       memory("Percpu"));
	return used() <= before + 8192;
}

/*
 * What the kernel itself keeps of so many namespaces, and what grows when it is used for
 * the first time, is no leak of the module's.
 */
static void grow(void)
{
	static int ns[N_NETNS];
	long least;
	int quiet;

	make_namespaces(ns);
	end_namespaces(ns);
	least = used();
	for (quiet = 0; quiet < 50; quiet++) {
		nap_ms(100);
		if (used() < least) {
			least = used();
			quiet = 0;
		}
	}
	phase("namespaces made and ended without the module");
}

int main(void)
{
	const struct rlimit files = { 2 * N_NETNS, 2 * N_NETNS };
	long before;

	if (setrlimit(RLIMIT_NOFILE, &files))
		die_errno("setrlimit");
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Segments that two CPUs send overtake each other: a RST ends a TIME_WAIT. */
	stay_on_cpu(0);
	ksft_print_header();
	ksft_set_plan(4);
	/* Counts from 0. */
	module_not_wanted();
	began = now_ns();
	grow();
	check(!module_load(), "cannot load");
	before = used();
	phase("loaded");
	ksft_test_result(many_time_waits(), "%u TIME_WAITs, %u records\n", N_TIME_WAIT,
			 N_RECORDS);
	ksft_test_result(is_back(before), "their memory is back\n");
	began = now_ns();
	ksft_test_result(many_namespaces(), "%u namespaces\n", N_NETNS);
	ksft_test_result(is_back(before), "their memory is back\n");
	check(!module_unload(), "cannot unload");
	ksft_finished();
}
