/* SPDX-License-Identifier: GPL-2.0 */
/* Children that do not outlive the test. */
#ifndef CHILD_H
#define CHILD_H

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "fail.h"

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

#endif /* CHILD_H */
