/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The geometry of the kernel's timer wheel (kernel/time/timer.c, unchanged
 * since 4.8): 64 buckets a level, and a bucket is 8 times wider from one level
 * to the next. A timer fires at the first bucket boundary after its expiry, so
 * one of 3 s (HZ=250) may be 256 ms late.
 *
 * Nothing depends on these figures being right for correctness: were they to
 * change, lengths would fall back to the wheel's own rounding.
 */
#ifndef TCS_COMPAT_TIMER_WHEEL_H
#define TCS_COMPAT_TIMER_WHEEL_H

#define TCS_WHEEL_LEVEL_BITS	6	/* LVL_BITS */
#define TCS_WHEEL_CLK_SHIFT	3	/* LVL_CLK_SHIFT */
#define TCS_WHEEL_LEVELS	8	/* LVL_DEPTH at the least */

/**
 * tcs_wheel_start() - from where on the wheel is that coarse
 * @shift: log2 of the width of a bucket, of tcs_wheel_shift()
 *
 * Return: the shortest time to an expiry, in ticks, that such buckets serve.
 */
static inline unsigned long tcs_wheel_start(unsigned int shift)
{
	const unsigned long last = (1UL << TCS_WHEEL_LEVEL_BITS) - 1;

	return shift ? last << (shift - TCS_WHEEL_CLK_SHIFT) : 0;
}

/**
 * tcs_wheel_shift() - how coarse the wheel is for a timer
 * @delta: ticks until it expires
 *
 * Return: log2 of the width of its bucket, in ticks.
 */
static inline unsigned int tcs_wheel_shift(unsigned long delta)
{
	const unsigned long last = (1UL << TCS_WHEEL_LEVEL_BITS) - 1;
	unsigned int lvl = 0;

	while (lvl < TCS_WHEEL_LEVELS &&
	       delta >= last << (lvl * TCS_WHEEL_CLK_SHIFT))
		lvl++;
	return lvl * TCS_WHEEL_CLK_SHIFT;
}

#endif /* TCS_COMPAT_TIMER_WHEEL_H */
