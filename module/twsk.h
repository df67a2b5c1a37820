/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing of a connection once its socket has become a timewait socket: in
 * FIN_WAIT2 when the application is gone, and in TIME_WAIT. Each step's changes to
 * the counts, the close record and the histograms.
 */
#ifndef TCS_TWSK_H
#define TCS_TWSK_H

#include <linux/tcp.h>
#include <linux/types.h>
#include <net/tcp.h>

#include "policy.h"

struct inet_timewait_sock;
struct tcs_record;

/* What ended a timewait socket. */
enum tcs_ended_by {
	TCS_BY_TIMER,
	TCS_BY_SEGMENT,		/* a RST, in tcp_timewait_state_process() */
	TCS_BY_RECEIVE,		/* tcp_v4_rcv(), tcp_v6_rcv(): SYN, late data */
	TCS_BY_SYN,		/* the same: a SYN that found FIN_WAIT2 */
	TCS_BY_CONNECT,		/* a new connection of ours, or a proxied one */
	TCS_BY_NETNS,		/* the namespace dies */
	TCS_BY_HAND,		/* time_wait_purge, ss -K */
};

/* The state of a timewait socket that was hit by a segment. */
enum tcs_rearm {
	TCS_REARM_NONE,		/* another CPU has seen to it */
	TCS_REARM_BEGUN,	/* FIN in FIN_WAIT2, and timewait sockets are not followed */
	TCS_REARM_ENTERED,	/* FIN in FIN_WAIT2: TIME_WAIT begins */
	TCS_REARM_AGAIN,	/* TIME_WAIT starts again */
};

/**
 * tcs_floor() - the guard's minimum for TIME_WAIT
 * @sk: the full socket that it begins with
 *
 * As tcp_time_wait() computes it (net/ipv4/tcp_minisocks.c): 3.5 times the RTO. All of
 * TIME_WAIT where the peer sends no timestamps, although it may look as if it did:
 * those of the connection before are inherited (tcp_twsk_unique()).
 *
 * Return: ticks
 */
static inline u32 tcs_floor(const struct sock *sk)
{
	const u32 rto = inet_csk(sk)->icsk_rto;

	if (!tcp_sk(sk)->rx_opt.tstamp_ok)
		return TCP_TIMEWAIT_LEN;
	return (rto << 2) - (rto >> 1);
}

void tcs_twsk_other_lengths(void);
void tcs_twsk_begin(const struct sock *sk, const struct inet_timewait_sock *tw,
		    struct tcs_length len);

/* The length of a TIME_WAIT that begins with such a record. Called with a lock held. */
typedef struct tcs_length tcs_length_fn(const struct inet_timewait_sock *tw,
					const struct tcs_record *rec,
					const void *arg);

enum tcs_rearm tcs_twsk_rearm(struct inet_timewait_sock *tw, bool was_fin_wait2,
			      struct tcs_record *was, tcs_length_fn *length,
			      const void *arg);
void tcs_twsk_entered(struct inet_timewait_sock *tw,
		      const struct tcs_record *was, u32 time_wait_ms);
void tcs_twsk_end(struct inet_timewait_sock *tw, enum tcs_ended_by by);

#endif /* TCS_TWSK_H */
