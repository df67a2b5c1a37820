/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's clock, which counts instructions. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

#define NS_PER_S	1000000000LL

/**
 * now() - the time
 *
 * Return: ns, CLOCK_MONOTONIC
 */
static inline long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

#endif
