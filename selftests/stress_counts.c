// SPDX-License-Identifier: GPL-2.0
/*
 * Eight workers in four namespaces end tens of thousands of connections in every
 * way whose outcome is certain. What they did, what the kernel's own counters
 * say, what the tracepoints told and what the module counted has to be the same.
 */
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <kselftest.h>

#include "../module/classify.h"
#include "child.h"
#include "clock.h"
#include "env.h"
#include "fail.h"
#include "setting.h"
#include "modload.h"
#include "netns.h"
#include "observer.h"
#include "observer_trace.h"
#include "stress_ledger.h"
#include "stress_watch.h"
#include "stress_ways.h"

#define N_NS		4
#define N_WORKERS	8
#define CONNECTIONS	52000
#define N_WAYS_MAX	32

/* In every other namespace TIME_WAIT is short and expires. */
static bool is_short(unsigned int ns)
{
	return !(ns % 2);
}

/* Shared by the processes. */
static struct shared {
	uint64_t done[N_WORKERS][N_WAYS_MAX];
	uint64_t reads;
	struct trace_seen seen;
	bool observing;
	bool stop;
	/* the results */
	bool agrees;
	bool held;
	bool states;
	bool events;
	bool more_seen;		/* by the observer than was counted */
} *shared;

static struct {
	int fd;
	uint32_t inode;
	struct view before;
} ns[N_NS];

static void work(unsigned int worker, uint64_t seed, unsigned int connections)
{
	const unsigned int where = worker % N_NS;
	unsigned int made = 0;
	struct place place;
	uint64_t random = seed * 2654435761u + worker + 1;

	/*
	 * Segments of one connection stay in order on one CPU's loopback queue. The two
	 * workers of a namespace are on different CPUs.
	 */
	stay_on_cpu(worker + worker / N_NS);
	netns_enter(ns[where].fd);
	place_init(&place, worker < N_NS ? AF_INET : AF_INET6, worker / N_NS);
	while (made < connections) {
		const unsigned int way = way_choose(&random, !is_short(where));

		ways[way].run(&place);
		shared->done[worker][way]++;
		made += ways[way].connections;
	}
	place_leave(&place);
}

static void read_on(void)
{
	struct watch watch = { .n_ns = N_NS };
	unsigned int i;

	for (i = 0; i < N_NS; i++)
		watch.ns[i] = ns[i].fd;
	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE)) {
		watch_once(&watch);
		nap_ms(1);
	}
	watch_once(&watch);
	shared->reads = watch.reads;
}

static void observe(void)
{
	static struct trace trace;

	trace_start(&trace);
	__atomic_store_n(&shared->observing, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE))
		if (!trace_drain(&trace))
			nap_ms(5);
	trace_stop(&trace);
	shared->seen = trace.seen;
}

static pid_t start(void (*run)(void))
{
	const pid_t pid = child_fork();

	if (!pid) {
		run();
		exit(0);
	}
	return pid;
}

static bool went_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && !status;
}

static void make_namespaces(void)
{
	unsigned int i;
	struct stat st;

	for (i = 0; i < N_NS; i++) {
		ns[i].fd = netns_new();
		if (fstat(ns[i].fd, &st))
			die_errno("fstat");
		ns[i].inode = st.st_ino;
		setting_set(ns[i].fd, "/proc/sys/net/ipv4/tcp_max_tw_buckets", 1000000);
		/* On the loopback connect() takes TIME_WAITs over by default. */
		setting_set(ns[i].fd, "/proc/sys/net/ipv4/tcp_tw_reuse", 0);
		if (is_short(i)) {
			setting_set(ns[i].fd, SETTING("time_wait_guard"), 0);
			setting_set(ns[i].fd, SETTING("time_wait_ms"), 100);
		} else {
			/* However slow the machine is: longer than this test. */
			setting_set(ns[i].fd, SETTING("time_wait_ms"), 600000);
		}
	}
}

