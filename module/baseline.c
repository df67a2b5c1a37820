// SPDX-License-Identifier: GPL-2.0
/* Sockets that were closing before the module was loaded, see baseline.h. */
#include "baseline.h"

#include <linux/delay.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/timer.h>

#include "compat/inet_twsk.h"
#include "ehash.h"
#include "event.h"
#include "fault_inject.h"
#include "pernet.h"
#include "records.h"

static enum tcs_state state_of(const struct sock *sk)
{
	const int state = inet_sk_state_load(sk);

	if (state == TCP_TIME_WAIT)
		return tcs_closing_state(READ_ONCE(inet_twsk(sk)->tw_substate));
	return tcs_closing_state(state);
}

/* So many records are made at first, and at most, for a chain that has to be walked again. */
#define POOL_LEAST	64
#define POOL_MOST	4096

/*
 * Records for a chain, made where memory can be waited for: there may be
 * hundreds of thousands of TIME_WAITs.
 */
struct pool {
	struct tcs_record *first;
};

static int pool_fill(struct pool *pool, unsigned int n)
{
	while (n--) {
		struct tcs_record *rec = tcs_record_alloc(true);

		if (!rec)
			return -ENOMEM;
		rec->next_free = pool->first;
		pool->first = rec;
	}
	return 0;
}

static void pool_empty(struct pool *pool)
{
	struct tcs_record *rec;

	while ((rec = pool->first)) {
		pool->first = rec->next_free;
		tcs_record_free(rec);
	}
}

/*
 * The end of a timewait socket is seen before it leaves its chain (inet_twsk_kill()). Its
 * timer is off by then, and on for as long as it is alive: it is armed before it can be found,
 * and armed again without being off in between (mod_timer()).
 */
static bool is_ending(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT &&
	       !timer_pending(&inet_twsk(sk)->tw_timer);
}

#ifdef TCS_INJECT_SLOW_BASELINE
/* For the test to know when: the baseline waits. */
static bool fault_waits;
module_param(fault_waits, bool, 0444);

/*
 * Until another CPU has begun to end the timewait socket, or has made a TIME_WAIT of it, a
 * second at the most. Then a moment more, for that CPU's next steps.
 */
static void wait_for_change(const struct sock *sk)
{
	const enum tcs_state state = state_of(sk);
	unsigned int ms;

	if (sk->sk_state != TCP_TIME_WAIT)
		return;
	WRITE_ONCE(fault_waits, true);
	for (ms = 0; ms < 1000 && !is_ending(sk) && state_of(sk) == state; ms++)
		mdelay(1);
	mdelay(20);
}
#else
static void wait_for_change(const struct sock *sk)
{
}
#endif

/*
 * Count a socket or timewait socket that was closing before the module came. One that an
 * event was seen of is counted already and left alone: the bucket's lock decides which comes
 * first, this or the event.
 */
static void adopt(struct sock *sk, struct pool *pool)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec = pool->first;
	struct tcs_record *rest = rec->next_free;
	struct tcs_stats __percpu *stats;
	enum tcs_state state;
	struct tcs_bucket b;
	bool put;

	if (tcs_twsk_is_untracked() && key->skc_state == TCP_TIME_WAIT)
		return;

	if (TCS_FAULT_SLOW_BASELINE)
		wait_for_change(sk);
	b = tcs_records_lock(key);
	state = state_of(sk);
	put = state != TCS_NOT_CLOSING && !is_ending(sk) &&
	      !tcs_records_find(&b, key);
	if (put) {
		rec->state = state;
		tcs_records_add(&b, rec, key);
	}
	tcs_records_unlock(&b);
	if (!put)
		return;
	pool->first = rest;
	/* The lock of the chain may be one that sleeps (PREEMPT_RT). */
	preempt_disable();
	stats = tcs_net_of(sock_net(sk))->stats;
	tcs_add(stats, TCS_RECORD_MADE);
	tcs_add(stats, TCS_BASELINE + state);
	preempt_enable();
}

/*
 * A socket found in a chain under the bucket's lock has not raised its change
 * to CLOSE yet: tcp_set_state() unhashes it before, under that lock.
 *
 * False: the pool ran out, and the chain has to be walked again.
 */
static bool adopt_chain(struct inet_hashinfo *hashinfo, unsigned int slot,
			struct pool *pool)
{
	const struct inet_ehash_bucket *head = &hashinfo->ehash[slot];
	spinlock_t *lock = inet_ehash_lockp(hashinfo, slot);
	const struct hlist_nulls_node *node;
	bool done = true;
	struct sock *sk;

	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &head->chain) {
		if (state_of(sk) == TCS_NOT_CLOSING)
			continue;
		done = pool->first;
		if (!done)
			break;
		adopt(sk, pool);
	}
	spin_unlock_bh(lock);
	return done;
}

/*
 * A namespace may have its sockets in a single chain (tcp_child_ehash_entries). More at each walk,
 * as each begins with those that were adopted before; but the lock is not held for all of them.
 */
static int adopt_all_of(struct inet_hashinfo *hashinfo, unsigned int slot, void *pool)
{
	unsigned int n = POOL_LEAST;
	int err = 0;

	while (!err && !adopt_chain(hashinfo, slot, pool)) {
		cond_resched();
		err = pool_fill(pool, n);
		n = min_t(unsigned int, n * 2, POOL_MOST);
	}
	return err;
}

/**
 * tcs_baseline() - start counting, with what is closing already in the gauges
 *
 * Process context, sleeps. Probes and hooks are attached.
 *
 * Return: 0, or -ENOMEM; counting has to be stopped then.
 */
int tcs_baseline(void)
{
	struct pool pool = {};
	int err, err2;

	tcs_baseline_begin();
	tcs_counting(true);
	/*
	 * A task may sit between a tracepoint that did not count yet and the
	 * store of the new state: wait until all have moved on.
	 */
	synchronize_rcu();
	synchronize_rcu_tasks();

	err = tcs_each_chain(adopt_all_of, &pool);
	pool_empty(&pool);
	/* Sockets that were about to leave a chain when it was walked have left it. */
	synchronize_rcu();
	synchronize_rcu_tasks();
	err2 = tcs_baseline_end();
	return err ?: err2;
}
