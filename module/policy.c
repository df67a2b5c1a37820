// SPDX-License-Identifier: GPL-2.0
/* How long a TIME_WAIT is to last, see policy.h. */
#include "policy.h"

#include "compat/timer_wheel.h"

/**
 * tcs_length() - the length of a TIME_WAIT
 * @time_wait_ms: what the namespace asks for
 * @guard: whether the namespace wants the guard
 * @timestamps: the connection uses TCP timestamps, so that PAWS refuses old
 *	duplicates (RFC 7323, section 5) where TIME_WAIT no longer does
 * @floor_ms: 3.5 x RTO of the connection: long enough for a repeated FIN to be
 *	answered (net/ipv4/inet_timewait_sock.c, __inet_twsk_schedule());
 *	0: unknown
 *
 * The guard never makes it longer than the kernel's own.
 *
 * Return: the length.
 */
struct tcs_length tcs_length(unsigned int time_wait_ms, bool guard,
			     bool timestamps, unsigned int floor_ms)
{
	struct tcs_length len = { .ms = time_wait_ms };

	if (guard && time_wait_ms < TCS_KERNEL_TIME_WAIT_MS) {
		if (!floor_ms)
			floor_ms = TCS_FLOOR_UNKNOWN_MS;
		if (!timestamps || floor_ms > TCS_KERNEL_TIME_WAIT_MS)
			floor_ms = TCS_KERNEL_TIME_WAIT_MS;
		if (time_wait_ms < floor_ms) {
			len.ms = floor_ms;
			len.guarded = true;
		}
		len.floor_ms = floor_ms;
	}
	len.tuned = len.ms != TCS_KERNEL_TIME_WAIT_MS;
	return len;
}

/**
 * tcs_timer_ticks() - what to arm a timer with to end nearest to a length
 * @ticks: the length
 * @floor_ticks: the timer must not fire earlier than this
 * @now: jiffies
 *
 * A timer fires at the first boundary of its bucket after it expired, up to an
 * eighth late. Where that is more than 5 % of the length, the boundary before
 * is taken.
 *
 * Return: ticks from @now for mod_timer().
 */
unsigned int tcs_timer_ticks(unsigned int ticks, unsigned int floor_ticks,
			     unsigned long now)
{
	const unsigned int shift = tcs_wheel_shift(ticks);
	const unsigned long end = now + ticks;
	const unsigned long after = ((end >> shift) + 1) << shift;
	const unsigned long before = after - (1UL << shift);

	if (after - end <= ticks / 20 || !shift ||
	    before < now + (floor_ticks ? floor_ticks : 1))
		return ticks;
	return before - 1 - now;
}
