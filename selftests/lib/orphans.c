// SPDX-License-Identifier: GPL-2.0
/* Too many orphans, see orphans.h. */
#include "orphans.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "child.h"
#include "setting.h"

/* The whole machine's to set. */
#define MAX_ORPHANS "/proc/sys/net/ipv4/tcp_max_orphans"

/**
 * without_orphans() - have no orphan allowed while something runs
 * @lab: its argument
 * @run: runs in a child process, so that they are allowed again whatever comes of it
 *
 * From 5.16 on the kernel counts them ten times a second. A failure ends the test.
 */
void without_orphans(const struct ends_lab *lab, void (*run)(const struct ends_lab *lab))
{
	const long were = setting_get(-1, MAX_ORPHANS);
	int status;
	pid_t pid;

	pid = child_fork();
	if (!pid) {
		setting_set(-1, MAX_ORPHANS, 0);
		run(lab);
		exit(0);
	}
	waitpid(pid, &status, 0);
	setting_set(-1, MAX_ORPHANS, were);
	if (status)
		die("failed");
}
