// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: a write() or fsync() of a file that the pattern FAIL_FILE matches fails with the
 * errno FAIL_ERRNO, as a sysctl or a full disk does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_chosen(int fd)
{
	const char *pattern = getenv("FAIL_FILE");
	char link[64], name[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, name, sizeof(name));
	if (!pattern || len <= 0 || len == sizeof(name))
		return 0;
	name[len] = '\0';
	return !fnmatch(pattern, name, 0);
}

static int fail(void)
{
	errno = atoi(getenv("FAIL_ERRNO"));
	return -1;
}

ssize_t write(int fd, const void *buf, size_t count)
{
	ssize_t (*real)(int fd, const void *buf, size_t count) = dlsym(RTLD_NEXT, "write");

	return is_chosen(fd) ? fail() : real(fd, buf, count);
}

int fsync(int fd)
{
	int (*real)(int fd) = dlsym(RTLD_NEXT, "fsync");

	return is_chosen(fd) ? fail() : real(fd);
}
