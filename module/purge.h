/* SPDX-License-Identifier: GPL-2.0 */
/* Ending TIME_WAITs by hand. */
#ifndef TCS_PURGE_H
#define TCS_PURGE_H

#include <linux/types.h>

struct inet_timewait_sock;
struct net;

struct inet_timewait_sock *
tcs_time_wait_next(struct net *net,
		   bool (*match)(const struct inet_timewait_sock *tw),
		   unsigned int *slot);
int tcs_purge(struct net *net,
	      bool (*match)(const struct inet_timewait_sock *tw));

#endif /* TCS_PURGE_H */
