/* SPDX-License-Identifier: GPL-2.0 */
/* Going into namespaces. */
#ifndef BENCH_NETNS_H
#define BENCH_NETNS_H

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

/**
 * enter_netns() - go into a network namespace
 * @path: of its file
 *
 * Ends the program when that fails; needs _GNU_SOURCE.
 */
static inline void enter_netns(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

#endif
