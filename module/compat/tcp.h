/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's own state through the versions.
 *
 *  - That connect() was put off until there are data to go with the SYN
 *    (TCP_FASTOPEN_CONNECT) is a bit of struct inet_sock; from 6.6 on one of its inet_flags.
 *  - When the segment went out that is sent again (retrans_stamp) is in ms; from 6.7 on in us
 *    where a route asks for that.
 *  - tcp_reset() is given the segment that it is called for, in 5.10 not yet.
 */
#ifndef TCS_COMPAT_TCP_H
#define TCS_COMPAT_TCP_H

#include <linux/math64.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/time64.h>
#include <net/inet_sock.h>

#include "hook.h"

/**
 * tcs_connect_deferred() - whether connect() was put off
 * @sk: a TCP socket, locked
 */
static inline bool tcs_connect_deferred(const struct sock *sk)
{
#ifdef inet_test_bit
	return inet_test_bit(DEFER_CONNECT, sk);
#else
	return inet_sk(sk)->defer_connect;
#endif
}

/**
 * tcs_retransmitting_us() - since when the oldest segment has not been acknowledged
 * @tp: the socket, locked
 * @now: us, CLOCK_MONOTONIC
 *
 * Return: us since it first went out, if it was sent again; 0 if not.
 */
static inline u64 tcs_retransmitting_us(const struct tcp_sock *tp, u64 now)
{
	if (!tp->retrans_stamp)
		return 0;
#ifdef TCS_HAVE_TCP_USEC_TS
	if (tp->tcp_usec_ts)
		return (u32)now - tp->retrans_stamp;
#endif
	return (u64)((u32)div_u64(now, USEC_PER_MSEC) - tp->retrans_stamp) * USEC_PER_MSEC;
}

/**
 * tcs_reset_segment() - the segment that tcp_reset() is called for
 * @args: of tcp_reset()
 *
 * Return: NULL where the kernel does not say.
 */
static inline const struct sk_buff *tcs_reset_segment(struct tcs_args *args)
{
#ifdef TCS_HAVE_TCP_RESET_SKB
	return (void *)tcs_arg(args, 1);
#else
	return NULL;
#endif
}

#endif /* TCS_COMPAT_TCP_H */
