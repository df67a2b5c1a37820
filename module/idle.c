// SPDX-License-Identifier: GPL-2.0
/* How long a connection was idle, see idle.h. To the tick: that is how TCP notes times. */
#include "idle.h"

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "compat/tcp.h"
#include "details.h"
#include "records.h"

/**
 * tcs_idle() - since data last went by, either way, what was sent again included
 * @sk: the socket, locked by the kernel
 *
 * Return: us
 */
s64 tcs_idle(const struct sock *sk)
{
	const u32 sent = tcp_jiffies32 - tcp_sk(sk)->lsndtime;
	const u32 received = tcp_jiffies32 - inet_csk(sk)->icsk_ack.lrcvtime;

	return (u64)min(sent, received) * (USEC_PER_SEC / HZ);
}

/**
 * tcs_idle_before() - how long a connection had been idle when its first FIN went by
 * @sk: the socket, locked by the kernel
 * @first: when that was, us, CLOCK_MONOTONIC, or TCS_BEFORE
 * @now: the time
 *
 * Return: us, TCS_UNKNOWN where @first is not known.
 */
s64 tcs_idle_before(const struct sock *sk, u64 first, u64 now)
{
	const u64 idle = tcs_idle(sk);

	if (first == TCS_BEFORE || first > now)
		return TCS_UNKNOWN;
	return idle > now - first ? idle - (now - first) : 0;
}

/* Since anything last came from the peer, us. */
static u64 since_heard(const struct sock *sk)
{
	const u32 acked = tcp_jiffies32 - tcp_sk(sk)->rcv_tstamp;
	const u32 received = tcp_jiffies32 - inet_csk(sk)->icsk_ack.lrcvtime;

	return (u64)min(acked, received) * (USEC_PER_SEC / HZ);
}

/**
 * tcs_idle_before_timeout() - how long the peer had been silent before the segment went out
 *	that it did not answer
 * @sk: the socket, locked by the kernel
 * @now: us, CLOCK_MONOTONIC
 *
 * Return: us
 */
s64 tcs_idle_before_timeout(const struct sock *sk, u64 now)
{
	const u64 heard = since_heard(sk);
	const u64 sent = tcs_retransmitting_us(tcp_sk(sk), now);

	return heard > sent ? heard - sent : 0;
}
