// SPDX-License-Identifier: GPL-2.0
/* What every event of a closing connection does, see event.h. */
#include "event.h"

#include <linux/mutex.h>
#include <linux/smp.h>
#include <net/ipv6.h>
#include <net/sock.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

DEFINE_STATIC_KEY_FALSE(tcs_counting_key);
DEFINE_STATIC_KEY_FALSE(tcs_baseline_key);
DEFINE_STATIC_KEY_FALSE(tcs_twsk_untracked_key);
DEFINE_STATIC_KEY_FALSE(tcs_usual_key);

/* A record could not be made while the baseline ran. */
static bool baseline_failed;

static void set(struct static_key_false *key, bool on)
{
	if (static_key_enabled(key) == on)
		return;
	if (on)
		static_branch_enable(key);
	else
		static_branch_disable(key);
	/* Where patching does not wait for the other CPUs (arm64). */
	kick_all_cpus_sync();
}

/* One at a time: a late self-test may find something while the baseline ends. */
static DEFINE_MUTEX(turning);

static void turn(struct static_key_false *key, bool on)
{
	mutex_lock(&turning);
	/* Off while anything changes: who finds it on need not ask for the others. */
	set(&tcs_usual_key, false);
	set(key, on);
	set(&tcs_usual_key,
	    tcs_is_counting() && !tcs_in_baseline() && !tcs_twsk_is_untracked());
	mutex_unlock(&turning);
}

/**
 * tcs_counting() - start or stop counting
 * @on: whether
 *
 * Process context, sleeps. Notes are taken all the time, so that none goes stale.
 */
void tcs_counting(bool on)
{
	turn(&tcs_counting_key, on);
}

/**
 * tcs_twsk_set_untracked() - timewait sockets cannot be followed on this kernel
 *
 * Process context, sleeps. What ends in FIN_WAIT2 without the peer's FIN is lost
 * sight of, then, rather than taken for something else.
 */
void tcs_twsk_set_untracked(void)
{
	turn(&tcs_twsk_untracked_key, true);
}

/**
 * tcs_baseline_begin() - from now on every closing socket has a record
 *
 * Process context, sleeps. Before counting starts: what counts sees that the
 * baseline runs.
 */
void tcs_baseline_begin(void)
{
	WRITE_ONCE(baseline_failed, false);
	turn(&tcs_baseline_key, true);
}

/**
 * tcs_baseline_end() - all sockets that were closing are in the gauges
 *
 * Process context, sleeps. After a grace period for the last record that was
 * made: who sees that the baseline is over looks for records without a lock.
 *
 * Return: 0, or -ENOMEM: a record could not be made, the gauges are wrong.
 */
int tcs_baseline_end(void)
{
	turn(&tcs_baseline_key, false);
	return READ_ONCE(baseline_failed) ? -ENOMEM : 0;
}

/**
 * tcs_baseline_fail() - a record could not be made that the baseline needs
 *
 * Any context.
 */
void tcs_baseline_fail(void)
{
	WRITE_ONCE(baseline_failed, true);
}

/**
 * tcs_new_record() - a new record, in no list, counted
 * @stats: of the connection's namespace
 *
 * Return: a record with nothing in it, or NULL, which is counted as well.
 */
struct tcs_record *tcs_new_record(struct tcs_stats __percpu *stats)
{
	struct tcs_record *rec = tcs_record_alloc();

	if (likely(rec)) {
		tcs_add(stats, TCS_RECORD_MADE);
		return rec;
	}
	tcs_add(stats, TCS_RECORD_FAILURES);
	if (tcs_in_baseline())
		tcs_baseline_fail();
	return NULL;
}

static void copy_spent(u64 *to, const struct tcs_record *rec)
{
	switch (rec->state) {
	case TCS_FIN_WAIT2:
	case TCS_CLOSING:
		to[rec->state] = rec->spent_us[1];
		fallthrough;
	case TCS_FIN_WAIT1:
		to[TCS_FIN_WAIT1] = rec->spent_us[0];
		break;
	case TCS_LAST_ACK:
		to[TCS_LAST_ACK] = rec->spent_us[1];
		fallthrough;
	case TCS_CLOSE_WAIT:
		to[TCS_CLOSE_WAIT] = rec->spent_us[0];
		break;
	}
}

/**
 * tcs_trace_end() - raise the trace event
 * @skc: the socket or timewait socket
 * @sport: its port, host order
 * @rec: its record, in the state that it leaves, or NULL
 * @end: how it ended
 * @time_wait_ms: the length given, 0 where there is no TIME_WAIT
 */
void tcs_trace_end(const struct sock_common *skc, u16 sport,
		   const struct tcs_record *rec, struct tcs_end end,
		   u32 time_wait_ms)
{
	struct tcs_close c = {
		.netns = read_pnet(&skc->skc_net)->ns.inum,
		.family = skc->skc_family,
		.sport = sport,
		.dport = ntohs(skc->skc_dport),
		.end = end,
		.time_wait_ms = time_wait_ms,
	};

	if (rec)
		copy_spent(c.spent_us, rec);
	ipv6_addr_set_v4mapped(skc->skc_rcv_saddr, &c.saddr);
	ipv6_addr_set_v4mapped(skc->skc_daddr, &c.daddr);
#if IS_ENABLED(CONFIG_IPV6)
	if (skc->skc_family == AF_INET6) {
		c.saddr = skc->skc_v6_rcv_saddr;
		c.daddr = skc->skc_v6_daddr;
	}
#endif
	trace_tcp_close(&c);
}
