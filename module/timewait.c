// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT: the hooks that give it its length and follow it to its end.
 *
 * A timewait socket (struct inet_timewait_sock) holds a connection in TIME_WAIT, or
 * in FIN_WAIT2 when the application is gone (tw_substate). No tracepoint tells of
 * it. What is hooked, and why these functions: docs/design.md.
 */
#include "timewait.h"

#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <linux/wait.h>

#include "call_site.h"
#include "compat/hook.h"
#include "compat/timewait.h"
#include "compat/tw_timeout.h"
#include "event.h"
#include "handoff.h"
#include "pernet.h"
#include "policy.h"
#include "records.h"
#include "twsk.h"

/* The segment that is being processed found this timewait socket in FIN_WAIT2. */
static DEFINE_PER_CPU(const void *, fin_wait2_hit);

/* Who is about to end which timewait socket, between the two hooks on that way. */
struct deschedule {
	const void *tw;
	int by;
};

static DEFINE_PER_CPU(struct deschedule, descheduling);

/* While a self-test runs: the port of its connections. */
static u16 selftest_port;
static DECLARE_WAIT_QUEUE_HEAD(selftest_wait);

static enum tcs_verdict verdict = TCS_IMPOSSIBLE;

/* DCCP has timewait sockets as well, and its own death row. */
static bool is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_dr == tcs_death_row(twsk_net(tw));
}

static void saw(struct tcs_hook *hook)
{
	WRITE_ONCE(hook->seen, true);
	wake_up(&selftest_wait);
}

#define SAW(hook, skc) do {						\
	const u16 _port = READ_ONCE(selftest_port);			\
	if (unlikely(_port) && is_selftest(skc, _port))			\
		saw(hook);						\
} while (0)

static bool is_selftest(const struct sock_common *skc, u16 port)
{
	return net_eq(read_pnet(&skc->skc_net), &init_net) &&
	       skc->skc_family == AF_INET &&
	       skc->skc_daddr == htonl(INADDR_LOOPBACK) &&
	       (ntohs(skc->skc_dport) == port || skc->skc_num == port);
}

/*
 * Some namespace has, or had, a length of its own: as long as none ever had,
 * nothing is looked up.
 */
static DEFINE_STATIC_KEY_FALSE(tuning_key);

static __always_inline bool is_tuning(void)
{
	return static_branch_unlikely(&tuning_key);
}

/**
 * struct wish - what is asked of one TIME_WAIT; each setting is read once
 * @time_wait_ms: of its namespace
 * @guard: of its namespace
 * @own: the kernel's own length, ticks
 */
struct wish {
	unsigned int time_wait_ms;
	bool guard;
	u32 own;
};

static struct wish wish_of(const struct inet_timewait_sock *tw, u32 own)
{
	const struct tcs_net *tn = tcs_net_of(twsk_net(tw));

	return (struct wish){
		.time_wait_ms = READ_ONCE(tn->time_wait_ms),
		.guard = READ_ONCE(tn->time_wait_guard),
		.own = own,
	};
}

/* @floor: ticks, 0: unknown */
static struct tcs_length length_of(const struct inet_timewait_sock *tw,
				   const struct wish *wish, u32 floor)
{
	return tcs_length(wish->time_wait_ms, wish->guard,
			  tcp_twsk((const struct sock *)tw)->tw_ts_recent_stamp,
			  jiffies_to_msecs(floor), jiffies_to_msecs(wish->own));
}

/*
 * Where the CPU that counts jiffies stands still, as those of virtual machines do, jiffies falls
 * behind, and a timer fires early by as much. One tick has always begun.
 */
static unsigned int ticks_behind(void)
{
	const u64 ticked = ktime_get_coarse_ns();
	const unsigned int ticks = div_u64(ktime_get_ns() - ticked, TICK_NSEC);

	return ticks > 1 ? ticks : 0;
}

/*
 * Of a length that is not the kernel's own. The wheel rounds up, and waits for the tick
 * that has begun (kernel/time/timer.c, calc_index()): armed with so much no timer is early.
 */
static int ticks_of(const struct tcs_length *len)
{
	return len->ms ? msecs_to_jiffies(len->ms) + ticks_behind() : 0;
}

static void count_length(const struct inet_timewait_sock *tw,
			 const struct tcs_length *len)
{
	struct tcs_stats __percpu *stats;

	if (!len->tuned && !len->guarded)
		return;
	stats = tcs_net_of(twsk_net(tw))->stats;
	if (len->tuned)
		tcs_add(stats, TCS_TW_SHORTENED);
	if (len->guarded)
		tcs_add(stats, TCS_TW_GUARDED);
}

