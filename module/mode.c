// SPDX-License-Identifier: GPL-2.0
/* What is on, and how it is switched, see mode.h. */
#include "mode.h"

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>

#include "compat/tracepoint.h"
#include "details.h"

unsigned int tcs_mode __read_mostly;
DEFINE_STATIC_KEY_FALSE(tcs_steady_key);
DEFINE_STATIC_KEY_FALSE(tcs_details_key);
DEFINE_STATIC_KEY_FALSE(tcs_fastpath_key);
DEFINE_STATIC_KEY_FALSE(tcs_fastpath_traced_key);

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

static void fastpath_off(void)
{
	set(&tcs_fastpath_key, false);
	set(&tcs_fastpath_traced_key, false);
}

static void fastpath_on(void)
{
	const bool steady = tcs_mode == TCS_MODE_COUNTING;

	set(&tcs_steady_key, steady);
	set(&tcs_fastpath_key, steady && !tcs_details_are_on());
	set(&tcs_fastpath_traced_key, steady && tcs_details_are_on());
}

/* Events ask for the mode itself while anything in it changes. */
static void turn(unsigned int mode, bool on)
{
	mutex_lock(&turning);
	fastpath_off();
	set(&tcs_steady_key, false);
	WRITE_ONCE(tcs_mode, on ? tcs_mode | mode : tcs_mode & ~mode);
	fastpath_on();
	mutex_unlock(&turning);
}

static void turn_details(bool on)
{
	mutex_lock(&turning);
	fastpath_off();
	set(&tcs_details_key, on);
	fastpath_on();
	mutex_unlock(&turning);
}

/* Callbacks of tracepoints, and hooks: those run with preemption off. */
static void wait_for_events(void)
{
	synchronize_rcu();
	tcs_tracepoints_sync();
}

/**
 * tcs_counting() - start or stop counting
 * @on: whether
 *
 * Process context, sleeps. Notes are taken all the time, so that none goes stale.
 */
void tcs_counting(bool on)
{
	turn(TCS_MODE_COUNTING, on);
}

/**
 * tcs_twsk_set_untracked() - timewait sockets cannot be followed on this kernel
 *
 * Process context, sleeps: when it returns, no event is under way that still follows one. A
 * connection that ends in FIN_WAIT2 without the peer's FIN is lost sight of, then, rather than
 * taken for something else.
 */
void tcs_twsk_set_untracked(void)
{
	turn(TCS_MODE_TWSK_UNTRACKED, true);
	wait_for_events();
	/* The hook that sees them made may have preemption on (TCS_TW_CREATE_PREEMPTIBLE). */
	synchronize_rcu_tasks();
}

/**
 * tcs_trace_reg() - somebody is about to listen to the trace event
 *
 * Process context, sleeps; tracepoints_mutex is held. The kernel may call this while the
 * module is being loaded, before tcs_init(), and once more where it could not continue.
 *
 * Return: 0, or -ENOMEM; nobody listens then.
 */
int tcs_trace_reg(void)
{
	int err;

	if (tcs_details_are_on())
		return 0;
	err = tcs_details_prepare();
	if (err)
		return err;
	turn_details(true);
	wait_for_events();
	tcs_details_allow(true);
	return 0;
}

/**
 * tcs_trace_unreg() - nobody listens to the trace event any more
 *
 * Process context, sleeps; tracepoints_mutex is held. The kernel may call this after
 * tcs_exit().
 */
void tcs_trace_unreg(void)
{
	if (!tcs_details_are_on())
		return;
	tcs_details_allow(false);
	wait_for_events();
	turn_details(false);
	wait_for_events();
	tcs_details_free();
}

/**
 * tcs_baseline_begin() - from now on every closing socket has a record
 *
 * Process context, sleeps. Before counting starts: each event that is counted sees that
 * the baseline runs.
 */
void tcs_baseline_begin(void)
{
	WRITE_ONCE(baseline_failed, false);
	turn(TCS_MODE_BASELINE, true);
}

/**
 * tcs_baseline_end() - all sockets that were closing are in the gauges
 *
 * Process context, sleeps. After a grace period for the last record that was
 * made: an event that sees the baseline over looks for records without a lock.
 *
 * Return: 0, or -ENOMEM: a record could not be made, the gauges are wrong.
 */
int tcs_baseline_end(void)
{
	turn(TCS_MODE_BASELINE, false);
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
