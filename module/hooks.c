// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks: callbacks at the entry of the functions that make, arm and end a timewait
 * socket, and of tcp_reset().
 *
 * A timewait socket (struct inet_timewait_sock) holds a connection in TIME_WAIT, or
 * in FIN_WAIT2 when the application is gone (tw_substate). No tracepoint shows it.
 * Why these functions: docs/design.md.
 */
#include "hooks.h"

#include <linux/delay.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/tcp.h>

#include "call_site.h"
#include "compat/hook.h"
#include "compat/inet_twsk.h"
#include "compat/tcp.h"
#include "compat/tw_timeout.h"
#include "event.h"
#include "fastpath.h"
#include "fault_inject.h"
#include "handoff.h"
#include "hook_selftest.h"
#include "policy.h"
#include "tw_length.h"
#include "tw_unarmed.h"
#include "twsk.h"
#include "untrack.h"

/* The segment that is being processed found this timewait socket in FIN_WAIT2. */
static DEFINE_PER_CPU(struct fin_wait2_hit {
	const void *tw;
	bool syn;
}, fin_wait2_hit);

/* The timewait socket that is about to end, and by what, between the two hooks on that way. */
struct deschedule {
	const void *tw;
	int by;
};

static DEFINE_PER_CPU(struct deschedule, descheduling);

/* TIME_WAIT's length is within reach, as far as that is known. */
static bool can_tune;
/* Whether each hook is in the path of this kernel is known. */
static bool tested;

/* DCCP has timewait sockets as well, and its own death row. */
static bool is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_dr == tcs_death_row(twsk_net(tw));
}

/* A socket that holds its namespace keeps it alive for tcs_net_of(). */
static inline bool stays(const struct sock *sk)
{
	return !TCS_TW_CREATE_PREEMPTIBLE || likely(sk->sk_net_refcnt);
}

static noinline void create_slow(struct tcs_args *args, const struct sock *sk,
				 struct inet_timewait_sock *tw)
{
	struct tcs_length len = { .ms = TCS_KERNEL_TIME_WAIT_MS };

	preempt_disable_notrace();
	if (tcs_length_is_tuned() && tw->tw_substate == TCP_TIME_WAIT)
		len = tcs_length_create(args, sk, tw);
	tcs_twsk_begin(sk, tw, len);
	preempt_enable_notrace();
}

static noinline void create_traced(struct tcs_args *args, const struct sock *sk,
				   struct inet_timewait_sock *tw)
{
	/* The details are freed when all that run with preemption off are over. */
	preempt_disable_notrace();
	if (!tcs_fast_time_wait(sk, tw, true))
		create_slow(args, sk, tw);
	preempt_enable_notrace();
}

/*
 * inet_twsk_hashdance{,_schedule}(tw, sk, hashinfo{, timeo}): a full socket
 * becomes a timewait socket, which nobody else can see yet.
 */
static void notrace on_create(struct tcs_args *args, unsigned long caller)
{
	struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);
	const struct sock *sk = (void *)tcs_arg(args, 1);

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	tcs_hook_ran(TCS_HOOK_CREATE, &tw->__tw_common);
	if (stays(sk) && tcs_fast_time_wait(sk, tw, false))
		return;
	if (tcs_details_are_on())
		create_traced(args, sk, tw);
	else
		create_slow(args, sk, tw);
}

#ifdef TCS_INJECT_SLOW_ARMING
/* For the test to know: 1, the timer is about to be armed, 2, the FIN was processed before. */
static int fault_arming;
module_param(fault_arming, int, 0444);

/* Until another CPU has processed the FIN, five seconds at the most; then until it is done. */
static void wait_for_fin(const struct inet_timewait_sock *tw)
{
	unsigned int ms;

	WRITE_ONCE(fault_arming, 1);
	for (ms = 0; ms < 5000 && READ_ONCE(tw->tw_substate) == TCP_FIN_WAIT2; ms++)
		mdelay(1);
	if (ms < 5000)
		WRITE_ONCE(fault_arming, 2);
	mdelay(20);
}
#else
static void wait_for_fin(const struct inet_timewait_sock *tw)
{
}
#endif

/* FIN_WAIT2 keeps the time that tcp_fin_timeout gave it. */
static noinline void schedule_slow(struct tcs_args *args,
				   struct inet_timewait_sock *tw, bool rearm)
{
	if (!is_tcp(tw))
		return;
	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT) {
		if (TCS_FAULT_SLOW_ARMING && !rearm)
			wait_for_fin(tw);
		return;
	}
	if (!rearm) {
		tcs_length_schedule(args, tw);
		return;
	}
	tcs_hook_ran(TCS_HOOK_SCHEDULE, &tw->__tw_common);
	tcs_length_rearm(args, tw, this_cpu_read(fin_wait2_hit.tw) == tw);
}

