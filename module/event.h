/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps that all events of a closing connection are made of: its close record
 * begins, moves to the next state and ends, durations are accounted, the end is counted
 * and traced. Shared by the fast path and the slow path.
 *
 * Everything here is called by the callback of a tracepoint or by a hook, see tcs_net_of().
 */
#ifndef TCS_EVENT_H
#define TCS_EVENT_H

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "classify.h"
#include "counters.h"
#include "details.h"
#include "mode.h"
#include "pernet.h"
#include "records.h"

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

/**
 * tcs_fin_is_missing() - whether there was no memory for our FIN
 * @sk: the socket, locked by the kernel, in LAST_ACK
 * @rec: its record
 *
 * tcp_close_state() changes the state, tcp_send_fin() gives up where it gets no memory
 * (net/ipv4/tcp_output.c), and then everything that was sent may be acknowledged.
 */
static __always_inline bool tcs_fin_is_missing(const struct sock *sk,
					       const struct tcs_record *rec)
{
	return rec->before_fin == tcp_sk(sk)->write_seq;
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
