// SPDX-License-Identifier: GPL-2.0
#include "netns_each.h"

#include "hostfile.h"
#include "lib/netns.h"
#include "lib/procfile.h"
#include "msg.h"
#include "netns_spec.h"
#include "nsnames.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Still the one it was when its name was read? */
static int enter(const struct nsname *ns, const char *spec)
{
	if (ns->inode == nsnames_own_inode())
		return 0;
	if (ns->pid) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/ns/net", ns->pid);
		if (access(path, F_OK))
			return -1;
	}
	return netns_enter_spec(spec) || ns->inode != nsnames_own_inode() ? -1 : 0;
}

int netns_each(int (*call)(const char *name, const char *spec, void *data), void *data)
{
	int own = netns_current();
	struct nsnames names;
	int ret = EXIT_OK;

	if (own < 0)
		return msg_error("cannot tell which namespace this is: %s", strerror(-own));
	nsnames_read(&names);
	for (size_t i = 0; !ret && i < names.n; i++) {
		const struct nsname *ns = &names.v[i];
		char pid[16];
		const char *spec = ns->name;

		if (ns->pid) {
			snprintf(pid, sizeof(pid), "%d", ns->pid);
			spec = pid;
		}
		if (!enter(ns, spec))
			ret = call(ns->name, spec, data);
		if (netns_enter(own) && ns->inode != nsnames_own_inode())
			ret = msg_error("cannot come back to the own namespace: %m");
	}
	nsnames_free(&names);
	close(own);
	return ret;
}

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
static int enter_quietly(const struct nsname *ns)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, ret;

	ret = path_of(ns, path, sizeof(path));
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* That it may be looked at was seen when its name was read: a process is gone. */
	if (fd < 0)
		return errno == EACCES ? -ENOENT : -errno;
	if (fstat(fd, &st) || st.st_ino != ns->inode)
		ret = -ENOENT;
	else
		ret = netns_enter(fd);
	close(fd);
	return ret;
}

static int visit_others(const struct nsnames *names, u64 own,
			int (*call)(const struct nsname *ns, void *data), void *data,
			struct netns_refused *refused)
{
	int ret = EXIT_OK;

	for (size_t i = 0; !ret && i < names->n; i++) {
		int err;

		if (names->v[i].inode == own)
			continue;
		err = -enter_quietly(&names->v[i]);
		if (!err)
			ret = call(&names->v[i], data);
		else if (err != ENOENT && err != ESRCH && !refused->n++)
			refused->err = err;
	}
	return ret;
}

int netns_visit(const struct nsnames *names, int (*call)(const struct nsname *ns, void *data),
		void *data, struct netns_refused *refused)
{
	int own = netns_current();
	struct stat st;
	int ret;

	*refused = (struct netns_refused){ 0 };
	if (own < 0 || fstat(own, &st)) {
		ret = msg_error("cannot tell which namespace this is: %m");
	} else {
		ret = visit_others(names, st.st_ino, call, data, refused);
		if (netns_enter(own) && st.st_ino != nsnames_own_inode())
			ret = msg_error("cannot come back to the own namespace: %m");
	}
	if (own >= 0)
		close(own);
	return ret;
}