/* __inet_twsk_schedule(tw, timeo, rearm): the timer is set. */
static void notrace on_schedule(struct tcs_args *args, unsigned long caller)
{
	const bool rearm = tcs_arg(args, 2) & 0xff;

	if (rearm || tcs_length_is_tuned())
		schedule_slow(args, (void *)tcs_arg(args, 0), rearm);
}

/*
 * tcp_timewait_state_process(tw, skb, th, ...): a segment for a timewait socket, in softirq.
 * Once on_schedule() runs, a FIN has turned FIN_WAIT2 into TIME_WAIT already.
 */
static void notrace on_segment(struct tcs_args *args, unsigned long caller)
{
	const struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);
	const struct tcphdr *th = (void *)tcs_arg(args, 2);
	struct fin_wait2_hit hit = {};

	tcs_hook_ran(TCS_HOOK_SEGMENT, &tw->__tw_common);
	if (READ_ONCE(tw->tw_substate) == TCP_FIN_WAIT2)
		hit = (struct fin_wait2_hit){ .tw = tw, .syn = th->syn };
	this_cpu_write(fin_wait2_hit.tw, hit.tw);
	this_cpu_write(fin_wait2_hit.syn, hit.syn);
}

/*
 * inet_twsk_deschedule_put(tw): it is to end early, softirqs are off. Whether its
 * timer was faster turns out in inet_twsk_kill().
 */
static void notrace on_deschedule(struct tcs_args *args, unsigned long caller)
{
	const struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);

	tcs_hook_ran(TCS_HOOK_DESCHEDULE, &tw->__tw_common);
	this_cpu_write(descheduling.tw, tw);
	this_cpu_write(descheduling.by, tcs_call_site(caller));
}

/* What ends a timewait socket, by the caller of inet_twsk_kill(). */
static enum tcs_ended_by ended_by(const struct inet_timewait_sock *tw, int from)
{
	const bool early = from == TCS_BY_DESCHEDULE;

	/* With PREEMPT_RT another one may have come in between. */
	if (early && likely(this_cpu_read(descheduling.tw) == tw))
		from = this_cpu_read(descheduling.by);
	switch (from) {
	case TCS_BY_RECEIVE:
		return this_cpu_read(fin_wait2_hit.tw) == tw &&
		       this_cpu_read(fin_wait2_hit.syn) ? TCS_BY_SYN : TCS_BY_RECEIVE;
	case TCS_BY_SEGMENT:
	case TCS_BY_NETNS:
	case TCS_BY_HAND:
		return from;
	default:
		/* Any other caller that ends it early connects; else it is a timer's function. */
		return early ? TCS_BY_CONNECT : TCS_BY_TIMER;
	}
}

/*
 * inet_twsk_kill(tw): it ends, this once. inet_twsk_deschedule_put() is inlined where the
 * namespace dies, and may be anywhere.
 */
static void notrace on_kill(struct tcs_args *args, unsigned long caller)
{
	struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);

	if (!is_tcp(tw))
		return;
	tcs_hook_ran(TCS_HOOK_KILL, &tw->__tw_common);
	tcs_twsk_end(tw, ended_by(tw, tcs_call_site(caller)));
}

/*
 * tcp_reset() is called for a RST, but also for data that comes after the application has
 * closed, or after the peer's own FIN, by tcp_rcv_state_process(). The RSTs come from
 * tcp_validate_incoming().
 */
static bool is_for_rst(struct tcs_args *args, const struct sock *sk, unsigned long caller)
{
	const struct sk_buff *skb = tcs_reset_segment(args);

	if (skb)
		return tcp_hdr(skb)->rst;
	return tcs_closing_state(sk->sk_state) == TCS_NOT_CLOSING ||
	       tcs_call_site(caller) != TCS_BY_DATA;
}

/* tcp_reset() leaves a socket alone that is CLOSED, and one that is connecting has its error. */
static void notrace on_reset(struct tcs_args *args, unsigned long caller)
{
	struct sock *sk = (void *)tcs_arg(args, 0);

	tcs_hook_ran(TCS_HOOK_RESET, &sk->__sk_common);
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT)
		return;
	tcs_note_leave_anywhere(sk, is_for_rst(args, sk, caller) ? TCS_NOTE_RST_RECEIVED :
								   TCS_NOTE_RESET_WITHOUT_RST);
}

#ifndef TCS_TEST_CREATE_SYMBOL
#define TCS_TEST_CREATE_SYMBOL TCS_TW_CREATE_SYMBOL
#endif

/* The length cannot be hooked, and the end of a timewait socket is not where it is hooked. */
#ifdef TCS_TEST_NO_SCHEDULE
#define TCS_TEST_SCHEDULE_SYMBOL "tcs_no_such_function"
#define TCS_TEST_KILL_SYMBOL "tcp_abort"
#else
#define TCS_TEST_SCHEDULE_SYMBOL "__inet_twsk_schedule"
#endif

