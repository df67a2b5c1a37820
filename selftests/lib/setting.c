// SPDX-License-Identifier: GPL-2.0
/* Small files below /proc, see setting.h. */
#include "setting.h"

#include <fcntl.h>
#include <stdlib.h>

#include "fail.h"
#include "netns.h"

/* Below /proc/net and /proc/sys/net a path means the opener's namespace. */
static int open_in(int ns, const char *path, int flags)
{
	int here, fd, err;

	if (ns < 0)
		return open(path, flags | O_CLOEXEC);
	here = netns_here();
	netns_enter(ns);
	fd = open(path, flags | O_CLOEXEC);
	err = errno;
	netns_enter(here);
	close(here);
	errno = err;
	return fd;
}

/**
 * setting_read() - read a whole file
 * @ns: the namespace's file descriptor, -1: the caller's
 * @path: below /proc
 * @text: filled, a NUL behind
 * @size: of @text; a file that does not fit ends the test
 *
 * Return: its length, or -1 and errno.
 */
ssize_t setting_read(int ns, const char *path, char *text, size_t size)
{
	int fd = open_in(ns, path, O_RDONLY), err;
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + len, size - len)) > 0) {
		len += n;
		if (len == size)
			die("%s is longer than %zu", path, size);
	}
	text[len] = '\0';
	err = errno;
	close(fd);
	errno = err;
	return n < 0 ? -1 : (ssize_t)len;
}

/**
 * setting_write() - write to a file, in one go
 * @ns: the namespace's file descriptor, -1: the caller's
 * @path: below /proc
 * @text: bytes
 * @len: how many
 *
 * Return: 0, or a negative errno of open() or write().
 */
int setting_write(int ns, const char *path, const char *text, size_t len)
{
	int fd = open_in(ns, path, O_WRONLY), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n != len)
		die("%s took %zd of %zu bytes", path, n, len);
	close(fd);
	return err;
}

/**
 * setting_set() - write a number; a refusal ends the test
 * @ns: the namespace's file descriptor, -1: the caller's
 * @path: below /proc
 * @value: the number
 */
void setting_set(int ns, const char *path, long value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld\n", value);
	int err = setting_write(ns, path, text, len);

	if (err)
		die("cannot set %s to %ld: %s", path, value, strerror(-err));
}

/**
 * setting_get() - read a number
 * @ns: the namespace's file descriptor, -1: the caller's
 * @path: below /proc; one that does not read as a number and a newline ends the
 *	test
 */
long setting_get(int ns, const char *path)
{
	char text[64], *end;
	long value;

	if (setting_read(ns, path, text, sizeof(text)) < 0)
		die_errno("cannot read %s", path);
	value = strtol(text, &end, 10);
	if (end == text || strcmp(end, "\n"))
		die("%s reads '%s'", path, text);
	return value;
}
