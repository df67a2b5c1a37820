// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "duration.h"

int main(void)
{
	test(duration_ms("1s") == 1000, "seconds");
	test(duration_ms("250ms") == 250, "milliseconds");
	test(duration_ms("1.5s") == 1500, "a fraction");
	test(duration_ms("0ms") == 0, "nothing");
	test(duration_ms("10min") == 600000, "the longest");
	test(duration_ms("600001ms") == -2, "too long");
	test(duration_ms("99999999999999999999s") == -2, "far too long");
	test(duration_ms("1") == -1, "no unit");
	test(duration_ms("") == -1, "empty");
	test(duration_ms("-1s") == -1, "negative");
	test(duration_ms("infs") == -1, "infinite");
	test(duration_ms("0x1s") == -1, "hexadecimal");
	test(duration_ms("1e3s") == -1, "an exponent");
	test(duration_ms("1 s") == -1, "a space");
	test(duration_ms("1sec") == -1, "another unit");
	test(duration_ms("1.2.3s") == -1, "two points");
	return tap_end();
}
