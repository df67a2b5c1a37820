// SPDX-License-Identifier: GPL-2.0
#include "holders.h"

#include "lib/procfile.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_inodes(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int compare_holders(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The inode of the socket that an entry of fd/ is, 0 if it is none. */
static u32 socket_of(int dir, const char *entry)
{
	char target[64];
	unsigned int inode;
	ssize_t len = readlinkat(dir, entry, target, sizeof(target) - 1);

	if (len < 0)
		return 0;
	target[len] = '\0';
	return sscanf(target, "socket:[%u]", &inode) == 1 ? inode : 0;
}

static size_t count_held(const char *pid, const u32 *inodes, size_t n)
{
	char file[NAME_MAX + 8], path[PATH_MAX];
	struct dirent *entry;
	size_t held = 0;
	DIR *dir;

	snprintf(file, sizeof(file), "%s/fd", pid);
	if (procfile_path(path, sizeof(path), file))
		return 0;
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		u32 inode = socket_of(dirfd(dir), entry->d_name);

		held += inode && bsearch(&inode, inodes, n, sizeof(inode), compare_inodes);
	}
	closedir(dir);
	return held;
}

static void add(struct holders *holders, const char *pid, size_t held)
{
	struct holder *more = realloc(holders->v, (holders->n + 1) * sizeof(*more));
	struct holder *h;

	if (!more)
		return;
	holders->v = more;
	h = &more[holders->n++];
	*h = (struct holder){ .pid = atoi(pid), .n = held };
	procfile_command(pid, h->command);
}

void holders_read(u32 *inodes, size_t n, struct holders *holders)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	*holders = (struct holders){ 0 };
	if (!n || procfile_path(path, sizeof(path), ""))
		return;
	dir = opendir(path);
	if (!dir)
		return;
	qsort(inodes, n, sizeof(*inodes), compare_inodes);
	while ((entry = readdir(dir))) {
		size_t held;

		if (entry->d_name[strspn(entry->d_name, "0123456789")])
			continue;
		held = count_held(entry->d_name, inodes, n);
		if (held)
			add(holders, entry->d_name, held);
	}
	closedir(dir);
	if (holders->n)
		qsort(holders->v, holders->n, sizeof(*holders->v), compare_holders);
}

void holders_free(struct holders *holders)
{
	free(holders->v);
	*holders = (struct holders){ 0 };
}
