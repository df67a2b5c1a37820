// SPDX-License-Identifier: GPL-2.0
/* Namespaces: made, and folded into the total of the dead when they go. */
#include "pernet.h"

#include "compat/tracepoint.h"
#include "recent.h"

unsigned int tcs_net_id;

#define DEFAULT(_name, _min, _max, _default, ...) ._name = _default,

/*
 * Counts of namespaces that are gone, and events of those that are going: with the
 * kernel's own length of TIME_WAIT.
 */
struct tcs_net tcs_dead = { TCS_SETTINGS(DEFAULT) };

/*
 * All namespaces that are not folded yet. A reader who holds the lock sees each
 * count either here or in tcs_dead, so that totals never go backwards.
 */
LIST_HEAD(tcs_nets);
/* Taken by readers of all namespaces, and when one comes or goes. */
DEFINE_MUTEX(tcs_nets_lock);

/* Where in struct tcs_net the settings are that a namespace may inherit. */
#define INHERITED(_name) offsetof(struct tcs_net, _name),
#define OWN(_name)
#define INITIAL(_name)
#define INHERIT(_name, _min, _max, _default, _scope, ...) _scope(_name)

static const size_t inherited[] = { TCS_SETTINGS(INHERIT) };

static unsigned int *value(struct tcs_net *tn, size_t offset)
{
	return (void *)tn + offset;
}

static void inherit(struct tcs_net *tn)
{
	struct tcs_net *init = tcs_net(&init_net);
	unsigned int i;

	if (!READ_ONCE(init->inherit))
		return;
	for (i = 0; i < ARRAY_SIZE(inherited); i++)
		*value(tn, inherited[i]) = READ_ONCE(*value(init, inherited[i]));
}

static int __net_init init_one(struct net *net)
{
	struct tcs_net *tn = tcs_net(net);

	*tn = (struct tcs_net){ .net = net, TCS_SETTINGS(DEFAULT) };
	if (!net_eq(net, &init_net))
		inherit(tn);

	tn->stats = alloc_percpu_gfp(struct tcs_stats, GFP_KERNEL_ACCOUNT);
	if (!tn->stats)
		return -ENOMEM;
	tn->recent = tcs_recent_alloc();
	if (!tn->recent) {
		free_percpu(tn->stats);
		return -ENOMEM;
	}

	mutex_lock(&tcs_nets_lock);
	list_add_tail(&tn->list, &tcs_nets);
	mutex_unlock(&tcs_nets_lock);
	return 0;
}

static void fold(struct tcs_net *tn)
{
	mutex_lock(&tcs_nets_lock);
	list_del(&tn->list);
	tcs_counters_move(tcs_dead.stats, tn->stats);
	mutex_unlock(&tcs_nets_lock);

	free_percpu(tn->stats);
	tn->stats = NULL;
	tcs_recent_free(tn->recent);
	tn->recent = NULL;
}

/*
 * Events of a namespace without references go to tcs_dead (tcs_net_of()). Those
 * under way, which saw it alive, are waited for: cleanup_net() does so for all
 * that run with preemption or softirqs off (synchronize_rcu(),
 * net/core/net_namespace.c), and callbacks of tracepoints are seen to here.
 *
 * TCP purges the namespace's TIME_WAITs later than this, since its operations are
 * older than ours and exits run newest first; their ends find tcs_dead.
 */
static void __net_exit exit_batch(struct list_head *exit_list)
{
	struct net *net;

	tcs_tracepoints_sync();
	list_for_each_entry(net, exit_list, exit_list)
		fold(tcs_net(net));
}

static struct pernet_operations ops = {
	.init = init_one,
	.exit_batch = exit_batch,
	.id = &tcs_net_id,
	.size = sizeof(struct tcs_net),
};

/**
 * tcs_pernet_init() - start keeping namespaces, those that exist included
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_pernet_init(void)
{
	int err;

	tcs_dead.stats = alloc_percpu(struct tcs_stats);
	if (!tcs_dead.stats)
		return -ENOMEM;

	err = register_pernet_subsys(&ops);
	if (err)
		free_percpu(tcs_dead.stats);
	return err;
}

/**
 * tcs_pernet_exit() - stop keeping namespaces
 *
 * Process context, sleeps. No probe or hook may be attached any more.
 */
void tcs_pernet_exit(void)
{
	unregister_pernet_subsys(&ops);
	free_percpu(tcs_dead.stats);
}
