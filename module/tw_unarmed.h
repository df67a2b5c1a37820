/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timewait sockets that get their length later, as their timer is not armed yet.
 *
 * inet_twsk_hashdance_schedule() makes a timewait socket visible before it arms its timer. A
 * FIN for one in FIN_WAIT2 that another CPU processes in between sets a timer that is not
 * pending, which mod_timer_pending() in __inet_twsk_schedule() leaves alone: the TIME_WAIT
 * lasts for what FIN_WAIT2 was given, tcp_fin_timeout.
 */
#ifndef TCS_TW_UNARMED_H
#define TCS_TW_UNARMED_H

#include <linux/timer.h>
#include <net/inet_timewait_sock.h>

#include "compat/inet_twsk.h"

#ifdef TCS_TW_HASHED_AND_ARMED_AT_ONCE

static inline bool tcs_is_unarmed(const struct inet_timewait_sock *tw)
{
	return !timer_pending(&tw->tw_timer);
}

void tcs_unarmed_add(struct inet_timewait_sock *tw, int ticks);
void tcs_unarmed_exit(void);

#else /* The timer is armed first. */

static inline bool tcs_is_unarmed(const struct inet_timewait_sock *tw)
{
	return false;
}

static inline void tcs_unarmed_add(struct inet_timewait_sock *tw, int ticks)
{
}

static inline void tcs_unarmed_exit(void)
{
}

#endif

#endif /* TCS_TW_UNARMED_H */
