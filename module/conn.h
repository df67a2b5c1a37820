/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing of a connection, from the first FIN to its end: what every step
 * changes in the counts, in the close record and in the histograms.
 */
#ifndef TCS_CONN_H
#define TCS_CONN_H

#include "compat/kernel.h"

#include <linux/in6.h>
#include <linux/types.h>
#include <net/tcp_states.h>

#include "classify.h"
#include "counters.h"

struct inet_timewait_sock;
struct sock;
struct sock_common;
struct tcs_record;

/* What the trace event says of a connection that ended. */
struct tcs_close {
	u32 netns;
	u16 family;
	u16 sport;
	u16 dport;
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct tcs_end end;
	u64 spent_us[TCS_TIME_WAIT];
	u32 time_wait_ms;
};

/* Who took a mini-socket's life. */
enum tcs_killer {
	TCS_BY_TIMER,
	TCS_BY_SEGMENT,		/* a RST, in tcp_timewait_state_process() */
	TCS_BY_RECEIVE,		/* tcp_v4_rcv(), tcp_v6_rcv(): SYN, late data */
	TCS_BY_CONNECT,		/* a new connection of ours, or a proxied one */
	TCS_BY_NETNS,		/* the namespace dies */
	TCS_BY_HAND,		/* time_wait_purge, ss -K */
};

/* What a mini-socket that is hit by a segment turned out to be. */
enum tcs_rearm {
	TCS_REARM_NONE,		/* another CPU has seen to it */
	TCS_REARM_ENTERED,	/* FIN in FIN_WAIT2: TIME_WAIT begins */
	TCS_REARM_AGAIN,	/* TIME_WAIT starts again */
};

/**
 * tcs_conn_cares() - whether a change to a state means anything here
 * @tcp_state: the new state
 */
static inline bool tcs_conn_cares(int tcp_state)
{
	return (1U << tcp_state) &
	       (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING |
		TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSE);
}

void tcs_conn_counting(bool on);
void tcs_conn_blind(void);
void tcs_conn_baseline_begin(void);
int tcs_conn_baseline_end(void);

void tcs_conn_change(struct sock *sk, int old, int new);
void tcs_conn_to_mini(struct sock *sk, struct inet_timewait_sock *tw,
		      u32 floor, u32 time_wait_ms);
enum tcs_rearm tcs_conn_mini_rearm(struct inet_timewait_sock *tw,
				   bool was_fin_wait2,
				   struct tcs_record *was);
void tcs_conn_mini_entered(struct inet_timewait_sock *tw,
			   const struct tcs_record *was, u32 time_wait_ms);
void tcs_conn_mini_end(struct inet_timewait_sock *tw, enum tcs_killer by);
bool tcs_conn_adopt(const struct sock_common *key, enum tcs_state state,
		    struct tcs_stats __percpu *stats, struct tcs_record *fresh);

#endif /* TCS_CONN_H */
