// SPDX-License-Identifier: GPL-2.0
#include "cgroup.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTAINER_ID 64		/* digits of it */
#define SHOWN_ID 12
#define FILEID_KERNFS 0xfe	/* how kernfs numbers its file handles: by a u64 */

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !strncmp(text + len - n, end, n);
}

/* Where the id of a container begins in one part of a path, NULL if there is none. */
static const char *find_id(const char *part, size_t len)
{
	size_t run = 0;

	for (size_t i = 0; i < len; i++) {
		run = isxdigit((unsigned char)part[i]) ? run + 1 : 0;
		if (run == CONTAINER_ID)
			return part + i + 1 - CONTAINER_ID;
	}
	return NULL;
}

/* "docker-4c01...scope" and ".../docker/4c01..." are both docker/4c01... */
static void name_container(const char *path, const char *part, const char *id, char *unit)
{
	char engine[24] = "";
	const char *end = id;

	if (part < id) {
		end = id - 1;
	} else if (part > path + 1) {
		end = part - 1;
		for (part = end; part > path && part[-1] != '/';)
			part--;
	}
	if (end > part)
		snprintf(engine, sizeof(engine), "%.*s", (int)(end - part), part);
	snprintf(unit, UNIT_SIZE, "%s/%.*s", *engine ? engine : "container", SHOWN_ID, id);
}

char *cgroup_unit(const char *path, char *unit)
{
	*unit = '\0';
	for (const char *part = path; *part; part += strspn(part, "/")) {
		size_t len = strcspn(part, "/\n");
		const char *id = find_id(part, len);

		if (id)
			name_container(path, part, id, unit);
		else if (ends_with(part, len, ".service") || ends_with(part, len, ".scope"))
			snprintf(unit, UNIT_SIZE, "%.*s", (int)len, part);
		part += len;
		if (*part == '\n')
			break;
	}
	for (char *c = unit; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return unit;
}

static int open_by_id(u64 id)
{
	static const char * const roots[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	int fd = -1;

	memcpy(u.handle.f_handle, &id, sizeof(id));
	for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(roots); i++) {
		int root = open(roots[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (root < 0)
			continue;
		fd = open_by_handle_at(root, &u.handle, O_PATH | O_CLOEXEC);
		close(root);
	}
	return fd;
}

char *cgroup_unit_by_id(u64 id, char *unit)
{
	char link[64], path[PATH_MAX];
	int fd = id ? open_by_id(id) : -1;
	ssize_t len;

	*unit = '\0';
	if (fd < 0)
		return unit;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len < 0)
		return unit;
	path[len] = '\0';
	return cgroup_unit(path, unit);
}
