// SPDX-License-Identifier: GPL-2.0
/* Unit tests of how long a TIME_WAIT is to last, and of its timer. */
#include "policy.h"
#include "tap.h"

#define MS_MAX		600000U
#define KERNEL_MS	60000U

static const unsigned int floors_ms[] = {
	0, 1, 699, 700, 721, 3500, 59999, 60000, 60001, 420000, 4000000000U,
};

#define N_FLOORS (sizeof(floors_ms) / sizeof(floors_ms[0]))

static bool same(struct tcs_length is, unsigned int ms, unsigned int floor_ms,
		 bool guarded)
{
	return is.ms == ms && is.floor_ms == floor_ms &&
	       is.guarded == guarded && is.tuned == (ms != KERNEL_MS);
}

static bool without_guard(void)
{
	unsigned int ms, i;

	for (ms = 0; ms <= MS_MAX; ms++)
		for (i = 0; i < 2 * N_FLOORS; i++)
			if (!same(tcs_length(ms, false, i % 2, floors_ms[i / 2],
					     KERNEL_MS), ms, 0, false))
				return tap_fails("%u ms", ms);
	return true;
}

static bool guard_without_timestamps(void)
{
	unsigned int ms, i;

	for (ms = 0; ms <= MS_MAX; ms++)
		for (i = 0; i < N_FLOORS; i++) {
			const struct tcs_length l =
				tcs_length(ms, true, false, floors_ms[i], KERNEL_MS);

			if (ms < KERNEL_MS ?
			    !same(l, KERNEL_MS, KERNEL_MS, true) :
			    !same(l, ms, 0, false))
				return tap_fails("%u ms: %u ms", ms, l.ms);
		}
	return true;
}

static bool guard_with_timestamps(void)
{
	unsigned int ms, i;

	for (ms = 0; ms <= MS_MAX; ms++)
		for (i = 0; i < N_FLOORS; i++) {
			const struct tcs_length l =
				tcs_length(ms, true, true, floors_ms[i], KERNEL_MS);
			unsigned int floor = floors_ms[i] ? floors_ms[i] : 3500;

			if (floor > KERNEL_MS)
				floor = KERNEL_MS;
			if (ms >= KERNEL_MS ? !same(l, ms, 0, false) :
			    ms >= floor ? !same(l, ms, floor, false) :
					  !same(l, floor, floor, true))
				return tap_fails("%u ms, floor %u: %u ms", ms,
						 floors_ms[i], l.ms);
		}
	return true;
}

static bool of_other_kernel(unsigned int ms, bool timestamps, unsigned int own)
{
	const struct tcs_length n = tcs_length(ms, false, timestamps, 700, own);
	const struct tcs_length g = tcs_length(ms, true, timestamps, 700, own);
	const unsigned int floor = timestamps && own > 700 ? 700 : own;
	const bool differs = ms != own;

	if (ms == KERNEL_MS)
		return n.ms == own && !n.tuned && !n.guarded &&
		       g.ms == own && !g.tuned && !g.guarded;
	if (n.ms != ms || n.guarded || n.tuned != differs)
		return false;
	if (ms >= floor)
		return g.ms == ms && !g.guarded && g.tuned == n.tuned;
	return g.ms == floor && g.guarded && g.tuned == (floor < own);
}

/* A kernel whose own length is another: the default is that, the guard stops there. */
static bool other_kernels(void)
{
	static const unsigned int owns_ms[] = { 0, 1000, 10000, 59999, 60001, 600000 };
	unsigned int ms, i;

	for (i = 0; i < sizeof(owns_ms) / sizeof(owns_ms[0]); i++)
		for (ms = 0; ms <= MS_MAX; ms++)
			if (!of_other_kernel(ms, false, owns_ms[i]) ||
			    !of_other_kernel(ms, true, owns_ms[i]))
				return tap_fails("%u ms, own %u", ms, owns_ms[i]);
	return true;
}

/*
 * When the kernel's timer wheel lets a timer fire: 64 buckets a level, each
 * level 8 times coarser; at the bucket's boundary behind the expiry.
 */
static unsigned long fires(unsigned long now, unsigned int ticks)
{
	unsigned long width = 1, reach = 63;

	while (ticks >= reach) {
		width *= 8;
		reach *= 8;
	}
	return ((now + ticks) / width + 1) * width;
}

