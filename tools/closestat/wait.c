// SPDX-License-Identifier: GPL-2.0
#include "wait.h"

#include "lib/units.h"

#include <time.h>

void wait_us(u64 us)
{
	struct timespec t = { .tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t))
		;
}
