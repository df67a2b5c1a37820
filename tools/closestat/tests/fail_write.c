// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: a write() to the file that FAIL_FILE ends the name of fails with the errno
 * FAIL_ERRNO, as one to a sysctl would.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_chosen(int fd)
{
	const char *end = getenv("FAIL_FILE");
	char link[64], name[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, name, sizeof(name));
	return end && len >= (ssize_t)strlen(end) &&
	       !memcmp(name + len - strlen(end), end, strlen(end));
}

ssize_t write(int fd, const void *buf, size_t count)
{
	ssize_t (*real)(int fd, const void *buf, size_t count) = dlsym(RTLD_NEXT, "write");

	if (is_chosen(fd)) {
		errno = atoi(getenv("FAIL_ERRNO"));
		return -1;
	}
	return real(fd, buf, count);
}
