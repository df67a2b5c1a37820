// SPDX-License-Identifier: GPL-2.0
#include "netns_spec.h"

#include "lib/netns.h"
#include "lib/procfile.h"
#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_namespace(const char *path)
{
	/* Not blocking: the name may be that of a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int open_by_pid(const char *pid)
{
	char name[64], path[PATH_MAX];

	if (pid[strspn(pid, "0123456789")])
		return -ENOENT;
	if ((size_t)snprintf(name, sizeof(name), "%s/ns/net", pid) >= sizeof(name))
		return -ENOENT;
	if (procfile_path(path, sizeof(path), name))
		return -ENOENT;
	return open_namespace(path);
}

static int open_spec(const char *spec)
{
	char path[PATH_MAX];
	int fd;

	if (strchr(spec, '/'))
		return open_namespace(spec);
	if (!*spec || !strcmp(spec, ".") || !strcmp(spec, ".."))
		return -ENOENT;
	if ((size_t)snprintf(path, sizeof(path), NETNS_DIR "/%s", spec) >= sizeof(path))
		return -ENOENT;
	fd = open_namespace(path);
	return fd == -ENOENT ? open_by_pid(spec) : fd;
}

static int explain(const char *spec, int err)
{
	switch (err) {
	case ENOENT:
		if (strchr(spec, '/'))
			return msg_error("no such network namespace: %s", spec);
		return msg_error("no such network namespace: '%s', in %s or as a process id",
				 spec, NETNS_DIR);
	case EINVAL:
		return msg_error("'%s' is not a network namespace", spec);
	case EPERM:
	case EACCES:
		return msg_error("not permitted: entering namespace '%s' needs CAP_SYS_ADMIN",
				 spec);
	default:
		return msg_error("cannot enter network namespace '%s': %s", spec, strerror(err));
	}
}

int netns_enter_spec(const char *spec)
{
	int fd = open_spec(spec);
	int err;

	if (fd < 0)
		return explain(spec, -fd);
	err = netns_enter(fd);
	close(fd);
	return err ? explain(spec, -err) : EXIT_OK;
}
