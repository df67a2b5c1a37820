// SPDX-License-Identifier: GPL-2.0
/* The trace event switched on and off, and the module unloaded, beside connections. */
#include <stdlib.h>
#include <sys/wait.h>

#include "child.h"
#include "ends_fixture.h"
#include "scene.h"

/* The socket still knows most. */
END(switched_on_while_established)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, false);
	told_switch(&s.told, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells_idle(&s);
	tells(&s, "lifetime_us", -1);
	scene_end(&s);
}

/* A timewait socket knows nothing of all that. */
END(switched_on_in_fin_wait2)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, false);
	actor_do(&s.actor, ACT_SHUTDOWN);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	told_switch(&s.told, true);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_nobody(&s);
	tells(&s, "uid", -1);
	tells(&s, "cgroup", 0);
	tells(&s, "bytes_sent", -1);
	tells(&s, "bytes_received", -1);
	tells(&s, "lifetime_us", -1);
	tells(&s, "idle_us", -1);
	told_wait(&s.told, lab->ns[A], "passive_fin", s.line);
	tells_us(&s);
	tells_our_socket(&s);
	tells(&s, "lifetime_us", -1);
	tells(&s, "idle_us", -1);
	scene_end(&s);
}

/* Switched off and on again, the event knows nothing from before. */
END(switched_off_and_on)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;

	scene_begin(&s, lab, true);
	told_switch(&s.told, false);
	told_switch(&s.told, true);
	actor_do(&s.actor, ACT_CLOSE);
	wait_eof(s.fd);
	close(s.fd);
	told_wait(&s.told, lab->ns[B], "active_fin", s.line);
	tells_actor(&s);
	tells_socket(&s);
	tells(&s, "lifetime_us", -1);
	scene_end(&s);
}

/*
 * Switched on and off beside traffic: what is told is so, or is not known, but never
 * another connection's.
 */
static void traffic(const struct ends_lab *lab)
{
	int fd[2], i;

	/* Not where it is switched. */
	stay_on_cpu(1);
	for (i = 0; ; i++) {
		fd[B] = 0;
		lab_connect(lab, fd);
		if (i % 2) {
			send_text(fd[B], "odd");
			expect_text(fd[A], "odd");
		}
		if (i % 3)
			set_linger0(fd[B]);
		close(fd[B]);
		close(fd[A]);
	}
}

static void expect_likely(const char *line, pid_t pid)
{
	const int64_t told_pid = told_number(line, "pid");
	const int64_t life = told_number(line, "lifetime_us");
	const int64_t idle = told_number(line, "idle_us");
	const int64_t sum = told_number(line, "bytes_sent") +
			    told_number(line, "bytes_received");

	check(told_pid == pid || told_pid == 0, "%s", line);
	check(!strcmp(told_comm(line), told_pid ? "trace_switched" : ""), "%s", line);
	check(sum == 0 || sum == 3 || sum == -2, "%s", line);
	/* No connection of the test's lasts a second. */
	check(life >= -1 && life < 5000000, "%s", line);
	check(idle >= -1 && idle < 5000000, "%s", line);
}

END(switched_beside_traffic)
{
	const struct ends_lab *lab = &self->lab;
	const int64_t until_ns = now_ns() + 4 * NS_PER_S;
	char line[TOLD_LINE];
	struct told told;
	unsigned int n = 0;
	bool on = false;
	pid_t pid;

	pid = child_fork();
	if (!pid)
		traffic(lab);
	told_open(&told);
	while (now_ns() < until_ns || n < 20) {
		told_switch(&told, on = !on);
		nap_ms(5);
		while (told_next(&told, line)) {
			/* Others may have connections in namespaces of their own. */
			if (!told_in(line, lab->ns[A]) && !told_in(line, lab->ns[B]))
				continue;
			expect_likely(line, pid);
			n++;
		}
		if (now_ns() > until_ns + TIMEOUT_NS)
			die("only %u ends were told", n);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	told_switch(&told, false);
	told_close(&told);
}

/* The kernel takes the event away after the module has detached from everything. */
END(unloaded_while_on)
{
	const struct ends_lab *lab = &self->lab;
	struct scene s;
	int fd[2] = {};
	pid_t pid;

	scene_begin(&s, lab, true);
	pid = child_fork();
	if (!pid)
		traffic(lab);
	lab_connect(lab, fd);
	until(!module_unload());
	actor_do(&s.actor, ACT_CLOSE);
	close(s.fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	actor_end(&s.actor);
	told_close(&s.told);
	check(!module_load(), "it cannot be loaded again");
}

TEST_HARNESS_MAIN
