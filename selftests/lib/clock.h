/* SPDX-License-Identifier: GPL-2.0 */
/* Time as the machine under test counts it. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#include "fail.h"
#include "timeout_scale.h"

#define NS_PER_MS	1000000L
#define NS_PER_S	1000000000L

/* How long to wait for what should come soon, on a machine that may be busy. */
#define TIMEOUT_NS	(30 * NS_PER_S * timeout_scale())

/**
 * now_ns() - nanoseconds of the monotonic clock
 */
static inline int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/**
 * ticked_ns() - the monotonic clock as of the latest tick
 *
 * Timers count from here. On a machine that stood still the latest tick may be
 * long ago.
 */
static inline int64_t ticked_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/**
 * tick_ns() - the length of a jiffy, in nanoseconds
 */
static inline int64_t tick_ns(void)
{
	struct timespec ts;

	clock_getres(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/**
 * nap_ms() - let others run before a condition is looked at again
 * @ms: milliseconds
 */
static inline void nap_ms(int ms)
{
	const struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * NS_PER_MS,
	};

	nanosleep(&ts, NULL);
}

/**
 * nap_since() - the same; who has waited for long is not in a hurry
 * @began: when the wait began, of now_ns()
 *
 * A look costs an emulated machine milliseconds. Naps for a sixteenth of the time waited, 2 ms at
 * least, so that what comes soon is seen soon, and 20 ms at most.
 */
static inline void nap_since(int64_t began)
{
	const int64_t ms = (now_ns() - began) / NS_PER_MS / 16;

	nap_ms(ms < 2 ? 2 : ms > 20 ? 20 : ms);
}

/*
 * until_within(condition, ns) - wait until it is true; a test that waits for longer fails.
 */
#define until_within(cond, ns) do {					\
	const int64_t _began = now_ns();				\
	while (!(cond)) {						\
		if (now_ns() > _began + (ns))				\
			die("waited in vain for: " #cond);		\
		nap_since(_began);					\
	}								\
} while (0)

/*
 * until(condition) - the same, for as long as a test may wait
 */
#define until(cond)	until_within(cond, TIMEOUT_NS)

#endif /* CLOCK_H */
