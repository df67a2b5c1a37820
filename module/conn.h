/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing of a connection while it has a full socket, from the first FIN
 * on: what every step changes in the counts, in the close record and in the
 * histograms. What follows with a timewait socket: twsk.h.
 */
#ifndef TCS_CONN_H
#define TCS_CONN_H

#include <linux/types.h>

struct sock;

void tcs_conn_state(void *data, const struct sock *sk, const int old,
		    const int new);

#endif /* TCS_CONN_H */
