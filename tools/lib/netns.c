// SPDX-License-Identifier: GPL-2.0
#include "lib/netns.h"

#include "lib/procfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static int home = -1;

int netns_current(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int netns_init(void)
{
	home = netns_current();
	return home < 0 ? home : 0;
}

int netns_enter(int fd)
{
	return setns(fd < 0 ? home : fd, CLONE_NEWNET) ? -errno : 0;
}

int netns_new(void)
{
	int fd, err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = netns_current();
	err = netns_enter(-1);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	return fd;
}

int netns_sysctl(int fd, const char *name, const char *value)
{
	char file[256];
	int err = netns_enter(fd);

	if (err)
		return err;
	snprintf(file, sizeof(file), "sys/%s", name);
	err = procfile_write(file, value);
	return netns_enter(-1) ?: err;
}
