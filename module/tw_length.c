// SPDX-License-Identifier: GPL-2.0
/* Where a TIME_WAIT is given its length, see tw_length.h. */
#include "tw_length.h"

#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/tcp.h>

#include "compat/hook.h"
#include "compat/inet_twsk.h"
#include "counters.h"
#include "pernet.h"
#include "policy.h"
#include "records.h"
#include "tick_lag.h"
#include "tw_unarmed.h"
#include "twsk.h"

DEFINE_STATIC_KEY_FALSE(tcs_length_tuned_key);

/**
 * tcs_length_set_tuned() - a namespace is about to have a length of its own
 *
 * Process context, sleeps. The first time takes a few ticks.
 */
void tcs_length_set_tuned(void)
{
	if (!tcs_length_is_tuned())
		tcs_tick_lag_learn();
	static_branch_enable(&tcs_length_tuned_key);
}

/**
 * struct tw_request - the settings for one TIME_WAIT, each read once
 * @time_wait_ms: of its namespace
 * @guard: of its namespace
 * @own: the kernel's own length, ticks
 */
struct tw_request {
	unsigned int time_wait_ms;
	bool guard;
	u32 own;
};

static struct tw_request request_of(const struct inet_timewait_sock *tw, u32 own)
{
	const struct tcs_net *tn = tcs_net_of(twsk_net(tw));

	return (struct tw_request){
		.time_wait_ms = READ_ONCE(tn->time_wait_ms),
		.guard = READ_ONCE(tn->time_wait_guard),
		.own = own,
	};
}

/* @floor: ticks, 0: unknown */
static struct tcs_length length_of(const struct inet_timewait_sock *tw,
				   const struct tw_request *req, u32 floor)
{
	return tcs_length(req->time_wait_ms, req->guard,
			  tcp_twsk((const struct sock *)tw)->tw_ts_recent_stamp,
			  jiffies_to_msecs(floor), jiffies_to_msecs(req->own));
}

/*
 * Of a length that is not the kernel's own. The wheel rounds up, and waits for the tick
 * that has begun (kernel/time/timer.c, calc_index()): armed with so much no timer is early.
 */
static int ticks_of(const struct tcs_length *len)
{
	return len->ms ? msecs_to_jiffies(len->ms) + tcs_tick_lag() : 0;
}

static void count_length(const struct inet_timewait_sock *tw,
			 const struct tcs_length *len)
{
	if (len->tuned)
		tcs_add(tcs_net_of(twsk_net(tw))->stats,
			TCS_COUNT_TIME_WAIT_SHORTENED);
}

#ifdef TCS_TW_HASHED_AND_ARMED_AT_ONCE

/*
 * The length given, from tcs_length_create() to tcs_length_schedule():
 * inet_twsk_hashdance_schedule() may call __inet_twsk_schedule(), where another module may
 * have changed the length again.
 */
static DEFINE_PER_CPU(struct given {
	const struct inet_timewait_sock *tw;
	int ticks;
}, given);

/**
 * tcs_length_create() - give a TIME_WAIT that begins with a full socket its length
 * @args: of the hooked function that hashes the timewait socket
 * @sk: the full socket, locked by the kernel
 * @tw: its timewait socket, in TIME_WAIT, which nobody else can see yet
 *
 * Once a namespace was tuned. Any context but NMI, preemption off.
 *
 * Return: the length.
 */
struct tcs_length tcs_length_create(struct tcs_args *args, const struct sock *sk,
				    struct inet_timewait_sock *tw)
{
	const struct tw_request req = request_of(tw, tcs_arg(args, 3));
	const struct tcs_length len = length_of(tw, &req, tcs_floor(sk));

	this_cpu_write(given.tw, NULL);
	if (len.tuned) {
		const int ticks = ticks_of(&len);

		this_cpu_write(given.ticks, ticks);
		this_cpu_write(given.tw, tw);
		tcs_set_arg(args, 3, ticks);
	}
	count_length(tw, &len);
	return len;
}

