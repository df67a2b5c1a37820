// SPDX-License-Identifier: GPL-2.0
/* Ending TIME_WAITs by hand, see purge.h. */
#include "purge.h"

#include <linux/sched/signal.h>

#include "compat/inet_twsk.h"

static bool wanted(const struct sock *sk, const struct net *net,
		   bool (*match)(const struct inet_timewait_sock *tw))
{
	const struct inet_timewait_sock *tw;

	if (READ_ONCE(sk->sk_state) != TCP_TIME_WAIT ||
	    !net_eq(sock_net(sk), net))
		return false;
	tw = inet_twsk(sk);
	/* FIN_WAIT2 is not ours to end. */
	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT)
		return false;
	return !match || match(tw);
}

/*
 * Find one in a chain and take a reference, under RCU as all lookups do: a socket that was freed,
 * and is in another chain by now, leads to that one's end (__inet_lookup_established()).
 */
static struct inet_timewait_sock *find(const struct inet_hashinfo *hashinfo,
				       unsigned int slot, const struct net *net,
				       bool (*match)(const struct inet_timewait_sock *tw))
{
	const struct hlist_nulls_node *node;
	struct sock *sk;

begin:
	sk_nulls_for_each_rcu(sk, node, &hashinfo->ehash[slot].chain) {
		if (!wanted(sk, net, match) ||
		    !refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		/* Its memory may have become another socket meanwhile. */
		if (wanted(sk, net, match))
			return inet_twsk(sk);
		sock_gen_put(sk);
	}
	if (get_nulls_value(node) != slot)
		goto begin;
	return NULL;
}

/**
 * tcs_time_wait_next() - the next TIME_WAIT of a namespace
 * @net: the namespace
 * @match: those it returns true for only, called under RCU; NULL: all
 * @slot: of the hash table, where to look first; 0 to begin. Set to where it was found.
 *
 * Process context, sleeps. One that enters TIME_WAIT meanwhile may be missed.
 *
 * Return: with a reference to it; NULL: there is none, or a fatal signal came.
 */
struct inet_timewait_sock *
tcs_time_wait_next(struct net *net,
		   bool (*match)(const struct inet_timewait_sock *tw),
		   unsigned int *slot)
{
	struct inet_hashinfo *hashinfo = tcs_death_row(net)->hashinfo;
	struct inet_timewait_sock *tw;

	for (; *slot <= hashinfo->ehash_mask; ++*slot) {
		if (!(*slot % 1024)) {
			cond_resched();
			if (fatal_signal_pending(current))
				return NULL;
		}
		if (hlist_nulls_empty(&hashinfo->ehash[*slot].chain))
			continue;
		rcu_read_lock();
		tw = find(hashinfo, *slot, net, match);
		rcu_read_unlock();
		if (tw)
			return tw;
	}
	return NULL;
}

/**
 * tcs_purge() - end TIME_WAITs of a namespace now
 * @net: the namespace
 * @match: as for tcs_time_wait_next()
 *
 * Process context, sleeps. One that enters TIME_WAIT meanwhile may be missed.
 *
 * Return: how many, or -EINTR: a fatal signal came, some are left.
 */
int tcs_purge(struct net *net,
	      bool (*match)(const struct inet_timewait_sock *tw))
{
	struct inet_timewait_sock *tw;
	unsigned int slot = 0;
	int n = 0;

	while ((tw = tcs_time_wait_next(net, match, &slot))) {
		local_bh_disable();
		inet_twsk_deschedule_put(tw);
		local_bh_enable();
		n++;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	return fatal_signal_pending(current) ? -EINTR : n;
}
