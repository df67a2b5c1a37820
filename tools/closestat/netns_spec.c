// SPDX-License-Identifier: GPL-2.0
#include "netns_spec.h"

#include "lib/netns.h"
#include "lib/procfile.h"
#include "msg.h"
#include "nsnames.h"

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

int netns_spec_pid(const char *spec)
{
	struct nsnames names;
	int pid = 0;

	nsnames_read(&names);
	for (size_t i = 0; !pid && i < names.n; i++) {
		if (!strcmp(names.v[i].name, spec))
			pid = names.v[i].pid;
	}
	nsnames_free(&names);
	return pid;
}

static int open_by_name(const char *name)
{
	int pid = netns_spec_pid(name);
	char text[16];

	if (!pid)
		return -ENOENT;
	snprintf(text, sizeof(text), "%d", pid);
	return open_by_pid(text);
}

static int open_spec(const char *spec)
{
	char path[PATH_MAX];
	int fd;

	if (strchr(spec, '/')) {
		fd = open_namespace(spec);
		return fd == -ENOENT || fd == -ENOTDIR ? open_by_name(spec) : fd;
	}
	if (!*spec || !strcmp(spec, ".") || !strcmp(spec, ".."))
		return -ENOENT;
	if ((size_t)snprintf(path, sizeof(path), NETNS_DIR "/%s", spec) >= sizeof(path))
		return -ENOENT;
	fd = open_namespace(path);
	if (fd == -ENOENT)
		fd = open_by_pid(spec);
	return fd == -ENOENT ? open_by_name(spec) : fd;
}

static int explain(const char *spec, int err)
{
	switch (err) {
	case ENOENT:
		if (strchr(spec, '/'))
			return msg_error("no such network namespace: %s", spec);
		return msg_error("no such network namespace: '%s', in %s, as a process id or as 'closestat -A' names it",
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
