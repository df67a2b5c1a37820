/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the clocks, and letting time pass. */
#ifndef TOOLS_CLOCK_H
#define TOOLS_CLOCK_H

#include "lib/util.h"

/**
 * now_ns() - the time of day, on the clock that segments are captured with
 *
 * Return: CLOCK_REALTIME in nanoseconds.
 */
u64 now_ns(void);

/**
 * monotonic_us() - the time on the clock that nobody sets
 *
 * Return: CLOCK_MONOTONIC in microseconds.
 */
u64 monotonic_us(void);

/**
 * wait_us() - wait, signals or not
 * @us: microseconds
 */
void wait_us(u64 us);

#endif
