/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets, with what sock_diag does not tell: whose they are and how old their state is. */
#ifndef CLOSESTAT_SOCKLIST_H
#define CLOSESTAT_SOCKLIST_H

#include "cgroup.h"
#include "owners.h"
#include "sock_ages.h"
#include "sock_filter.h"
#include "sockdiag.h"

#include <stdbool.h>

/* A cgroup and what runs in it. */
struct socklist_unit {
	u64 cgroup;
	char name[UNIT_SIZE];
};

struct listed {
	struct sock sock;
	const struct owner *owner;	/* its process or its listener's; NULL if not known */
	const char *unit;		/* systemd unit or container, "" if not known */
	u64 age_us;			/* in its state, 0 if not known */
	u64 first_us;			/* since the first FIN, if first_known */
	const char *closed;		/* first: "active", "passive"...; "" if not known */
	bool first_known;
	bool at_least;			/* it may be older than that */
	bool unaccepted;		/* no program has accepted it yet */
};

struct socklist {
	struct listed *v;	/* the oldest first */
	size_t n;
	struct owners owners;
	struct closing_ages ages;
	struct socklist_unit *units;
	size_t n_units;
};

/**
 * socklist_read - list sockets of the network namespace the thread is in
 * @filter: which
 * @states: bits of the states to list where @filter names none
 * @list: filled; to be released with socklist_free()
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int socklist_read(const struct sock_filter *filter, u32 states, struct socklist *list);

/**
 * socklist_free - release what socklist_read() filled
 * @list: may be zeroed
 */
void socklist_free(struct socklist *list);

#endif
