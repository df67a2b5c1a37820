// SPDX-License-Identifier: GPL-2.0
/* The hash tables that TCP's sockets and timewait sockets are in, see ehash.h. */
#include "ehash.h"

#include <linux/sched.h>

#include "compat/inet_twsk.h"
#include "pernet.h"

static int each_in(struct inet_hashinfo *hashinfo, tcs_chain_fn *fn, void *arg)
{
	unsigned int slot;
	int err = 0;

	for (slot = 0; slot <= hashinfo->ehash_mask && !err; slot++) {
		if (!(slot % 1024))
			cond_resched();
		if (!hlist_nulls_empty(&hashinfo->ehash[slot].chain))
			err = fn(hashinfo, slot, arg);
	}
	return err;
}

/**
 * tcs_each_chain() - call a function for each chain that has anything in it
 * @fn: the function, which may sleep; what it returns but 0 is an error, and ends it
 * @arg: its argument
 *
 * Process context, sleeps. A namespace may have a table of its own (tcp_child_ehash_entries).
 *
 * Return: 0, or what @fn returned.
 */
int tcs_each_chain(tcs_chain_fn *fn, void *arg)
{
	struct inet_hashinfo *common = tcs_death_row(&init_net)->hashinfo;
	struct tcs_net *tn;
	int err;

	err = each_in(common, fn, arg);
	mutex_lock(&tcs_nets_lock);
	list_for_each_entry(tn, &tcs_nets, list) {
		struct inet_hashinfo *own = tcs_death_row(tn->net)->hashinfo;

		if (err)
			break;
		if (own != common)
			err = each_in(own, fn, arg);
	}
	mutex_unlock(&tcs_nets_lock);
	return err;
}
