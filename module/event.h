/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every event of a closing connection does: find out where it counts, see
 * to the close record, book durations and the end.
 *
 * All of it runs at every close and is inlined, so that it stays in registers;
 * what is switched seldom is a static key. Everything here but the switches is
 * called by the callback of a tracepoint or by a hook, see tcs_net_of().
 */
#ifndef TCS_EVENT_H
#define TCS_EVENT_H

#include "compat/kernel.h"

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "fault_inject.h"
#include "classify.h"
#include "counters.h"
#include "pernet.h"
#include "records.h"
#include "trace.h"

/* Nothing counts before the hooks were tested. */
DECLARE_STATIC_KEY_FALSE(tcs_counting_key);

/*
 * While the sockets that were closing before the module came are collected,
 * every socket gets a record, and one without is not in the gauges yet. After
 * that every closing socket is in the gauges, whether it has a record or not.
 */
DECLARE_STATIC_KEY_FALSE(tcs_baseline_key);

/*
 * Timewait sockets cannot be followed on this kernel: they are in no gauge and have
 * no record.
 */
DECLARE_STATIC_KEY_FALSE(tcs_twsk_untracked_key);

/*
 * All is as usual: it counts, the baseline is over, timewait sockets are followed. One
 * switch for what every event would ask three.
 */
DECLARE_STATIC_KEY_FALSE(tcs_usual_key);

void tcs_counting(bool on);
void tcs_twsk_set_untracked(void);
void tcs_baseline_begin(void);
int tcs_baseline_end(void);
void tcs_baseline_fail(void);
void tcs_trace_end(const struct sock_common *skc, u16 sport,
		   const struct tcs_record *rec, struct tcs_end end,
		   u32 time_wait_ms);

static __always_inline bool tcs_is_counting(void)
{
	return static_branch_likely(&tcs_counting_key);
}

static __always_inline bool tcs_in_baseline(void)
{
	return static_branch_unlikely(&tcs_baseline_key);
}

static __always_inline bool tcs_twsk_is_untracked(void)
{
	return static_branch_unlikely(&tcs_twsk_untracked_key);
}

static __always_inline bool tcs_is_usual(void)
{
	return static_branch_likely(&tcs_usual_key);
}

struct tcs_record *tcs_new_record(struct tcs_stats __percpu *stats);

/**
 * tcs_drop_record() - free a timewait socket's record, counted
 * @stats: of the connection's namespace
 * @rec: in no list
 */
static __always_inline void tcs_drop_record(struct tcs_stats __percpu *stats,
					    struct tcs_record *rec)
{
	if (!TCS_FAULT_LEAK)
		tcs_record_free(rec);
	tcs_add(stats, TCS_RECORD_FREED);
}

/**
 * tcs_end_own_record() - let a bucket's own record go, counted
 * @stats: of the connection's namespace
 * @rec: of tcs_records_claim()
 */
static __always_inline void tcs_end_own_record(struct tcs_stats __percpu *stats,
					       struct tcs_record *rec)
{
	tcs_add(stats, TCS_RECORD_FREED);
	tcs_records_release(rec);
}

/**
 * tcs_end_record() - let a full socket's record go, counted
 * @stats: of the connection's namespace
 * @rec: of tcs_records_get()
 */
static __always_inline void tcs_end_record(struct tcs_stats __percpu *stats,
					   struct tcs_record *rec)
{
	if (unlikely(rec->chained)) {
		tcs_add(stats, TCS_RECORD_FREED);
		tcs_records_unchain(rec);
	} else {
		tcs_end_own_record(stats, rec);
	}
}

/**
 * tcs_now() - the time
 *
 * Return: us, CLOCK_MONOTONIC
 */
static __always_inline u64 tcs_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/**
 * tcs_now_of() - the time when the segment came that a full socket processes
 * @sk: the socket
 *
 * TCP has looked at its clock for that (tcp_mstamp_refresh()), which saves doing so
 * again.
 *
 * Return: us, CLOCK_MONOTONIC
 */
static __always_inline u64 tcs_now_of(const struct sock *sk)
{
	return tcp_sk(sk)->tcp_mstamp;
}

/* Return: whether it is known how long it was; a clock that went back stood still. */
static __always_inline bool tcs_between(u64 from, u64 to, u64 *us)
{
	if (unlikely(check_sub_overflow(to, from, us))) {
		*us = 0;
		return from != TCS_BEFORE;
	}
	return true;
}

static __always_inline void tcs_account_state(const struct tcs_net *tn,
					      struct tcs_record *rec,
					      enum tcs_state state, u64 now,
					      bool keep)
{
	u64 us;

	if (!tcs_between(rec->since, now, &us))
		return;
	*tcs_record_spent(rec, state) = us;
	if (likely(keep))
		tcs_hist_add(tn->stats, state, us);
}

static __always_inline void tcs_account_close(const struct tcs_net *tn,
					      const struct tcs_record *rec,
					      u64 now, bool keep)
{
	u64 us;

	if (tcs_between(rec->first, now, &us) && likely(keep))
		tcs_hist_add(tn->stats, TCS_HIST_CLOSE, us);
}

/**
 * tcs_account() - a record leaves its state: book the time it was in there
 * @tn: of the connection's namespace
 * @rec: the record, the caller's or in a bucket that is locked
 * @state: the state, which is also in @rec
 * @now: us, CLOCK_MONOTONIC
 */
static __always_inline void tcs_account(const struct tcs_net *tn,
					struct tcs_record *rec,
					enum tcs_state state, u64 now)
{
	tcs_account_state(tn, rec, state, now, READ_ONCE(tn->histograms));
}

/**
 * tcs_account_last() - a connection ends: the same, and the time since it began to close
 * @tn: of its namespace
 * @rec: its record
 * @state: the state, which is also in @rec
 * @now: us, CLOCK_MONOTONIC
 */
static __always_inline void tcs_account_last(const struct tcs_net *tn,
					     struct tcs_record *rec,
					     enum tcs_state state, u64 now)
{
	const bool keep = READ_ONCE(tn->histograms);

	tcs_account_state(tn, rec, state, now, keep);
	tcs_account_close(tn, rec, now, keep);
}

/**
 * tcs_end_connection() - one connection ended: one count, at most one duration,
 * one trace event
 * @tn: of its namespace
 * @skc: the socket or timewait socket
 * @sport: its port
 * @rec: its record, or NULL
 * @end: how; nothing happens when it is TCS_ENDED_NOT
 * @now: us, CLOCK_MONOTONIC; means something with @rec only
 * @time_wait_ms: the length given, 0 where there is no TIME_WAIT
 */
static __always_inline void tcs_end_connection(const struct tcs_net *tn,
					       const struct sock_common *skc,
					       __be16 sport,
					       const struct tcs_record *rec,
					       struct tcs_end end, u64 now,
					       u32 time_wait_ms)
{
	if (end.ended == TCS_ENDED_NOT)
		return;
	if (end.ended == TCS_ENDED_RST_SENT)
		tcs_add(tn->stats, TCS_RST + end.rst);
	else
		tcs_add(tn->stats, TCS_ENDED + end.ended);

	if (rec)
		tcs_account_close(tn, rec, now, READ_ONCE(tn->histograms));
	if (trace_tcp_close_enabled())
		tcs_trace_end(skc, ntohs(sport), rec, end, time_wait_ms);
}

#endif /* TCS_EVENT_H */
