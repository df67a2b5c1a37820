/* SPDX-License-Identifier: GPL-2.0 */
/* How long a connection was idle before it ended, as far as its socket tells. */
#ifndef TCS_IDLE_H
#define TCS_IDLE_H

#include <linux/types.h>

struct sock;

s64 tcs_idle(const struct sock *sk);
s64 tcs_idle_before(const struct sock *sk, u64 first, u64 now);
s64 tcs_idle_before_timeout(const struct sock *sk, u64 now);

#endif /* TCS_IDLE_H */
