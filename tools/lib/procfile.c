// SPDX-License-Identifier: GPL-2.0
#include "lib/procfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE ((size_t)64 << 20)
#define FIRST_READ 16384

#define THREAD "thread-self/"

/* A made-up /proc need not have threads: its namespace is the one in net, as for nstat. */
static bool has_thread(const char *root)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/" THREAD, root) < (int)sizeof(path) &&
	       !access(path, F_OK);
}

int procfile_path(char *buf, size_t size, const char *name)
{
	const char *root = getenv("PROC_ROOT");
	int n;

	if (!root || !*root)
		root = "/proc";
	else if (!strncmp(name, THREAD "net/", sizeof(THREAD "net/") - 1) && !has_thread(root))
		name += sizeof(THREAD) - 1;
	n = snprintf(buf, size, "%s/%s", root, name);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

DIR *procfile_opendir(const char *name)
{
	char path[PATH_MAX];

	return procfile_path(path, sizeof(path), name) ? NULL : opendir(path);
}

static int open_file(const char *name, int flags)
{
	char path[PATH_MAX];
	int ret, fd;

	ret = procfile_path(path, sizeof(path), name);
	if (ret)
		return ret;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Doubles the buffer until a read finds the end: files of /proc do not know their size. */
static int read_all(int fd, char **text, size_t *len)
{
	size_t size = FIRST_READ, used = 0;
	char *buf = malloc(size);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	while ((n = read(fd, buf + used, size - used - 1)) != 0) {
		char *more;

		if (n < 0) {
			int err = errno;

			if (err == EINTR)
				continue;
			free(buf);
			return -err;
		}
		used += n;
		if (size - used > 1)
			continue;
		more = size < MAX_FILE ? realloc(buf, size * 2) : NULL;
		if (!more) {
			free(buf);
			return size < MAX_FILE ? -ENOMEM : -EFBIG;
		}
		buf = more;
		size *= 2;
	}
	buf[used] = '\0';
	*text = buf;
	*len = used;
	return 0;
}

int procfile_read(const char *name, char **text, size_t *len)
{
	size_t used = 0;
	int fd, ret;

	fd = open_file(name, O_RDONLY);
	if (fd < 0)
		return fd;
	ret = read_all(fd, text, &used);
	close(fd);
	if (!ret && len)
		*len = used;
	return ret;
}

void procfile_command(const char *pid, char *command)
{
	char file[NAME_MAX + 8], *text;

	strcpy(command, "?");
	snprintf(file, sizeof(file), "%s/comm", pid);
	if (procfile_read(file, &text, NULL))
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(command, COMMAND_SIZE, "%s", text);
	free(text);
	/* A process chooses its name, and may choose one that does things to a terminal. */
	for (; *command; command++) {
		if (*command < ' ' || *command > '~')
			*command = '?';
	}
}

int procfile_write(const char *name, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd, ret = 0;

	fd = open_file(name, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return fd;
	n = write(fd, text, len);
	if (n < 0)
		ret = -errno;
	else if ((size_t)n != len)
		ret = -EIO;
	if (close(fd) < 0 && !ret)
		ret = -errno;
	return ret;
}
