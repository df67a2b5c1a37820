// SPDX-License-Identifier: GPL-2.0
#include "netns_each.h"

#include "hostfile.h"
#include "lib/netns.h"
#include "lib/procfile.h"
#include "msg.h"
#include "nsnames.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int path_of(const struct nsname *ns, char *path, size_t size)
{
	char file[NAME_MAX + 16];

	if (ns->pid) {
		snprintf(file, sizeof(file), "%d/ns/net", ns->pid);
		return procfile_path(path, size, file);
	}
	snprintf(file, sizeof(file), "run/netns/%s", ns->name);
	return hostfile_path(path, size, file);
}

/* Enters it, if it still is the one it was when its name was read. */
static int enter(const struct nsname *ns)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, ret;

	ret = path_of(ns, path, sizeof(path));
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* It could be looked at when its name was read: a process is gone. */
	if (fd < 0)
		return errno == EACCES ? -ENOENT : -errno;
	if (fstat(fd, &st) || st.st_ino != ns->inode)
		ret = -ENOENT;
	else
		ret = netns_enter(fd);
	close(fd);
	return ret;
}

static int visit_each(const struct nsnames *names, int own, u64 own_inode, bool own_too,
		      int (*call)(const struct nsname *ns, void *data), void *data,
		      struct netns_refused *refused)
{
	int ret = EXIT_OK;

	for (size_t i = 0; !ret && i < names->n; i++) {
		const struct nsname *ns = &names->v[i];
		int err;

		if (ns->inode == own_inode && !own_too)
			continue;
		err = -(ns->inode == own_inode ? netns_enter(own) : enter(ns));
		if (!err)
			ret = call(ns, data);
		else if (err != ENOENT && err != ESRCH && !refused->n++)
			refused->err = err;
	}
	return ret;
}

int netns_visit(const struct nsnames *names, bool own_too,
		int (*call)(const struct nsname *ns, void *data), void *data,
		struct netns_refused *refused)
{
	int own = netns_current();
	struct stat st;
	int ret;

	*refused = (struct netns_refused){ 0 };
	if (own < 0 || fstat(own, &st)) {
		ret = msg_error("cannot tell which namespace this is: %m");
	} else {
		ret = visit_each(names, own, st.st_ino, own_too, call, data, refused);
		if (netns_enter(own) && st.st_ino != nsnames_own_inode())
			ret = msg_error("cannot come back to the own namespace: %m");
	}
	if (own >= 0)
		close(own);
	return ret;
}

struct each {
	int (*call)(const char *name, const char *spec, void *data);
	void *data;
};

static int call_one(const struct nsname *ns, void *data)
{
	const struct each *each = data;
	char pid[16];

	if (!ns->pid)
		return each->call(ns->name, ns->name, each->data);
	snprintf(pid, sizeof(pid), "%d", ns->pid);
	return each->call(ns->name, pid, each->data);
}

int netns_each(int (*call)(const char *name, const char *spec, void *data), void *data,
	       bool quiet)
{
	struct each each = { call, data };
	struct netns_refused refused;
	struct nsnames names;
	int ret;

	nsnames_read(&names);
	ret = netns_visit(&names, true, call_one, &each, &refused);
	if (refused.n && !quiet)
		msg_error("%zu namespace%s left out, as %s cannot be entered: %s", refused.n,
			  refused.n == 1 ? " is" : "s are", refused.n == 1 ? "it" : "they",
			  strerror(refused.err));
	nsnames_free(&names);
	return ret;
}