#ifndef TCS_TEST_KILL_SYMBOL
#define TCS_TEST_KILL_SYMBOL "inet_twsk_kill"
#endif

TCS_HOOK(create_hook, TCS_TEST_CREATE_SYMBOL, "TIME_WAIT's length", on_create);
TCS_HOOK(schedule_hook, TCS_TEST_SCHEDULE_SYMBOL, "TIME_WAIT's length",
	 on_schedule);
TCS_HOOK(segment_hook, "tcp_timewait_state_process", "counting FIN_WAIT2",
	 on_segment);
TCS_HOOK(deschedule_hook, "inet_twsk_deschedule_put",
	 "telling how TIME_WAIT ends", on_deschedule);
TCS_HOOK(kill_hook, TCS_TEST_KILL_SYMBOL, "counting the ends of TIME_WAIT", on_kill);
TCS_HOOK(reset_hook, "tcp_reset", "telling data after close from a RST",
	 on_reset);

static struct tcs_hook *const hooks[TCS_N_HOOKS] = {
	[TCS_HOOK_KILL] = &kill_hook,
	[TCS_HOOK_DESCHEDULE] = &deschedule_hook,
	[TCS_HOOK_SEGMENT] = &segment_hook,
	[TCS_HOOK_RESET] = &reset_hook,
	[TCS_HOOK_SCHEDULE] = &schedule_hook,
	[TCS_HOOK_CREATE] = &create_hook,
};

static bool needed_to_tune(enum tcs_hook_id id)
{
	return id == TCS_HOOK_CREATE || id == TCS_HOOK_SCHEDULE;
}

/* A hook is missing, or never runs. */
static void do_without(enum tcs_hook_id id)
{
	if (needed_to_tune(id))
		WRITE_ONCE(can_tune, false);
	if (id == TCS_HOOK_CREATE || id == TCS_HOOK_KILL)
		tcs_untrack_twsks();
}

static void warn_unhooked(const struct tcs_hook *hook, int err)
{
	if (err == -EOPNOTSUPP)
		pr_warn_once("no function can be hooked on this kernel (it takes kprobes, on x86-64 or arm64): TIME_WAIT can neither be tuned nor followed\n");
	else if (err == -EBUSY)
		pr_warn_once("no function can be hooked while kernel.ftrace_enabled is 0: TIME_WAIT can neither be tuned nor followed\n");
	else
		pr_warn("cannot hook %s (%d): without it no %s\n",
			hook->symbol, err, hook->needed_for);
}

/**
 * tcs_hooks_attach() - attach all hooks
 *
 * Process context, sleeps. After tcs_tw_timeout_look(). A function that cannot be hooked
 * is logged once; the module then counts what it can, and tuning is refused
 * where the length is out of reach (tcs_hooks_can_tune()).
 */
void tcs_hooks_attach(void)
{
	unsigned int i;

	can_tune = true;
	/* Unless there is a hook to be tested. */
	tested = true;

	if (!tcs_tw_timeout_is_free()) {
		tcs_twsk_other_lengths();
		tcs_length_set_tuned();
	}
	for (i = 0; i < TCS_N_HOOKS; i++) {
		/* Another module's length has to have been given when our hook runs. */
		const bool behind = needed_to_tune(i) &&
				    tcs_tw_timeout_by_module();
		int err = tcs_hook_attach(hooks[i], behind);

		if (err) {
			do_without(i);
			warn_unhooked(hooks[i], err);
		} else {
			tested = false;
		}
	}
}

/**
 * tcs_hooks_detach() - detach all hooks
 *
 * Process context, sleeps. A TIME_WAIT that begins from now on gets the kernel's
 * 60 s; one that has begun keeps its time.
 */
void tcs_hooks_detach(void)
{
	unsigned int i = TCS_N_HOOKS;

	while (i--)
		tcs_hook_detach(hooks[i]);
	tcs_unarmed_exit();
}

/**
 * tcs_hooks_tested() - the self-test has exercised all hooks
 * @seen: of each, whether it ran
 *
 * Process context, sleeps. One that did not run never will.
 */
void tcs_hooks_tested(const bool *seen)
{
	unsigned int i;

	for (i = 0; i < TCS_N_HOOKS; i++) {
		if (!hooks[i]->attached || seen[i])
			continue;
		pr_warn("hook on %s never runs on this kernel: without it no %s\n",
			hooks[i]->symbol, hooks[i]->needed_for);
		do_without(i);
	}
	WRITE_ONCE(tested, true);
}

/**
 * tcs_hooks_are_tested() - whether the self-test is done with, or nothing is hooked
 *
 * Any context.
 */
bool tcs_hooks_are_tested(void)
{
	return READ_ONCE(tested);
}

/**
 * tcs_hooks_can_tune() - whether TIME_WAIT can be tuned on this kernel
 *
 * Any context. True until a self-test that comes late says otherwise.
 */
bool tcs_hooks_can_tune(void)
{
	return READ_ONCE(can_tune);
}
