// SPDX-License-Identifier: GPL-2.0
#include "lib/units.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Reads the digits at *text and moves past them. */
static int take_digits(const char **text, u64 *value)
{
	const char *p = *text;
	u64 v = 0;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (u64)(*p - '0'), &v))
			return -ERANGE;
	}
	*text = p;
	*value = v;
	return 0;
}

int parse_u64(const char *text, u64 *value)
{
	u64 v;
	int ret;

	/* "99999999999999999999x" is no number rather than a large one. */
	if (!*text || text[strspn(text, "0123456789")])
		return -EINVAL;
	ret = take_digits(&text, &v);
	if (!ret)
		*value = v;
	return ret;
}

static int unit_us(const char *unit, u64 bare_us, u64 *us)
{
	static const struct {
		const char *name;
		u64 us;
	} units[] = {
		{ "ms", US_PER_MS },
		{ "s", US_PER_S },
		{ "min", US_PER_MIN },
	};

	if (!*unit) {
		*us = bare_us;
		return bare_us ? 0 : -ENODATA;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(unit, units[i].name)) {
			*us = units[i].us;
			return 0;
		}
	}
	return -EINVAL;
}

int parse_duration(const char *text, u64 bare_us, u64 *us)
{
	u64 whole, scale, total;
	const char *fraction = NULL;
	const char *p = text;
	size_t digits = 0;
	int ret, range;

	/* Too large is reported only of what is otherwise right: look at the unit first. */
	range = take_digits(&p, &whole);
	if (range == -EINVAL)
		return range;
	p = text + strspn(text, "0123456789");
	if (*p == '.') {
		fraction = ++p;
		digits = strspn(p, "0123456789");
		if (!digits)
			return -EINVAL;
		p += digits;
	}
	ret = unit_us(p, bare_us, &scale);
	if (ret)
		return ret;
	if (range || __builtin_mul_overflow(whole, scale, &total))
		return -ERANGE;
	for (; digits; digits--, fraction++) {
		u64 digit = *fraction - '0';

		if (digit && (!scale || scale % 10))
			return -ERANGE;
		scale /= 10;
		if (__builtin_add_overflow(total, digit * scale, &total))
			return -ERANGE;
	}
	*us = total;
	return 0;
}

char *format_duration(u64 us, char *buf)
{
	static const struct {
		u64 below;
		u64 unit;
		const char *name;
	} steps[] = {
		{ US_PER_MS, 1, "us" },
		{ US_PER_S, US_PER_MS, "ms" },
		{ 2 * US_PER_MIN, US_PER_S, "s" },
		{ 120 * US_PER_MIN, US_PER_MIN, "min" },
	};
	double in_unit;
	size_t i = 0;

	while (i < ARRAY_SIZE(steps) - 1 && us >= steps[i].below)
		i++;
	in_unit = (double)us / steps[i].unit;
	snprintf(buf, DURATION_SIZE, in_unit < 1000 ? "%.3g %s" : "%.0f %s", in_unit,
		 steps[i].name);
	return buf;
}
