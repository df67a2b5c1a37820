// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that looks for mistakes is several times slower: TCS_TIMEOUT_SCALE says how
 * many times as long as usual every deadline is. Its expectations stay.
 */
#include "timeout_scale.h"

#include <stdlib.h>

/**
 * timeout_scale() - by what deadlines are to be multiplied
 *
 * Return: TCS_TIMEOUT_SCALE, or 1 where it is not set.
 */
unsigned int timeout_scale(void)
{
	const char *env = getenv("TCS_TIMEOUT_SCALE");
	const int n = env ? atoi(env) : 1;

	return n > 1 ? n : 1;
}

/*
 * The time that kselftest_harness.h gives a test, by alarm(), is fixed when it is
 * compiled. The linker puts this in place of alarm() (--wrap).
 */
unsigned int __wrap_alarm(unsigned int seconds)
{
	return __real_alarm(seconds * timeout_scale());
}