static void on_create(struct tcs_args *args, unsigned long caller);
static void on_schedule(struct tcs_args *args, unsigned long caller);
static void on_segment(struct tcs_args *args, unsigned long caller);
static void on_deschedule(struct tcs_args *args, unsigned long caller);
static void on_kill(struct tcs_args *args, unsigned long caller);
static void on_reset(struct tcs_args *args, unsigned long caller);

#ifndef TCS_TEST_CREATE_SYMBOL
#define TCS_TEST_CREATE_SYMBOL TCS_TW_CREATE_SYMBOL
#endif

TCS_HOOK(create_hook, TCS_TEST_CREATE_SYMBOL, "TIME_WAIT's length", on_create);
TCS_HOOK(schedule_hook, "__inet_twsk_schedule", "TIME_WAIT's length",
	 on_schedule);
TCS_HOOK(segment_hook, "tcp_timewait_state_process", "counting FIN_WAIT2",
	 on_segment);
TCS_HOOK(deschedule_hook, "inet_twsk_deschedule_put",
	 "telling how TIME_WAIT ends", on_deschedule);
TCS_HOOK(kill_hook, "inet_twsk_kill", "counting the ends of TIME_WAIT", on_kill);
TCS_HOOK(reset_hook, "tcp_reset", "telling data after close from a RST",
	 on_reset);

/* In the order of attaching: what ends a timewait socket before what makes one. */
static struct tcs_hook *const hooks[] = {
	&kill_hook, &deschedule_hook, &segment_hook, &reset_hook,
	&schedule_hook, &create_hook,
};

static bool needed_to_tune(const struct tcs_hook *hook)
{
	return hook == &create_hook || hook == &schedule_hook;
}

/* A hook is missing, or as good as that. */
static void do_without(const struct tcs_hook *hook, enum tcs_verdict *v)
{
	if (needed_to_tune(hook))
		*v = TCS_IMPOSSIBLE;
	if (hook == &create_hook || hook == &kill_hook)
		tcs_twsk_set_untracked();
}

#ifdef TCS_TW_HASHED_AND_ARMED_AT_ONCE

/*
 * From tune_begin() to schedule_begin(): inet_twsk_hashdance_schedule() may call
 * __inet_twsk_schedule(), where somebody else may have changed the length again.
 */
static DEFINE_PER_CPU(struct given {
	const struct inet_timewait_sock *tw;
	int ticks;
}, given);

/*
 * The length of a TIME_WAIT that begins with a full socket. Preemption is off.
 *
 * Return: ms
 */
static u32 tune_begin(struct tcs_args *args, const struct sock *sk,
		      struct inet_timewait_sock *tw)
{
	const struct wish wish = wish_of(tw, tcs_arg(args, 3));
	const struct tcs_length len = length_of(tw, &wish, tcs_floor(sk));

	this_cpu_write(given.tw, NULL);
	if (len.tuned) {
		const int ticks = ticks_of(&len);

		this_cpu_write(given.ticks, ticks);
		this_cpu_write(given.tw, tw);
		tcs_set_arg(args, 3, ticks);
	}
	count_length(tw, &len);
	return len.ms;
}

static void schedule_begin(struct tcs_args *args,
			   const struct inet_timewait_sock *tw)
{
	if (this_cpu_read(given.tw) == tw)
		tcs_set_arg(args, 1, this_cpu_read(given.ticks));
}

#else

/*
 * From schedule_begin() to tune_begin(), which runs next on the same CPU, with softirqs
 * off: by what the timer was armed.
 */
static DEFINE_PER_CPU(struct armed {
	const struct inet_timewait_sock *tw;
	struct wish wish;
}, armed);

/* The timer is set for the first time. The RTO is out of reach here. */
static void schedule_begin(struct tcs_args *args,
			   const struct inet_timewait_sock *tw)
{
	struct armed *a = this_cpu_ptr(&armed);
	struct tcs_length len;

	a->tw = tw;
	a->wish = wish_of(tw, tcs_arg(args, 1));
	len = length_of(tw, &a->wish, 1);
	if (len.tuned)
		tcs_set_arg(args, 1, ticks_of(&len));
}

static u32 tune_begin(struct tcs_args *args, const struct sock *sk,
		      struct inet_timewait_sock *tw)
{
	const struct armed *a = this_cpu_ptr(&armed);
	struct tcs_length len;

	/* The first length of all was set in between: this one got the kernel's own. */
	if (a->tw != tw)
		return TCS_KERNEL_TIME_WAIT_MS;
	len = length_of(tw, &a->wish, tcs_floor(sk));
	if (len.guarded)
		mod_timer(&tw->tw_timer, jiffies +
			  (len.tuned ? ticks_of(&len) : a->wish.own));
	count_length(tw, &len);
	return len.ms;
}

