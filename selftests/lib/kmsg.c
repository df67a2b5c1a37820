// SPDX-License-Identifier: GPL-2.0
/* The module's messages in the kernel log, see kmsg.h. */
#include "kmsg.h"

#include <fcntl.h>

#include "fail.h"

/**
 * kmsg_open() - look at the log from here on
 *
 * Return: a file descriptor for kmsg_find().
 */
int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die_errno("cannot read the kernel log");
	return fd;
}

/**
 * kmsg_find() - whether something was said
 * @fd: of kmsg_open(); what is read is not read again
 * @text: part of a line of the module
 */
bool kmsg_find(int fd, const char *text)
{
	char line[8192];
	ssize_t n;

	/* A record each; EPIPE: some were overwritten. */
	while ((n = read(fd, line, sizeof(line) - 1)) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		line[n] = '\0';
		if (strstr(line, "tcp_closestat") && strstr(line, text))
			return true;
	}
	return false;
}
