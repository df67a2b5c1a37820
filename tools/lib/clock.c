// SPDX-License-Identifier: GPL-2.0
#include "lib/clock.h"

#include "lib/units.h"

#include <time.h>

u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

u64 monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

void wait_us(u64 us)
{
	struct timespec t = { .tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t))
		;
}