#endif

/* While the hooks have been tested, or some namespace is tuned, or preemption matters. */
static noinline void create_slow(struct tcs_args *args, const struct sock *sk,
				 struct inet_timewait_sock *tw)
{
	u32 time_wait_ms = TCS_KERNEL_TIME_WAIT_MS;

	SAW(&create_hook, &tw->__tw_common);
	preempt_disable_notrace();
	if (is_tuning() && tw->tw_substate == TCP_TIME_WAIT)
		time_wait_ms = tune_begin(args, sk, tw);
	tcs_twsk_begin_tuned(sk, tw, time_wait_ms);
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
	/* A socket that holds its namespace keeps it alive for tcs_net_of(). */
	if (is_tuning() || unlikely(READ_ONCE(selftest_port)) ||
	    (TCS_TW_CREATE_PREEMPTIBLE && unlikely(!sk->sk_net_refcnt)))
		create_slow(args, sk, tw);
	else
		tcs_twsk_begin(sk, tw);
}

/* A segment starts TIME_WAIT again, or turns FIN_WAIT2 into it. */
static void schedule_again(struct tcs_args *args,
			   struct inet_timewait_sock *tw)
{
	const struct wish wish = wish_of(tw, tcs_arg(args, 1));
	struct tcs_record was;
	struct tcs_length len;
	enum tcs_rearm what;
	long ticks, left;

	what = tcs_twsk_rearm(tw, this_cpu_read(fin_wait2_hit) == tw, &was);
	len = length_of(tw, &wish, was.floor);
	if (len.tuned) {
		ticks = ticks_of(&len);
		/*
		 * With the guard no segment makes a TIME_WAIT shorter than the
		 * kernel's own. Expires may change meanwhile: it is only read.
		 */
		if (what == TCS_REARM_AGAIN && wish.guard && ticks < wish.own) {
			left = READ_ONCE(tw->tw_timer.expires) - jiffies;
			ticks = max(ticks, left);
		}
		tcs_set_arg(args, 1, ticks);
	}
	if (what == TCS_REARM_ENTERED) {
		count_length(tw, &len);
		tcs_twsk_entered(tw, &was, len.ms);
	}
}

static noinline void timer_set(struct tcs_args *args,
			       struct inet_timewait_sock *tw, bool rearm)
{
	/* FIN_WAIT2 keeps the time that tcp_fin_timeout gave it. */
	if (!is_tcp(tw) || READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT)
		return;
	if (!rearm) {
		schedule_begin(args, tw);
		return;
	}
	SAW(&schedule_hook, &tw->__tw_common);
	schedule_again(args, tw);
}

/* __inet_twsk_schedule(tw, timeo, rearm): the timer is set. */
static void notrace on_schedule(struct tcs_args *args, unsigned long caller)
{
	const bool rearm = tcs_arg(args, 2) & 0xff;

	if (rearm || is_tuning())
		timer_set(args, (void *)tcs_arg(args, 0), rearm);
}

/*
 * tcp_timewait_state_process(tw, ...): a segment for a timewait socket, in softirq.
 * Once on_schedule() runs, a FIN has turned FIN_WAIT2 into TIME_WAIT already.
 */
static void notrace on_segment(struct tcs_args *args, unsigned long caller)
{
	const struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);
	const void *hit = NULL;

	SAW(&segment_hook, &tw->__tw_common);
	if (READ_ONCE(tw->tw_substate) == TCP_FIN_WAIT2)
		hit = tw;
	this_cpu_write(fin_wait2_hit, hit);
}

/*
 * inet_twsk_deschedule_put(tw): somebody wants it to end early, with softirqs
 * off. Whether its timer was faster turns out in inet_twsk_kill().
 */
static void notrace on_deschedule(struct tcs_args *args, unsigned long caller)
{
	const struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);

	SAW(&deschedule_hook, &tw->__tw_common);
	this_cpu_write(descheduling.tw, tw);
	this_cpu_write(descheduling.by, tcs_call_site(caller));
}

/* inet_twsk_kill(tw): it ends, this once. */
static void notrace on_kill(struct tcs_args *args, unsigned long caller)
{
	struct inet_timewait_sock *tw = (void *)tcs_arg(args, 0);
	enum tcs_ended_by by = TCS_BY_TIMER;
	int from;

	if (!is_tcp(tw))
		return;
	SAW(&kill_hook, &tw->__tw_common);
	from = tcs_call_site(caller);
	if (from == TCS_BY_DESCHEDULE && this_cpu_read(descheduling.tw) == tw)
		by = this_cpu_read(descheduling.by);
	else if (from == TCS_BY_NETNS)	/* deschedule_put is inlined there */
		by = TCS_BY_NETNS;
	tcs_twsk_end(tw, by);
}

