// SPDX-License-Identifier: GPL-2.0
/*
 * By how many ticks jiffies is behind the clock. Where the CPU that counts it stands still, as
 * those of virtual machines do, or keeps interrupts off, the count is made up for later, and a
 * timer that is armed meanwhile fires early by as much.
 *
 * The kernel counts jiffies in step with CLOCK_MONOTONIC (kernel/time/tick-sched.c,
 * tick_do_update_jiffies64()): the clock less the ticks counted is the same at each of these
 * steps, and more by what has passed since. So the least that was ever seen is the step's.
 */
#include "tick_lag.h"

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>

/* How often a step is waited for: the least of these is late by an interrupt's own time. */
#define N_STEPS	8

/* The least ahead_of_jiffies() that was seen, ns. */
static s64 least_ahead = S64_MAX;

/* The clock less the ticks that are counted, ns. Too much by a tick if one is counted meanwhile. */
static s64 ahead_of_jiffies(void)
{
	const s64 counted = jiffies * TICK_NSEC;

	return ktime_get_ns() - counted;
}

/* A race of two loses one of them, which is seen again. */
static void learn(s64 ahead)
{
	if (ahead < READ_ONCE(least_ahead))
		WRITE_ONCE(least_ahead, ahead);
}

/**
 * tcs_tick_lag_learn() - find out when within a tick jiffies is counted
 *
 * Before the first tcs_tick_lag(). Takes N_STEPS ticks. Process context, may sleep.
 */
void tcs_tick_lag_learn(void)
{
	unsigned long next;
	int i;

	for (i = 0; i < N_STEPS; i++) {
		next = jiffies + 1;
		while (time_before(jiffies, next))
			cpu_relax();
		learn(ahead_of_jiffies());
		cond_resched();
	}
}

/**
 * tcs_tick_lag() - by how much a timer that is armed now would fire early
 *
 * Any context but NMI.
 *
 * Return: ticks that have passed and are not counted, mostly 0.
 */
unsigned int tcs_tick_lag(void)
{
	const s64 ahead = ahead_of_jiffies();
	const s64 lag = ahead - READ_ONCE(least_ahead);
	s64 set;

	if (lag < TICK_NSEC) {
		learn(ahead);
		return 0;
	}
	/*
	 * Where ticks get lost for good, a periodic tick's, the least is out of date. The coarse
	 * clock was set when jiffies was last counted, to a step of its own at most a tick before.
	 */
	set = ktime_get_coarse_ns();
	return min(lag / TICK_NSEC, (s64)(ktime_get_ns() - set) / TICK_NSEC + 1);
}
