/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing of a connection while it has a full socket, from the first FIN
 * on: each step's changes to the counts, the close record and the histograms. The
 * part with a timewait socket is in twsk.h.
 */
#ifndef TCS_CONN_H
#define TCS_CONN_H

#include <linux/types.h>

struct sock;

void tcs_conn_state(void *data, const struct sock *sk, const int old,
		    const int new);

#endif /* TCS_CONN_H */
