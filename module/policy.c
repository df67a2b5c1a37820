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
		len.floor_ms = floor_ms;
	}
	len.tuned = len.ms != own_ms;
	return len;
}

/*
 * A timer is armed a moment after jiffies was read, and a tick, or a virtual machine
 * that stands still, may come between. So many ticks are to make no difference.
 */
#define MAY_PASS	8

/*
 * What to arm a timer with for it to fire at a boundary: not with the last tick of the
 * bucket before it, where one more would be the next bucket, an eighth later.
 */
static unsigned int ticks_to_boundary(unsigned long boundary, unsigned long now)
{
	const unsigned int ticks = boundary - 1 - now;
	const unsigned int shift = tcs_wheel_shift(ticks);
	const unsigned int half = (1U << shift) / 2;
	const unsigned int wanted = half < MAY_PASS ? half : MAY_PASS;
	const unsigned int room = ticks - tcs_wheel_start(shift);

	if (!shift)
		return ticks;
	if (room >= wanted)
		return ticks - wanted;
	/* Without any room: one of the narrower buckets. */
	return ticks - (room ? room : 1);
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
	unsigned int set;

	if (!shift)
		return ticks;
	/* Aimed at, it may fire a tick before the boundary. */
	if (after - end > ticks / 20 && before - now > floor_ticks + 1UL)
		return ticks_to_boundary(before, now);
	set = ticks_to_boundary(after, now);
	return set < ticks ? set : ticks;
}
