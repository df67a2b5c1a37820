// SPDX-License-Identifier: GPL-2.0
/*
 * A FIN for a FIN_WAIT2 timewait socket that everybody can see and whose timer is not armed yet:
 * its TIME_WAIT has the length that was asked for. A build of the module waits there until
 * another CPU has processed the FIN.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <kselftest.h>

#include "child.h"
#include "fail.h"
#include "modload.h"
#include "pair.h"
#include "rows.h"
#include "setting.h"
#include "tuned.h"

#define ARMING	"/sys/module/tcp_closestat/parameters/fault_arming"

/* A machine may be too busy for the FIN to be processed while the other CPU waits for it. */
#define N_TRIES	5

/* Longer than FIN_WAIT2's, so that no such time can be taken for it later. */
#define FIN_TIMEOUT_S	60
#define LENGTH_MS	120000

/* From 6.11 on, and where vendors have taken that. */
static bool kernel_hashes_first(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512];
	bool found = false;

	if (!f)
		die_errno("cannot read kallsyms");
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, " inet_twsk_hashdance_schedule\n");
	fclose(f);
	return found;
}

/* How far that CPU is, see module/hooks.c. */
enum arming {
	NOT_YET,
	ABOUT_TO,
	AFTER_FIN,
};

static enum arming arming(void)
{
	return setting_get(-1, ARMING);
}

static enum wire_verdict hold_ack(const struct wire_segment *seg, void *arg)
{
	return seg->from == 1 && seg->flags == SEG_ACK ? WIRE_HOLD : WIRE_PASS;
}

/* The ACK of side 0's FIN arrives on another CPU, in a child that has no socket of the pair. */
static pid_t deliver_ack(struct pair *p)
{
	const pid_t pid = child_fork();

	if (!pid) {
		pair_close(p, 1);
		stay_on_cpu(0);
		wire_release(p->w);
		_exit(0);
	}
	p->w->n_held = 0;
	p->w->filter = NULL;
	return pid;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {};

	if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT))
		die_errno("waitid");
	return info.si_pid == pid;
}

static bool is_counted_once(int ns)
{
	struct rows r;

	rows_read(&r, ns);
	return rows_get(&r, "ended_active_fin") == 1 && rows_get(&r, "ended") == 1 &&
	       rows_get(&r, "time_wait_started_tuned") == 1 && rows_get(&r, "time_wait") == 1;
}

static bool is_gone(int ns)
{
	struct rows r;

	setting_set(ns, SETTING("time_wait_purge"), 1);
	rows_read(&r, ns);
	return !rows_get(&r, "time_wait") && !rows_get(&r, "records");
}

/* Return: whether it is as it has to be; @how is what was tried. */
static bool try(int family, enum arming *how)
{
	struct wire w;
	struct pair p;
	pid_t child;
	bool ok;
	int status;

	check(!module_load(), "cannot load");
	wire_make(&w);
	setting_set(w.ns[0], "/proc/sys/net/ipv4/tcp_fin_timeout", FIN_TIMEOUT_S);
	tune(w.ns[0], LENGTH_MS, false);
	pair_open(&p, &w, family);
	w.filter = hold_ack;
	pair_close(&p, 0);
	wire_until(&w, w.n_held);
	child = deliver_ack(&p);
	until(arming() != NOT_YET || has_ended(child));
	pair_finish(&p);
	if (waitpid(child, &status, 0) != child || status)
		die("child: %#x", status);
	*how = arming();

	until(pair_find(&p, 0).left_ms > FIN_TIMEOUT_S * 1000 * 3 / 2);
	ok = is_counted_once(w.ns[0]);
	ok &= is_gone(w.ns[0]);
	wire_break(&w);
	return !module_unload() && ok;
}

static void report(int family, const char *name)
{
	enum arming how = ABOUT_TO;
	bool ok = true;
	int i;

	for (i = 0; ok && how == ABOUT_TO && i < N_TRIES; i++)
		ok = try(family, &how);
	if (ok && how == NOT_YET)
		ksft_test_result_skip("%s: what arms the timer is inlined in this kernel\n", name);
	else
		ksft_test_result(ok && how == AFTER_FIN, "%s\n", name);
}

int main(void)
{
	ksft_print_header();
	module_variant("slow_arming");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		ksft_exit_skip("this needs two CPUs\n");
	if (!kernel_hashes_first())
		ksft_exit_skip("this kernel arms the timer first\n");
	ksft_set_plan(2);
	stay_on_cpu(1);
	report(AF_INET, "IPv4");
	report(AF_INET6, "IPv6");
	ksft_finished();
}
