/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps that all events of a closing connection are made of: its close record
 * begins, moves to the next state and ends, durations are accounted, the end is counted
 * and traced. Shared by the fast path and the slow path.
 *
 * Everything here but the switches is called by the callback of a tracepoint or by a hook,
 * see tcs_net_of().
 */
#ifndef TCS_EVENT_H
#define TCS_EVENT_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "classify.h"
#include "counters.h"
#include "details.h"
#include "pernet.h"
#include "records.h"
#include "trace.h"

/* Nothing counts before the hooks were tested. */
#define TCS_MODE_COUNTING	1U

/*
 * While the sockets that were closing before the module came are collected,
 * every socket gets a record, and one without is not in the gauges yet. After
 * that every closing socket is in the gauges, whether it has a record or not.
 */
#define TCS_MODE_BASELINE	2U

/*
 * Timewait sockets cannot be followed on this kernel: they are in no gauge and have
 * no record.
 */
#define TCS_MODE_TWSK_UNTRACKED	4U

/*
 * TCS_MODE_..., and a switch that is on where it is TCS_MODE_COUNTING alone, which is nearly
 * always. A static key for each would not do: the places that ask for it change one after the
 * other, and a connection whose FIN is counted by one of them could come to its end by another
 * that does not count yet. This changes for all at once.
 */
extern unsigned int tcs_mode;
DECLARE_STATIC_KEY_FALSE(tcs_steady_key);

/*
 * The fast path may be taken: tcs_steady_key is on, and nobody listens to the trace event, or
 * somebody does; see fastpath.h.
 */
DECLARE_STATIC_KEY_FALSE(tcs_fastpath_key);
DECLARE_STATIC_KEY_FALSE(tcs_fastpath_traced_key);

void tcs_counting(bool on);
void tcs_twsk_set_untracked(void);
void tcs_baseline_begin(void);
int tcs_baseline_end(void);
void tcs_baseline_fail(void);

struct tcs_record *tcs_new_record(struct tcs_stats __percpu *stats);
void tcs_end_record(struct tcs_stats __percpu *stats, struct tcs_record *rec);
struct tcs_record *tcs_adopt(const struct tcs_net *tn,
			     const struct sock_common *key, enum tcs_state state);
void tcs_record_begin(const struct tcs_net *tn, const struct sock *sk,
		      unsigned int new);
void tcs_record_move(const struct tcs_net *tn, const struct sock *sk,
		     struct tcs_record *rec, unsigned int new);
void tcs_record_end(const struct tcs_net *tn, const struct sock *sk,
		    struct tcs_record *rec, enum tcs_state state);
void tcs_end_traced(const struct tcs_net *tn, const struct sock *sk,
		    struct tcs_record *rec, enum tcs_ended ended, u32 time_wait_ms);
void tcs_account(const struct tcs_net *tn, struct tcs_record *rec,
		 enum tcs_state state, u64 now);
void tcs_account_close(const struct tcs_net *tn, const struct tcs_record *rec,
		       u64 now);
void tcs_count_end(const struct tcs_net *tn, struct tcs_end end);
void tcs_addresses(const struct sock_common *skc, struct in6_addr *saddr,
		   struct in6_addr *daddr);
void tcs_trace_end(const struct sock_common *skc, __be16 sport,
		   const struct tcs_record *rec, struct tcs_end end,
		   u32 time_wait_ms, const struct tcs_told *told);
void tcs_end_connection(const struct tcs_net *tn, const struct sock_common *skc,
			__be16 sport, const struct tcs_record *rec,
			struct tcs_end end, u64 now, u32 time_wait_ms,
			const struct tcs_told *told);

static inline bool tcs_is_counting(void)
{
	return static_branch_likely(&tcs_steady_key) ||
	       READ_ONCE(tcs_mode) & TCS_MODE_COUNTING;
}

static inline bool tcs_in_baseline(void)
{
	return !static_branch_likely(&tcs_steady_key) &&
	       READ_ONCE(tcs_mode) & TCS_MODE_BASELINE;
}

static inline bool tcs_twsk_is_untracked(void)
{
	return !static_branch_likely(&tcs_steady_key) &&
	       READ_ONCE(tcs_mode) & TCS_MODE_TWSK_UNTRACKED;
}

/**
 * tcs_now() - the time
 *
 * Return: us, CLOCK_MONOTONIC
 */
static inline u64 tcs_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/**
 * tcs_now_of() - when the segment arrived that a full socket processes
 * @sk: the socket
 *
 * TCP has read its clock for that (tcp_mstamp_refresh()), which saves reading it again.
 *
 * Return: us, CLOCK_MONOTONIC
 */
static inline u64 tcs_now_of(const struct sock *sk)
{
	return tcp_sk(sk)->tcp_mstamp;
}

#endif /* TCS_EVENT_H */
