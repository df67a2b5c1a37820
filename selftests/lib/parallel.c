// SPDX-License-Identifier: GPL-2.0
/* Tests that mostly wait, run side by side, see parallel.h. */
#include "parallel.h"

#include <stdbool.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/wait.h>

#include "child.h"
#include "fail.h"
#include "kselftest.h"

#define CASES_MAX	64

/* The limit of a case; one that hangs fails. */
#define CASE_SECONDS	150

static pid_t start(const struct parallel_case *c)
{
	const pid_t pid = child_fork();

	if (pid)
		return pid;
	alarm(CASE_SECONDS);
	/*
	 * There its timers are set and there they fire: a CPU that stands still for
	 * a while then stands still for who measures as well.
	 */
	stay_on_cpu(c->queue);
	c->run(c->arg);
	fflush(NULL);
	_exit(0);
}

/* Start the first case of a queue that has not run, if any. */
static void start_next(const struct parallel_case *cases, int n, int queue,
		       pid_t *pids)
{
	int i;

	for (i = 0; i < n; i++)
		if (cases[i].queue == queue && !pids[i]) {
			pids[i] = start(&cases[i]);
			return;
		}
}

static bool queue_seen(const struct parallel_case *cases, int i)
{
	int j;

	for (j = 0; j < i; j++)
		if (cases[j].queue == cases[i].queue)
			return true;
	return false;
}

/**
 * parallel_run() - run the cases and report them
 * @cases: the tests
 * @n: how many
 *
 * Return: 0 when all passed, else 1.
 */
int parallel_run(const struct parallel_case *cases, int n)
{
	pid_t pids[CASES_MAX] = {};
	int i, done;

	if (n > CASES_MAX)
		die("too many cases");
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	ksft_set_plan(n);
	for (i = 0; i < n; i++)
		if (!queue_seen(cases, i))
			start_next(cases, n, cases[i].queue, pids);

	for (done = 0; done < n; done++) {
		int status;
		const pid_t pid = wait(&status);

		if (pid < 0)
			die_errno("wait");
		for (i = 0; pids[i] != pid; i++)
			;
		if (WIFSIGNALED(status))
			ksft_print_msg("ended by signal %d\n", WTERMSIG(status));
		ksft_test_result(status == 0, "%s\n", cases[i].name);
		start_next(cases, n, cases[i].queue, pids);
	}
	ksft_print_cnts();
	return ksft_get_fail_cnt() ? 1 : 0;
}
