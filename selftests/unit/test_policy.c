// SPDX-License-Identifier: GPL-2.0
/* Unit tests of how long a TIME_WAIT is to last. */
#include "policy.h"
#include "lib/tap.h"

#define MS_MAX		600000U
#define KERNEL_MS	60000U

static const unsigned int floors_ms[] = {
	0, 1, 699, 700, 721, 3500, 59999, 60000, 60001, 420000, 4000000000U,
};

#define N_FLOORS (sizeof(floors_ms) / sizeof(floors_ms[0]))

static bool same(struct tcs_length is, unsigned int ms, bool guarded)
{
	return is.ms == ms && is.guarded == guarded &&
	       is.tuned == (ms != KERNEL_MS);
}

static bool without_guard(void)
{
	unsigned int ms, i;

	for (ms = 0; ms <= MS_MAX; ms++)
		for (i = 0; i < 2 * N_FLOORS; i++)
			if (!same(tcs_length(ms, false, i % 2, floors_ms[i / 2],
					     KERNEL_MS), ms, false))
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

			if (ms < KERNEL_MS ? !same(l, KERNEL_MS, true) :
					     !same(l, ms, false))
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
			if (ms >= floor ? !same(l, ms, false) :
					  !same(l, floor, true))
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

static const struct tap_test tests[] = {
	{ "length without the guard", without_guard },
	{ "length with the guard, without timestamps", guard_without_timestamps },
	{ "length with the guard and timestamps", guard_with_timestamps },
	{ "a kernel of another length", other_kernels },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
