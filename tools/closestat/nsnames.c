// SPDX-License-Identifier: GPL-2.0
#include "nsnames.h"

#include "cgroup_owner.h"
#include "container_name.h"
#include "hostfile.h"
#include "lib/procfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct nsname *find(const struct nsnames *names, u64 inode)
{
	for (size_t i = 0; i < names->n; i++) {
		if (names->v[i].inode == inode)
			return &names->v[i];
	}
	return NULL;
}

/* Takes over name. Without memory the namespace stays nameless, which is no reason to give up. */
static void add(struct nsnames *names, u64 inode, char *name, int pid)
{
	struct nsname *more = NULL;

	if (name && !find(names, inode))
		more = realloc(names->v, (names->n + 1) * sizeof(*more));
	if (!more) {
		free(name);
		return;
	}
	names->v = more;
	names->v[names->n++] = (struct nsname){ .inode = inode, .name = name, .pid = pid };
}

static int namespace_of(const char *pid, struct stat *st)
{
	char file[NAME_MAX + 16], path[PATH_MAX];

	snprintf(file, sizeof(file), "%s/ns/net", pid);
	if (procfile_path(path, sizeof(path), file))
		return -ENAMETOOLONG;
	return stat(path, st) ? -errno : 0;
}

u64 nsnames_own_inode(void)
{
	struct stat st;

	return namespace_of("thread-self", &st) ? 0 : st.st_ino;
}

/* Only names that a namespace is mounted on: their file system is that of any namespace's file. */
static void read_named(struct nsnames *names)
{
	struct dirent *entry;
	struct stat own, st;
	char path[PATH_MAX];
	DIR *dir;

	if (namespace_of("thread-self", &own) || hostfile_path(path, sizeof(path), "run/netns"))
		return;
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (!fstatat(dirfd(dir), entry->d_name, &st, 0) && st.st_dev == own.st_dev)
			add(names, st.st_ino, strdup(entry->d_name), 0);
	}
	closedir(dir);
}

/* The owner of a process, else itself. */
static char *describe(const char *pid)
{
	char file[NAME_MAX + 8], command[COMMAND_SIZE], *text, *name;
	struct cgroup_owner owner;
	bool found;

	snprintf(file, sizeof(file), "%s/cgroup", pid);
	if (!procfile_read(file, &text, NULL)) {
		found = cgroup_owner_parse(text, &owner);
		free(text);
		if (found)
			return container_name(&owner);
	}
	procfile_command(pid, command);
	return asprintf(&name, "%s/%s", command, pid) < 0 ? NULL : name;
}

/*
 * One of us is no name for what it looks at: where it may see no other process it would be the only
 * one, and have another name each time.
 */
static bool is_closestat(const char *pid)
{
	char command[COMMAND_SIZE];

	procfile_command(pid, command);
	return !strcmp(command, "closestat");
}

static int is_pid(const struct dirent *entry)
{
	return !entry->d_name[strspn(entry->d_name, "0123456789")];
}

static void read_processes(struct nsnames *names)
{
	struct dirent **pids;
	char path[PATH_MAX];
	int n;

	n = procfile_path(path, sizeof(path), "") ? -1 : scandir(path, &pids, is_pid, versionsort);
	if (n < 0)
		return;
	for (int i = 0; i < n; i++) {
		const char *pid = pids[i]->d_name;
		struct stat st;

		if (!namespace_of(pid, &st) && !find(names, st.st_ino) && !is_closestat(pid))
			add(names, st.st_ino, describe(pid), atoi(pid));
		free(pids[i]);
	}
	free(pids);
}

void nsnames_read(struct nsnames *names)
{
	*names = (struct nsnames){ 0 };
	read_named(names);
	read_processes(names);
}

const char *nsnames_lookup(const struct nsnames *names, u64 inode)
{
	const struct nsname *name = find(names, inode);

	return name ? name->name : NULL;
}

const char *nsnames_find(const struct nsnames *names, u64 inode)
{
	if (!inode)
		return "dead";
	return nsnames_lookup(names, inode) ? : "-";
}

void nsnames_free(struct nsnames *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i].name);
	free(names->v);
	*names = (struct nsnames){ 0 };
}