/* The deeds of a namespace's workers, by their own account. */
static void ledger_make(struct ledger *ledger, unsigned int i)
{
	int64_t entered, reused, crossed, killed, again, strays, reset, spared;
	struct view now;
	unsigned int worker, way;

	ledger->n = 0;
	for (worker = i; worker < N_WORKERS; worker += N_NS)
		for (way = 0; way < n_ways; way++)
			ledger_add(ledger, &ways[way], shared->done[worker][way]);

	/*
	 * How the races went nobody but the counts knows: one of them says it,
	 * and all others have to agree with that.
	 */
	crossed = (row_now(ns[i].fd, "ended_simultaneous_fin") -
		   *ledger_at(ledger, "ended_simultaneous_fin")) / 2;
	ledger_add(ledger, &ways[WAY_RACE_CROSSED], crossed);
	ledger_add(ledger, &ways[WAY_RACE], -crossed);

	/* These, the kernel's own count tells. */
	view_take(&now, ns[i].fd);
	killed = view_change(&ns[i].before, &now, "TcpEstabResets") -
		 *ledger_at(ledger, "TcpEstabResets");
	ledger_add(ledger, &ways[WAY_ORPHAN_RESET], killed);
	ledger_add(ledger, &ways[WAY_ORPHAN], -killed);

	/*
	 * A machine that stands still for a while repeats a FIN that has come
	 * through. TIME_WAIT answers, and that answer finds nobody any more:
	 * one more RST, which may end the TIME_WAIT, before one that was to take
	 * it over comes. Before 6.10 the RST is seen only where the segment found
	 * the listener.
	 */
	again = view_change(&ns[i].before, &now, "fin_retransmits");
	reset = view_change(&ns[i].before, &now, "time_wait_reset");
	strays = view_change(&ns[i].before, &now, "TcpOutRsts") -
		 *ledger_at(ledger, "TcpOutRsts");
	spared = *ledger_at(ledger, "time_wait_reused") -
		 view_change(&ns[i].before, &now, "time_wait_reused");
	if (strays)
		ksft_print_msg("namespace %u: %" PRId64 " RSTs for %" PRId64
			       " FINs sent again\n", i, strays, again);
	if (reset <= strays && strays <= again) {
		*ledger_at(ledger, "time_wait_reset") = reset;
		*ledger_at(ledger, "TcpOutRsts") += strays;
		*ledger_at(ledger, "rst_sent_no_socket") += strays;
		if (spared > 0 && spared <= reset)
			*ledger_at(ledger, "time_wait_reused") -= spared;
	}

	entered = *ledger_at(ledger, "time_wait_entered");
	reused = *ledger_at(ledger, "time_wait_reused");
	reset = *ledger_at(ledger, "time_wait_reset");
	*ledger_at(ledger, "time_wait_shortened") = entered;
	if (is_short(i))
		*ledger_at(ledger, "time_wait_expired") = entered - reset;
	else
		*ledger_at(ledger, "time_wait_purged") = entered - reused - reset;
}

static bool ledger_agrees(unsigned int i)
{
	struct ledger ledger;
	char spec[4096], name[16];
	unsigned int item;
	int len;

	if (is_short(i))
		until(!row_now(ns[i].fd, "time_wait"));
	else
		setting_set(ns[i].fd, SETTING("time_wait_purge"), 1);
	ledger_make(&ledger, i);
	/* Timewait sockets, which FIN_WAIT2 may or may not have been. */
	len = snprintf(spec, sizeof(spec), "TcpExtTW=* TcpExtTWKilled=*");
	for (item = 0; item < ledger.n; item++) {
		const int64_t value = ledger.item[item].value;

		len += snprintf(spec + len, sizeof(spec) - len, " %s=",
				ledger.item[item].name);
		if (value == LEDGER_ANY)
			len += snprintf(spec + len, sizeof(spec) - len, "*");
		else
			len += snprintf(spec + len, sizeof(spec) - len, "%" PRId64,
					value);
	}
	snprintf(name, sizeof(name), "namespace %u", i);
	return !view_differs(&ns[i].before, ns[i].fd, name, spec);
}

static bool same(const char *what, const char *name, int64_t is, int64_t counted)
{
	if (is == counted)
		return true;
	shared->more_seen |= is > counted;
	fprintf(stderr, "# %s: %" PRId64 " %s, counted %" PRId64 "\n", what, is, name,
		counted);
	return false;
}

static int64_t counted(unsigned int i, const char *name)
{
	return row_now(ns[i].fd, name) - rows_get(&ns[i].before.rows, name);
}

static bool states_agree(void)
{
	static const struct {
		int state;
		const char *row;
	} rows[] = {
		{ TCP_FIN_WAIT1, "fin_wait1_entered" },
		{ TCP_FIN_WAIT2, "fin_wait2_entered" },
		{ TCP_CLOSING, "closing_entered" },
		{ TCP_CLOSE_WAIT, "close_wait_entered" },
		{ TCP_LAST_ACK, "last_ack_entered" },
	};
	unsigned int i, j;
	bool ok = true;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t sum = 0;

		for (j = 0; j < N_NS; j++)
			sum += counted(j, rows[i].row);
		ok &= same("state changes traced", rows[i].row,
			   shared->seen.state[rows[i].state], sum);
	}
	return ok;
}

