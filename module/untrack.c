// SPDX-License-Identifier: GPL-2.0
/* Timewait sockets turn out to be out of reach on this kernel, see untrack.h. */
#include "untrack.h"

#include <linux/preempt.h>

#include "compat/inet_twsk.h"
#include "counters.h"
#include "ehash.h"
#include "event.h"
#include "mode.h"
#include "pernet.h"
#include "records.h"

/*
 * Alive, as it is in its chain, whose lock is held. No event follows timewait sockets any more:
 * its record is nobody's. A TIME_WAIT stays counted for now.
 */
static void forget(const struct inet_timewait_sock *tw)
{
	const struct sock_common *key = &tw->__tw_common;
	const struct tcs_net *tn;
	struct tcs_record *rec;

	/* That lock may be one that sleeps (PREEMPT_RT). */
	preempt_disable();
	tcs_details_forget(key);
	tn = tcs_net_of(twsk_net(tw));
	rec = tcs_records_detach(key);
	if (rec && rec->state == TCS_FIN_WAIT2)
		tcs_add(tn->stats, TCS_LEFT + TCS_FIN_WAIT2);
	if (rec)
		tcs_end_record(tn->stats, rec);
	preempt_enable();
}

static int forget_chain(struct inet_hashinfo *hashinfo, unsigned int slot, void *unused)
{
	spinlock_t *lock = inet_ehash_lockp(hashinfo, slot);
	const struct hlist_nulls_node *node;
	const struct sock *sk;

	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &hashinfo->ehash[slot].chain)
		if (sk->sk_state == TCP_TIME_WAIT)
			forget(inet_twsk(sk));
	spin_unlock_bh(lock);
	return 0;
}

/* TIME_WAITs may have no record, and may have ended unseen. */
static void empty_time_wait(struct tcs_stats __percpu *stats)
{
	u64 sum[TCS_N_COUNTS] = {}, row[TCS_N_ROWS];

	tcs_counters_fold(stats, sum);
	tcs_counters_rows(sum, row);
	this_cpu_add(*(stats->count + TCS_TW_ENDED + TCS_TW_PURGED), row[TCS_ROW_TIME_WAIT]);
}

/**
 * tcs_untrack_twsks() - timewait sockets cannot be followed on this kernel
 *
 * Process context, sleeps. Those that were followed until now, before a self-test that came
 * late, leave the gauges: TIME_WAITs as if they were purged, those in FIN_WAIT2 as they do from
 * now on, without an end. A FIN_WAIT2 that has ended unseen stays, as does one that got no
 * record: nobody knows whose it was.
 */
void tcs_untrack_twsks(void)
{
	struct tcs_net *tn;

	tcs_twsk_set_untracked();
	if (!tcs_is_counting())
		return;
	tcs_each_chain(forget_chain, NULL);
	mutex_lock(&tcs_nets_lock);
	list_for_each_entry(tn, &tcs_nets, list)
		empty_time_wait(tn->stats);
	empty_time_wait(tcs_dead.stats);
	mutex_unlock(&tcs_nets_lock);
}
