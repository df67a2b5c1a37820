/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing of a connection while it has a full socket, from the first FIN
 * on: what every step changes in the counts, in the close record and in the
 * histograms. How it goes on with a mini-socket: mini.h.
 */
#ifndef TCS_CONN_H
#define TCS_CONN_H

#include "compat/kernel.h"

#include <linux/types.h>
#include <net/tcp_states.h>

struct sock;

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

void tcs_conn_change(struct sock *sk, int old, int new);
void tcs_conn_close(struct sock *sk, int old);

#endif /* TCS_CONN_H */
