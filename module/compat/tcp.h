/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP's own state through the versions.
 *
 *  - That connect() was put off until there are data to go with the SYN
 *    (TCP_FASTOPEN_CONNECT) is a bit of struct inet_sock; from 6.6 on one of its inet_flags.
 */
#ifndef TCS_COMPAT_TCP_H
#define TCS_COMPAT_TCP_H

#include <net/inet_sock.h>

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

#endif /* TCS_COMPAT_TCP_H */