/**
 * tcs_length_schedule() - the timer of a TIME_WAIT is armed for the first time
 * @args: of __inet_twsk_schedule()
 * @tw: the timewait socket, in TIME_WAIT
 *
 * Once a namespace was tuned. Softirqs are off.
 */
void tcs_length_schedule(struct tcs_args *args,
			 const struct inet_timewait_sock *tw)
{
	if (this_cpu_read(given.tw) == tw)
		tcs_set_arg(args, 1, this_cpu_read(given.ticks));
}

#else

/*
 * The request that the timer was armed by, from tcs_length_schedule() to tcs_length_create(), which
 * runs next on the same CPU, with softirqs off.
 */
static DEFINE_PER_CPU(struct armed {
	const struct inet_timewait_sock *tw;
	struct tw_request req;
}, armed);

/* The RTO is out of reach here: the guard's part is left to tcs_length_create(). */
void tcs_length_schedule(struct tcs_args *args,
			 const struct inet_timewait_sock *tw)
{
	struct armed *a = this_cpu_ptr(&armed);
	struct tcs_length len;

	a->tw = tw;
	a->req = request_of(tw, tcs_arg(args, 1));
	len = length_of(tw, &a->req, 1);
	if (len.tuned)
		tcs_set_arg(args, 1, ticks_of(&len));
}

struct tcs_length tcs_length_create(struct tcs_args *args, const struct sock *sk,
				    struct inet_timewait_sock *tw)
{
	const struct armed *a = this_cpu_ptr(&armed);
	struct tcs_length len;

	/* The first length of all was set in between: this one got the kernel's own. */
	if (a->tw != tw)
		return (struct tcs_length){ .ms = TCS_KERNEL_TIME_WAIT_MS };
	len = length_of(tw, &a->req, tcs_floor(sk));
	if (len.guarded)
		mod_timer(&tw->tw_timer, jiffies +
			  (len.tuned ? ticks_of(&len) : a->req.own));
	count_length(tw, &len);
	return len;
}

#endif

/* For tcs_twsk_rearm(), which knows the record. */
static struct tcs_length length_by_record(const struct inet_timewait_sock *tw,
					  const struct tcs_record *rec,
					  const void *req)
{
	return length_of(tw, req, rec->floor);
}

/**
 * tcs_length_rearm() - a segment starts TIME_WAIT again, or turns FIN_WAIT2 into it
 * @args: of __inet_twsk_schedule()
 * @tw: the timewait socket, in TIME_WAIT
 * @was_fin_wait2: it was in FIN_WAIT2 when the segment came
 *
 * Softirq.
 */
void tcs_length_rearm(struct tcs_args *args, struct inet_timewait_sock *tw,
		      bool was_fin_wait2)
{
	const struct tw_request req = request_of(tw, tcs_arg(args, 1));
	const bool unarmed = tcs_is_unarmed(tw);
	struct tcs_record was;
	struct tcs_length len;
	enum tcs_rearm what;
	long ticks, left;

	what = tcs_twsk_rearm(tw, was_fin_wait2, &was,
			      tcs_length_is_tuned() ? length_by_record : NULL, &req);
	len = length_of(tw, &req, was.floor);
	if (len.tuned) {
		ticks = ticks_of(&len);
		/*
		 * With the guard no segment makes a TIME_WAIT shorter than the
		 * kernel's own. Expires may change meanwhile: it is only read. It says
		 * nothing before the timer is armed.
		 */
		if ((what == TCS_REARM_AGAIN || what == TCS_REARM_NONE) && req.guard &&
		    ticks < req.own && !unarmed) {
			left = READ_ONCE(tw->tw_timer.expires) - jiffies;
			ticks = max(ticks, left);
		}
		tcs_set_arg(args, 1, ticks);
		/* One that began as TIME_WAIT is being armed with its length. */
		if (what != TCS_REARM_AGAIN && unarmed)
			tcs_unarmed_add(tw, ticks);
	}
	if (what == TCS_REARM_ENTERED) {
		count_length(tw, &len);
		tcs_twsk_entered(tw, &was, len.ms);
	}
}