/*
 * tcp_reset(sk): called for a RST, but also for data that comes after the
 * application has closed, or after the peer's own FIN. tcp_validate_incoming() is
 * where the RSTs come from.
 */
static void notrace on_reset(struct tcs_args *args, unsigned long caller)
{
	struct sock *sk = (void *)tcs_arg(args, 0);

	SAW(&reset_hook, &sk->__sk_common);
	if (tcs_closing_state(sk->sk_state) != TCS_NOT_CLOSING &&
	    tcs_call_site(caller) == TCS_BY_DATA)
		tcs_note_leave_anywhere(sk, TCS_NOTE_RESET_WITHOUT_RST);
}

/*
 * Who gives TIME_WAIT its length before us shall have done so when our hooks read and
 * change it.
 */
static bool attach_behind(const struct tcs_hook *hook)
{
	return needed_to_tune(hook) && tcs_tw_timeout_by_module();
}

/**
 * tcs_timewait_attach() - hook TIME_WAIT
 *
 * Process context, sleeps. After tcs_tw_timeout_look(). What cannot be hooked is
 * said once in the log; the module then counts what it can, and tuning is refused
 * where the length is out of reach (tcs_timewait_verdict()).
 */
void tcs_timewait_attach(void)
{
	enum tcs_verdict v = TCS_UNTESTED;
	unsigned int i;

	if (!tcs_tw_timeout_is_free()) {
		tcs_twsk_other_lengths();
		tcs_timewait_tuning();
	}
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		int err = tcs_hook_attach(hooks[i], attach_behind(hooks[i]));

		if (!err)
			continue;
		do_without(hooks[i], &v);
		if (err == -EOPNOTSUPP) {
			pr_warn_once("no function can be hooked on this kernel (it takes kprobes, on x86-64 or arm64): TIME_WAIT can neither be tuned nor followed\n");
			continue;
		}
		if (err == -EBUSY) {
			pr_warn_once("no function can be hooked while kernel.ftrace_enabled is 0: TIME_WAIT can neither be tuned nor followed\n");
			continue;
		}
		pr_warn("cannot hook %s (%d): without it no %s\n",
			hooks[i]->symbol, err, hooks[i]->needed_for);
	}
	WRITE_ONCE(verdict, v);
}

/**
 * tcs_timewait_detach() - take all hooks away
 *
 * Process context, sleeps. What enters TIME_WAIT from now on gets the kernel's
 * 60 s; what is there keeps its time.
 */
void tcs_timewait_detach(void)
{
	unsigned int i = ARRAY_SIZE(hooks);

	while (i--)
		tcs_hook_detach(hooks[i]);
}

/**
 * tcs_timewait_verdict() - whether TIME_WAIT can be tuned on this kernel
 */
enum tcs_verdict tcs_timewait_verdict(void)
{
	return READ_ONCE(verdict);
}

/**
 * tcs_timewait_tuning() - a namespace is about to have a length of its own
 *
 * Process context, sleeps.
 */
void tcs_timewait_tuning(void)
{
	static_branch_enable(&tuning_key);
}

/**
 * tcs_timewait_selftest_begin() - watch out for the self-test's connections
 * @port: of their listener, on 127.0.0.1 in the initial namespace
 */
void tcs_timewait_selftest_begin(u16 port)
{
	WRITE_ONCE(selftest_port, port);
}

static bool all_seen(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i]->attached && !READ_ONCE(hooks[i]->seen))
			return false;
	return true;
}

/**
 * tcs_timewait_selftest_complete() - wait until every hook has run
 * @timeout: ticks to wait at most
 *
 * Process context, sleeps.
 *
 * Return: whether they have.
 */
bool tcs_timewait_selftest_complete(unsigned int timeout)
{
	return wait_event_timeout(selftest_wait, all_seen(), timeout);
}

/**
 * tcs_timewait_selftest_end() - the self-test's connections are over
 * @conclusive: they went the whole way: a hook that did not run never will
 */
void tcs_timewait_selftest_end(bool conclusive)
{
	enum tcs_verdict v = TCS_TESTED;
	unsigned int i;

	WRITE_ONCE(selftest_port, 0);
	if (!conclusive || verdict == TCS_IMPOSSIBLE)
		return;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i]->attached || hooks[i]->seen)
			continue;
		pr_warn("hook on %s never runs on this kernel: without it no %s\n",
			hooks[i]->symbol, hooks[i]->needed_for);
		do_without(hooks[i], &v);
	}
	WRITE_ONCE(verdict, v);
}
