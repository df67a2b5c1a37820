/* SPDX-License-Identifier: GPL-2.0 */
/* Children that do not outlive the test. */
#ifndef CHILD_H
#define CHILD_H

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "fail.h"

/* Takes the second CPU offline, and back. */
#define CPU_SWITCH	"/sys/devices/system/cpu/cpu1/online"

/**
 * child_fork() - fork() a child that is killed when this thread ends
 *
 * What was printed is flushed before, so that it is not printed twice.
 *
 * Return: 0 in the child, its pid in the parent. A failure ends the test.
 */
static inline pid_t child_fork(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die_errno("fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/**
 * stay_on_cpu() - run on one CPU from here on
 * @n: the first, the second, ... of those that are there, round and round
 */
static inline void stay_on_cpu(unsigned int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die_errno("cannot stay on CPU %u", n);
}

#endif /* CHILD_H */
