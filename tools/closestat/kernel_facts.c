// SPDX-License-Identifier: GPL-2.0
#include "kernel_facts.h"

#include "msg.h"
#include "netns_each.h"
#include "snapshot.h"
#include "sysctl.h"

#include <stdlib.h>
#include <string.h>

static int add(struct kernel_facts *f, u64 inode)
{
	struct block *block = &f->counts.v[f->counts.n];

	if (snapshot_read_kernel(&block->counters))
		return msg_error("out of memory");
	block->inode = inode;
	if (sysctl_read(setting_find("ip_local_port_range"), f->ports[f->counts.n]))
		*f->ports[f->counts.n] = '\0';
	f->counts.n++;
	return EXIT_OK;
}

static int add_other(const struct nsname *ns, void *data)
{
	return add(data, ns->inode);
}

static int add_others(struct kernel_facts *f, const struct nsnames *names)
{
	f->namespaces = names->n;
	return netns_visit(names, false, add_other, f, &f->refused);
}

int kernel_facts_read(struct kernel_facts *f, const struct nsnames *names, bool all)
{
	size_t room = 1 + (all ? names->n : 0);
	int ret;

	*f = (struct kernel_facts){
		.counts.v = calloc(room, sizeof(*f->counts.v)),
		.ports = calloc(room, sizeof(*f->ports)),
	};
	if (!f->counts.v || !f->ports)
		return msg_error("out of memory");
	ret = add(f, nsnames_own_inode());
	if (!ret && all)
		ret = add_others(f, names);
	return ret;
}

void kernel_facts_tell_refused(const struct kernel_facts *f)
{
	if (f->refused.n)
		msg_error("cannot enter %zu of %zu namespaces, whose kernel_* and port ranges are missing: %s",
			  f->refused.n, f->namespaces, strerror(f->refused.err));
}

void kernel_facts_free(struct kernel_facts *f)
{
	blocks_free(&f->counts);
	free(f->ports);
	*f = (struct kernel_facts){ 0 };
}
