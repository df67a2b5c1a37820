// SPDX-License-Identifier: GPL-2.0
#include "hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE (16 << 20)

int hostfile_path(char *buf, size_t size, const char *name)
{
	const char *root = getenv("HOST_ROOT");
	int n = snprintf(buf, size, "%s/%s", root ? : "", name);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static char *read_all(int fd, size_t size)
{
	char *text = malloc(size + 1);
	size_t used = 0;
	ssize_t n = 1;

	while (text && used < size && (n = read(fd, text + used, size - used)) > 0)
		used += n;
	if (text && n >= 0) {
		text[used] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

char *hostfile_read(const char *name)
{
	char path[PATH_MAX], *text = NULL;
	struct stat st;
	int fd;

	if (hostfile_path(path, sizeof(path), name))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= MAX_FILE)
		text = read_all(fd, st.st_size);
	close(fd);
	return text;
}
