/* SPDX-License-Identifier: GPL-2.0 */
/* How old the state of a socket is, from what the kernel reports. Pure. */
#ifndef CLOSESTAT_SOCK_AGE_H
#define CLOSESTAT_SOCK_AGE_H

#include "sockdiag.h"

/**
 * sock_age_ms - for how long at least a socket has been in its state, as far as that shows
 * @sock: which
 * @time_wait_ms: the length that TIME_WAIT has
 * @fin_timeout_ms: the length that FIN_WAIT2 after close() has
 *
 * The last segment that came or went bounds the time in the state from below; what is left of its
 * time tells that of a timewait socket.
 *
 * Return: milliseconds, 0 where nothing is known.
 */
u64 sock_age_ms(const struct sock *sock, u64 time_wait_ms, u64 fin_timeout_ms);

#endif
