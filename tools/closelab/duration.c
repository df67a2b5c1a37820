// SPDX-License-Identifier: GPL-2.0
#include "duration.h"

#include "lib/units.h"
#include "lib/util.h"

#include <errno.h>

#define MAX_MS 600000

long duration_ms(const char *text)
{
	u64 us;
	int err = parse_duration(text, 0, &us);

	if (err)
		return err == -ERANGE ? -2 : -1;
	us = (us + US_PER_MS / 2) / US_PER_MS;
	return us > MAX_MS ? -2 : (long)us;
}
