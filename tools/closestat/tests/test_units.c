// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "lib/units.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static bool u64_is(const char *text, u64 want)
{
	u64 v;

	return !parse_u64(text, &v) && v == want;
}

static int u64_error(const char *text)
{
	u64 v = 77;
	int ret = parse_u64(text, &v);

	EXPECT(v == 77);
	return ret;
}

static void numbers(void)
{
	EXPECT(u64_is("0", 0));
	EXPECT(u64_is("007", 7));
	EXPECT(u64_is("18446744073709551615", ULLONG_MAX));
	EXPECT(u64_error("18446744073709551616") == -ERANGE);
	EXPECT(u64_error("99999999999999999999999") == -ERANGE);
	EXPECT(u64_error("99999999999999999999999x") == -EINVAL);
	EXPECT(u64_error("") == -EINVAL);
	EXPECT(u64_error("-1") == -EINVAL);
	EXPECT(u64_error("+1") == -EINVAL);
	EXPECT(u64_error(" 1") == -EINVAL);
	EXPECT(u64_error("1 ") == -EINVAL);
	EXPECT(u64_error("0x10") == -EINVAL);
	EXPECT(u64_error("1.5") == -EINVAL);
}

static bool duration_is(const char *text, u64 bare_us, u64 want)
{
	u64 us;

	return !parse_duration(text, bare_us, &us) && us == want;
}

static int duration_error(const char *text, u64 bare_us)
{
	u64 us = 77;
	int ret = parse_duration(text, bare_us, &us);

	EXPECT(us == 77);
	return ret;
}

static void durations(void)
{
	EXPECT(duration_is("1500ms", 0, 1500 * US_PER_MS));
	EXPECT(duration_is("1.5s", 0, 1500 * US_PER_MS));
	EXPECT(duration_is("0.250s", 0, 250 * US_PER_MS));
	EXPECT(duration_is("2min", 0, 120 * US_PER_S));
	EXPECT(duration_is("0.5min", 0, 30 * US_PER_S));
	EXPECT(duration_is("0s", 0, 0));
	EXPECT(duration_is("0.001ms", 0, 1));
	EXPECT(duration_is("1.50000000000s", 0, 1500 * US_PER_MS));
}

static void durations_without_unit(void)
{
	EXPECT(duration_is("7", US_PER_S, 7 * US_PER_S));
	EXPECT(duration_is("7ms", US_PER_S, 7 * US_PER_MS));
	EXPECT(duration_error("7", 0) == -ENODATA);
	EXPECT(duration_error("99999999999999999999999", 0) == -ENODATA);
}

static void durations_refused(void)
{
	EXPECT(duration_error("", 1) == -EINVAL);
	EXPECT(duration_error("ms", 1) == -EINVAL);
	EXPECT(duration_error("-1s", 1) == -EINVAL);
	EXPECT(duration_error("1 s", 1) == -EINVAL);
	EXPECT(duration_error("1sec", 1) == -EINVAL);
	EXPECT(duration_error("1m", 1) == -EINVAL);
	EXPECT(duration_error("1.s", 1) == -EINVAL);
	EXPECT(duration_error(".5s", 1) == -EINVAL);
	EXPECT(duration_error("1.5.5s", 1) == -EINVAL);
	EXPECT(duration_error("1e3s", 1) == -EINVAL);
	EXPECT(duration_error("nan", 1) == -EINVAL);
	EXPECT(duration_error("1.0000001s", 0) == -ERANGE);
	EXPECT(duration_error("1.00000000000000000001s", 0) == -ERANGE);
	EXPECT(duration_error("0.00000001min", 0) == -ERANGE);
	EXPECT(duration_error("99999999999999999999s", 0) == -ERANGE);
	EXPECT(duration_error("18446744073710s", 0) == -ERANGE);
	EXPECT(duration_error("18446744073709.9s", 0) == -ERANGE);
}

static bool is_written(u64 us, const char *want)
{
	char text[DURATION_SIZE];

	return !strcmp(format_duration(us, text), want);
}

static void durations_for_people(void)
{
	EXPECT(is_written(0, "0 us"));
	EXPECT(is_written(999, "999 us"));
	EXPECT(is_written(1500, "1.5 ms"));
	EXPECT(is_written(US_PER_S, "1 s"));
	EXPECT(is_written(60 * US_PER_S, "60 s"));
	EXPECT(is_written(119999 * US_PER_MS, "120 s"));
	EXPECT(is_written(2 * US_PER_MIN, "2 min"));
	EXPECT(is_written(100000 * US_PER_MIN, "100000 min"));
}

int main(void)
{
	tap_begin(5);
	RUN(numbers);
	RUN(durations);
	RUN(durations_without_unit);
	RUN(durations_refused);
	RUN(durations_for_people);
	return tap_end();
}
