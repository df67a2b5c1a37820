// SPDX-License-Identifier: GPL-2.0
#include "owners.h"

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

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
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

static void add(struct owners *owners, const struct owner *owner)
{
	/* Grows at each power of two; without memory the socket has no owner. */
	if (!(owners->n & (owners->n - 1))) {
		size_t room = owners->n ? owners->n * 2 : 1;
		struct owner *more = realloc(owners->v, room * sizeof(*more));

		if (!more)
			return;
		owners->v = more;
	}
	owners->v[owners->n++] = *owner;
}

static void look_into(const char *pid, const u32 *inodes, size_t n, struct owners *owners)
{
	char file[NAME_MAX + 8];
	struct owner owner = { .pid = atoi(pid) };
	struct dirent *entry;
	DIR *dir;

	snprintf(file, sizeof(file), "%s/fd", pid);
	dir = procfile_opendir(file);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		owner.inode = socket_of(dirfd(dir), entry->d_name);
		if (!owner.inode ||
		    !bsearch(&owner.inode, inodes, n, sizeof(*inodes), compare_inodes))
			continue;
		owner.fd = atoi(entry->d_name);
		if (!*owner.command)
			procfile_command(pid, owner.command);
		add(owners, &owner);
	}
	closedir(dir);
}

void owners_read(u32 *inodes, size_t n, struct owners *owners)
{
	struct dirent *entry;
	DIR *dir;

	*owners = (struct owners){ 0 };
	dir = n ? procfile_opendir("") : NULL;
	if (!dir)
		return;
	qsort(inodes, n, sizeof(*inodes), compare_inodes);
	while ((entry = readdir(dir))) {
		if (!entry->d_name[strspn(entry->d_name, "0123456789")])
			look_into(entry->d_name, inodes, n, owners);
	}
	closedir(dir);
	if (owners->n)
		qsort(owners->v, owners->n, sizeof(*owners->v), compare_owners);
}

const struct owner *owners_find(const struct owners *owners, u32 inode)
{
	size_t low = 0, high = owners->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (owners->v[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return inode && low < owners->n && owners->v[low].inode == inode ? &owners->v[low] : NULL;
}

void owners_free(struct owners *owners)
{
	free(owners->v);
	*owners = (struct owners){ 0 };
}
