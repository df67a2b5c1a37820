/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TIME_WAIT's own API through the versions. Vendors mix them: late 5.14 kernels of RHEL 9
 * hash and arm at once.
 *
 *  - net->ipv4.tcp_death_row is a struct, but from 5.18 to 6.0 a pointer;
 *  - up to 6.10 a timewait socket is armed by inet_twsk_schedule(tw, timeo), then
 *    hashed by inet_twsk_hashdance(tw, sk, hashinfo), in one section with
 *    softirqs off; from 6.11 on inet_twsk_hashdance_schedule(tw, sk, hashinfo,
 *    timeo) does both.
 */
#ifndef TCS_COMPAT_INET_TWSK_H
#define TCS_COMPAT_INET_TWSK_H

#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#ifdef TCS_HAVE_TWSK_HASHDANCE_SCHEDULE
#define TCS_TW_HASHED_AND_ARMED_AT_ONCE
#define TCS_TW_CREATE_SYMBOL "inet_twsk_hashdance_schedule"
/* It switches softirqs off itself, after its entry. */
#define TCS_TW_CREATE_PREEMPTIBLE	true
#else
#define TCS_TW_CREATE_SYMBOL "inet_twsk_hashdance"
#define TCS_TW_CREATE_PREEMPTIBLE	false
#endif

static inline struct inet_timewait_death_row *tcs_death_row(struct net *net)
{
	struct inet_timewait_death_row *dr =
		__builtin_choose_expr(__same_type(net->ipv4.tcp_death_row, dr),
				      net->ipv4.tcp_death_row,
				      &net->ipv4.tcp_death_row);

	return dr;
}

#endif /* TCS_COMPAT_INET_TWSK_H */