static bool timer_for_hz(unsigned int hz)
{
	unsigned int ms, phase;

	for (ms = 0; ms <= 70000; ms++) {
		const unsigned int ticks = (ms * hz + 999) / 1000;

		for (phase = 0; phase < 4096; phase += 61) {
			const unsigned long now = 4294937296UL + phase;
			const unsigned int set = tcs_timer_ticks(ticks, 0, now);
			const long late = fires(now, set) - (now + ticks);

			/* One tick: it began somewhere within another. */
			if (late > (long)(ticks / 20 + 1) ||
			    late < -(long)(ticks * 77 / 1000) || set > ticks)
				return tap_fails("HZ=%u, %u ms at %lu: set to %u of %u ticks, %ld late",
						 hz, ms, now, set, ticks, late);
		}
	}
	return true;
}

/*
 * Arming comes a moment after jiffies was read. A tick in between makes a tick's
 * difference, not a bucket's.
 */
static bool timer_armed_later(void)
{
	static const unsigned int hz[] = { 100, 250, 300, 1000 };
	unsigned int i, ms, phase;

	for (i = 0; i < sizeof(hz) / sizeof(hz[0]); i++)
		for (ms = 0; ms <= 70000; ms += 3)
			for (phase = 0; phase < 4096; phase += 61) {
				const unsigned int ticks = (ms * hz[i] + 999) / 1000;
				const unsigned long now = 1UL << 40 | phase;
				const unsigned int set = tcs_timer_ticks(ticks, 0, now);
				const long late = fires(now + 1, set) - (now + ticks);

				if (late > (long)(ticks / 20 + 2))
					return tap_fails("HZ=%u, %u ticks at %lu: set to %u, armed a tick later %ld late",
							 hz[i], ticks, now, set, late);
			}
	return true;
}

static bool timer_near(void)
{
	return timer_for_hz(100) && timer_for_hz(250) && timer_for_hz(300) &&
	       timer_for_hz(1000);
}

/* What the guard allows at the least holds, at the price of an eighth. */
static bool timer_above_floor(void)
{
	unsigned int ticks, phase, i;

	for (ticks = 0; ticks <= 60000; ticks++)
		for (phase = 0; phase < 4096; phase += 307)
			for (i = 0; i < 3; i++) {
				const unsigned int floor = ticks - ticks * i / 40;
				const unsigned long now = 1UL << 40 | phase;
				const unsigned int set =
					tcs_timer_ticks(ticks, floor, now);
				const unsigned long end = fires(now, set);

				if (end < now + floor || set > ticks ||
				    end > now + ticks + ticks * 127 / 1000 + 1)
					return tap_fails("%u ticks, floor %u at %lu: set to %u, fires after %lu",
							 ticks, floor, now, set,
							 end - now);
			}
	return true;
}

static bool timer_named(void)
{
	/* HZ=250 */
	static const struct {
		unsigned int ticks;
		unsigned int floor;
		unsigned long now;
		unsigned int set;
	} cases[] = {
		{ 0, 0, 1000, 0 },		/* 0 ms: the next tick */
		{ 1, 0, 1000, 1 },
		{ 62, 0, 1000, 62 },		/* the finest level is exact */
		{ 63, 0, 1000, 62 },		/* 250 ms: a narrower bucket, at 1063 */
		{ 63, 0, 1003, 60 },		/* 1072 is too late: at 1064 */
		{ 63, 63, 1003, 63 },		/* but that is below the floor */
		{ 63, 0, 1006, 63 },		/* 1072 is less than 5 % late */
		{ 15000, 0, 1000, 15000 },	/* 60 s */
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const unsigned int set = tcs_timer_ticks(cases[i].ticks,
							 cases[i].floor,
							 cases[i].now);

		if (set != cases[i].set)
			return tap_fails("%u ticks at %lu: set to %u, not %u",
					 cases[i].ticks, cases[i].now, set,
					 cases[i].set);
	}
	return true;
}

static const struct tap_test tests[] = {
	{ "length without the guard", without_guard },
	{ "length with the guard, without timestamps", guard_without_timestamps },
	{ "length with the guard and timestamps", guard_with_timestamps },
	{ "a kernel of another length", other_kernels },
	{ "timer within 5 % late, 7.7 % early, for every HZ", timer_near },
	{ "timer armed a tick later", timer_armed_later },
	{ "timer never below the floor", timer_above_floor },
	{ "timer, named cases", timer_named },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
