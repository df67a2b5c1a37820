// SPDX-License-Identifier: GPL-2.0
#include "netns_each.h"

#include "lib/netns.h"
#include "msg.h"
#include "netns_spec.h"
#include "nsnames.h"

#include <stdio.h>
#include <string.h>
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
