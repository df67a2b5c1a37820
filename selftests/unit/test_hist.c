// SPDX-License-Identifier: GPL-2.0
/* Unit tests of the histograms' buckets. */
#include <stdint.h>

#include "hist.h"
#include "lib/tap.h"

/* The first bound that is not below: the definition, searched for. */
static unsigned int search(u64 us)
{
	unsigned int k;

	for (k = 0; k < TCS_HIST_BOUNDS; k++)
		if (us <= 1ULL << k)
			break;
	return k;
}

static bool small(void)
{
	u64 us;

	for (us = 0; us < 2000000; us++)
		if (tcs_hist_bucket(us) != search(us))
			return tap_fails("%lu us: bucket %lu, not %u", us,
					 tcs_hist_bucket(us), search(us));
	return true;
}

static bool around_powers(void)
{
	unsigned int k;
	int d;

	for (k = 2; k < 64; k++)
		for (d = -1; d <= 1; d++) {
			const u64 us = (1ULL << k) + d;

			if (tcs_hist_bucket(us) != search(us))
				return tap_fails("2^%u%+d us: bucket %lu, not %u",
						 k, d, tcs_hist_bucket(us),
						 search(us));
		}
	return true;
}

static bool named(void)
{
	static const struct {
		u64 us;
		unsigned int bucket;
	} cases[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 2 }, { 4, 2 }, { 5, 3 },
		{ 1000, 10 }, { 1024, 10 }, { 1025, 11 },
		{ 60000000, 26 },		/* 60 s */
		{ 1ULL << 36, 36 },		/* the last bound: 19 hours */
		{ (1ULL << 36) + 1, 37 },
		{ UINT64_MAX, 37 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (tcs_hist_bucket(cases[i].us) != cases[i].bucket)
			return tap_fails("%lu us: bucket %lu, not %u", cases[i].us,
					 tcs_hist_bucket(cases[i].us),
					 cases[i].bucket);
	return true;
}

static const struct tap_test tests[] = {
	{ "every duration up to 2 s", small },
	{ "around every power of two", around_powers },
	{ "named durations", named },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
