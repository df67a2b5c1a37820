/* SPDX-License-Identifier: GPL-2.0 */
/* The module's part of a network namespace. */
#ifndef TCS_PERNET_H
#define TCS_PERNET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "counters.h"
#include "settings_list.h"

struct ctl_table;
struct ctl_table_header;
struct tcs_recent;

/**
 * struct tcs_net - a network namespace
 * @stats: its counts
 * @recent: its latest ends that were no good ones; NULL: of the dead
 * @net: the namespace
 * @list: in tcs_nets, under tcs_nets_lock
 * @ctl: net.tcp_closestat
 * @alias: net.ipv4.tcp_tw_timeout
 *
 * The settings (settings_list.h) are written by sysctl and read once per use, with
 * READ_ONCE().
 */
struct tcs_net {
	/* read by every event */
	struct tcs_stats __percpu *stats;
#define SETTING(name, ...) unsigned int name;
	TCS_SETTINGS(SETTING)
#undef SETTING
	struct tcs_recent *recent;
	struct net *net;
	struct list_head list;

	struct tcs_sysctl {
		struct ctl_table *table;
		struct ctl_table_header *header;
	} ctl, alias;
};

extern unsigned int tcs_net_id;
extern struct tcs_net tcs_dead;
extern struct list_head tcs_nets;
extern struct mutex tcs_nets_lock;

/**
 * tcs_net() - the module's part of a namespace
 * @net: a namespace that cannot go away meanwhile
 */
static inline struct tcs_net *tcs_net(const struct net *net)
{
	return net_generic(net, tcs_net_id);
}

/* Hooks rely on it, see below; checked on debug kernels. */
#define tcs_assert_atomic() \
	WARN_ON_ONCE(IS_ENABLED(CONFIG_DEBUG_PREEMPT) && preemptible())

/**
 * tcs_net_of() - the module's part of the namespace of an event
 * @net: any namespace
 *
 * From a tracepoint's callback, or from a hook, which runs with softirqs or preemption
 * off, or for a socket that holds its namespace: the exit of a namespace folds its
 * counts when all events that may have seen it alive are over, see pernet.c. No lock is taken.
 *
 * Return: that, or tcs_dead when the namespace is dying.
 */
static inline const struct tcs_net *tcs_net_of(const struct net *net)
{
	const struct tcs_net *tn = &tcs_dead;

	if (unlikely(!check_net(net)))
		return tn;
	/*
	 * net_generic(), for less: the array is replaced when another module brings
	 * more operations, and freed after a grace period (net_assign_generic()).
	 */
	tcs_rcu_begin();
	tn = rcu_dereference_raw(net->gen)->ptr[tcs_net_id];
	tcs_rcu_end();
	return tn;
}

int tcs_pernet_init(void);
void tcs_pernet_exit(void);

#endif /* TCS_PERNET_H */
