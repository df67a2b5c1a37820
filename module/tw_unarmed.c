// SPDX-License-Identifier: GPL-2.0
/* Timewait sockets that get their length later, see tw_unarmed.h. */
#include "tw_unarmed.h"

#ifdef TCS_TW_HASHED_AND_ARMED_AT_ONCE

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

static void settle_all(struct work_struct *work);

/* Freed by the worker alone. A few at a time, as a timer is armed in the next microsecond. */
static struct unarmed {
	struct inet_timewait_sock *tw;
	int ticks;
} unarmed[64];
static DEFINE_RAW_SPINLOCK(lock);
static DECLARE_DELAYED_WORK(work, settle_all);

/**
 * tcs_unarmed_add() - give a timewait socket its length as soon as its timer is armed
 * @tw: the timewait socket, of which the caller has a reference
 * @ticks: how long TIME_WAIT is to last from then on
 *
 * Any context but NMI. Where too many wait already it keeps the length that it has.
 */
void tcs_unarmed_add(struct inet_timewait_sock *tw, int ticks)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&lock, flags);
	for (i = 0; i < ARRAY_SIZE(unarmed); i++)
		if (!unarmed[i].tw) {
			refcount_inc(&tw->tw_refcnt);
			unarmed[i] = (struct unarmed){ .tw = tw, .ticks = ticks };
			break;
		}
	raw_spin_unlock_irqrestore(&lock, flags);
	schedule_delayed_work(&work, 1);
}

/*
 * From now on, which is later than it was asked for by a tick or two: no TIME_WAIT is too short.
 *
 * Return: whether it has its length, or is over. Its namespace may be gone by then.
 */
static bool settle(const struct unarmed *u)
{
	return mod_timer_pending(&u->tw->tw_timer, jiffies + u->ticks) ||
	       hlist_nulls_unhashed_lockless(&u->tw->tw_node);
}

static void release(struct unarmed *u)
{
	struct inet_timewait_sock *tw = u->tw;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	u->tw = NULL;
	raw_spin_unlock_irqrestore(&lock, flags);
	inet_twsk_put(tw);
}

static void settle_all(struct work_struct *unused)
{
	bool again = false;
	unsigned long flags;
	struct unarmed u;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unarmed); i++) {
		raw_spin_lock_irqsave(&lock, flags);
		u = unarmed[i];
		raw_spin_unlock_irqrestore(&lock, flags);
		if (!u.tw)
			continue;
		if (settle(&u))
			release(&unarmed[i]);
		else
			again = true;
	}
	if (again)
		schedule_delayed_work(&work, 1);
}

/**
 * tcs_unarmed_exit() - release all timewait sockets that wait
 *
 * Process context, sleeps. Nothing is added any more.
 */
void tcs_unarmed_exit(void)
{
	unsigned int i;

	cancel_delayed_work_sync(&work);
	for (i = 0; i < ARRAY_SIZE(unarmed); i++)
		if (unarmed[i].tw) {
			settle(&unarmed[i]);
			release(&unarmed[i]);
		}
}

#endif