static bool events_agree(unsigned int i)
{
	static const char *const ended[] = {
		[TCS_ENDED_ACTIVE_FIN] = "ended_active_fin",
		[TCS_ENDED_PASSIVE_FIN] = "ended_passive_fin",
		[TCS_ENDED_SIMULTANEOUS_FIN] = "ended_simultaneous_fin",
		[TCS_ENDED_RST_RECEIVED] = "ended_rst_received",
		[TCS_ENDED_TIMEOUT] = "ended_timeout",
		[TCS_ENDED_FIN_WAIT2_EXPIRED] = "ended_fin_wait2_expired",
		[TCS_ENDED_CONNECT_FAILED] = "ended_connect_failed",
		[TCS_ENDED_OTHER] = "ended_other",
	};
	static const char *const rst[] = {
		[TCS_RST_UNREAD_DATA] = "rst_sent_unread_data",
		[TCS_RST_LINGER] = "rst_sent_linger",
		[TCS_RST_DATA_AFTER_CLOSE] = "rst_sent_data_after_close",
		[TCS_RST_MEMORY] = "rst_sent_memory",
		[TCS_RST_TIMEOUT] = "rst_sent_timeout",
		[TCS_RST_DESTROYED] = "rst_sent_destroyed",
		[TCS_RST_OTHER] = "rst_sent_other",
	};
	const uint64_t (*seen)[TRACE_RST] = trace_ended(&shared->seen, ns[i].inode);
	unsigned int kind, cause;
	uint64_t all = 0;
	bool ok = true;

	if (!seen)
		return same("events", "at all", 0, counted(i, "ended"));
	for (kind = 0; kind < TRACE_ENDED; kind++)
		for (cause = 0; cause < TRACE_RST; cause++)
			all += seen[kind][cause];
	ok &= same("events", "at all", all, counted(i, "ended"));
	for (kind = 0; kind < TCS_N_ENDED; kind++)
		ok &= same("events", ended[kind], seen[kind][TCS_N_RST],
			   counted(i, ended[kind]));
	for (cause = 0; cause < TCS_N_RST; cause++)
		ok &= same("events", rst[cause], seen[TCS_ENDED_RST_SENT][cause],
			   counted(i, rst[cause]));
	return ok;
}

/* All of it, once, in a process of its own. */
static void attempt(uint64_t seed, unsigned int connections)
{
	pid_t workers[N_WORKERS], reader, observer;
	bool worked = true, ok = true;
	int64_t began;
	unsigned int i;

	make_namespaces();
	observer = start(observe);
	until(__atomic_load_n(&shared->observing, __ATOMIC_ACQUIRE));
	for (i = 0; i < N_NS; i++)
		view_take(&ns[i].before, ns[i].fd);
	reader = start(read_on);

	ksft_print_msg("STRESS_SEED=%" PRIu64 "\n", seed);
	began = now_ns();
	for (i = 0; i < N_WORKERS; i++) {
		workers[i] = child_fork();
		if (!workers[i]) {
			work(i, seed, connections);
			exit(0);
		}
	}
	for (i = 0; i < N_WORKERS; i++)
		worked &= went_well(workers[i]);
	ksft_print_msg("%u connections in %" PRId64 " s\n", connections * N_WORKERS,
		       (now_ns() - began) / NS_PER_S);

	for (i = 0; i < N_NS; i++)
		ok &= ledger_agrees(i);
	shared->agrees = worked && ok;

	__atomic_store_n(&shared->stop, true, __ATOMIC_RELEASE);
	shared->held = went_well(reader);
	ksft_print_msg("read %" PRIu64 " times\n", shared->reads);

	worked = went_well(observer);
	shared->states = worked && states_agree();
	for (i = 0, ok = worked; i < N_NS; i++)
		ok &= events_agree(i);
	shared->events = ok;
	fflush(NULL);
}

/*
 * The kernel's ring buffer was seen to hand over a few events less than it says
 * that it took (6.1). Where that is all that differs it is asked once more: a
 * count of ours that is too high is so every time.
 */
static bool observer_missed(void)
{
	return shared->agrees && shared->held && !shared->more_seen &&
	       !(shared->states && shared->events);
}

int main(void)
{
	const unsigned int connections =
		env_number("STRESS_CONNECTIONS", CONNECTIONS) / N_WORKERS;
	uint64_t seed = env_number("STRESS_SEED", now_ns() % 1000000);
	unsigned int tries = 3;
	pid_t pid;

	ksft_print_header();
	ksft_set_plan(4);
	module_needed();
	do {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			die_errno("mmap");
		pid = child_fork();
		if (!pid) {
			attempt(seed, connections);
			_exit(0);
		}
		seed++;
		if (!went_well(pid))
			break;
	} while (observer_missed() && --tries);

	ksft_test_result(shared->agrees, "workers, kernel and module agree\n");
	ksft_test_result(shared->held, "what has to hold held at all times\n");
	ksft_test_result(shared->states, "the state tracepoint agrees\n");
	ksft_test_result(shared->events, "the trace event agrees\n");
	ksft_finished();
}
