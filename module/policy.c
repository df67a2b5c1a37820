// SPDX-License-Identifier: GPL-2.0
/* How long a TIME_WAIT is to last, see policy.h. */
#include "policy.h"

/**
 * tcs_length() - the length of a TIME_WAIT
 * @time_wait_ms: the namespace's setting
 * @guard: whether the namespace wants the guard
 * @timestamps: the connection uses TCP timestamps, so that PAWS refuses old
 *	duplicates (RFC 7323, section 5) where TIME_WAIT no longer does
 * @floor_ms: 3.5 x RTO of the connection: long enough for a repeated FIN to be
 *	answered (net/ipv4/inet_timewait_sock.c, __inet_twsk_schedule());
 *	0: unknown
 * @own_ms: the kernel's own length for this TIME_WAIT
 *
 * The guard never makes it longer than the kernel's own.
 *
 * Return: the length.
 */
struct tcs_length tcs_length(unsigned int time_wait_ms, bool guard,
			     bool timestamps, unsigned int floor_ms,
			     unsigned int own_ms)
{
	struct tcs_length len = { .ms = time_wait_ms };

	if (time_wait_ms == TCS_KERNEL_TIME_WAIT_MS) {
		len.ms = own_ms;
	} else if (guard && time_wait_ms < own_ms) {
		if (!floor_ms)
			floor_ms = TCS_FLOOR_UNKNOWN_MS;
		if (!timestamps || floor_ms > own_ms)
			floor_ms = own_ms;
		if (time_wait_ms < floor_ms) {
			len.ms = floor_ms;
			len.guarded = true;
		}
	}
	len.tuned = len.ms != own_ms;
	return len;
}
