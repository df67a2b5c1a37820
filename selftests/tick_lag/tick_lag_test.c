// SPDX-License-Identifier: GPL-2.0
/*
 * module/tick_lag.c held against what it tells: interrupts are off until ticks have passed that
 * are not counted, and with interrupts on again jiffies says how many these were.
 *
 * Loads where it was right, with EINVAL does not where it was wrong, with EAGAIN where it could
 * not be tried. No other CPU may be online.
 */
#include <linux/module.h>

/* What it has learned is looked at, too. */
#include "tick_lag.c"

/* How many it has to be right about. */
#define N_SAMPLES	20
/* A busy machine stops a virtual CPU in the middle of most. */
#define N_TRIES		2000

static unsigned int ticks;
module_param(ticks, uint, 0);
MODULE_PARM_DESC(ticks, "how many are to be uncounted");

static void wait_until(s64 then)
{
	while ((s64)ktime_get_ns() < then)
		cpu_relax();
}

/*
 * Jiffies was @counted some time after @since, when it should have been counted, and until @before.
 * The next time that it is, so are the ticks that were not: @late is how many.
 *
 * Return: false where nobody can say: the clock went on to another tick while jiffies was counted.
 */
static bool counted_late(unsigned long counted, s64 since, s64 before, long *late)
{
	unsigned long now_counted;
	s64 now = before, after;

	do {
		/* From before jiffies was last read: it was not counted yet. */
		before = now;
		now = ktime_get_ns();
		now_counted = jiffies;
	} while (now_counted == counted);
	after = ktime_get_ns();

	*late = now_counted - counted - (after - since) / TICK_NSEC;
	return (before - since) / TICK_NSEC == (after - since) / TICK_NSEC &&
	       (after - since) % TICK_NSEC < TICK_NSEC / 2;
}

/*
 * The first tick is late by most of another: jiffies is counted then, and the coarse clock set to
 * its own last step, which may have come after that of jiffies. One more tick, and jiffies is
 * behind by one with the coarse clock not a tick old.
 *
 * Return: whether so many ticks were uncounted; then @lag is what was told.
 */
static bool leave_uncounted(unsigned int *lag)
{
	const s64 eighth = TICK_NSEC / 8;
	const s64 now = ktime_get_ns();
	const s64 next = now + TICK_NSEC - (now - least_ahead) % TICK_NSEC;
	const s64 last = next + ticks * TICK_NSEC;
	unsigned long flags, counted;
	long late;
	s64 end;

	local_irq_save(flags);
	wait_until(next + (ticks ? 7 : 1) * eighth);
	local_irq_restore(flags);

	local_irq_save(flags);
	wait_until(last + eighth);
	counted = jiffies;
	*lag = tcs_tick_lag();
	end = ktime_get_ns();
	local_irq_restore(flags);

	return counted_late(counted, last, end, &late) && late == ticks && end < last + 7 * eighth;
}

static int __init tick_lag_test_init(void)
{
	int i, n = 0;
	unsigned int lag;

	for (i = 0; i < N_SAMPLES; i++)
		tcs_tick_lag_learn();
	for (i = 0; i < N_TRIES && n < N_SAMPLES; i++) {
		cond_resched();
		if (!leave_uncounted(&lag))
			continue;
		if (lag != ticks) {
			pr_err("%u uncounted, told were %u\n", ticks, lag);
			return -EINVAL;
		}
		n++;
	}
	return n < N_SAMPLES ? -EAGAIN : 0;
}

static void __exit tick_lag_test_exit(void)
{
}

module_init(tick_lag_test_init);
module_exit(tick_lag_test_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test of how many ticks jiffies is said to be behind");
