// SPDX-License-Identifier: GPL-2.0
#include "scenarios.h"

#include "lib/util.h"
#include "scenario_tables.h"

#include <string.h>

const struct scenario *scenario_at(size_t index)
{
	static const struct scenario * const tables[] = {
		scenarios_orderly,
		scenarios_crossing,
		scenarios_reset,
		scenarios_stuck,
		scenarios_timewait,
		scenarios_late,
		scenarios_http,
		scenarios_exhaustion,
		scenarios_proxy,
		scenarios_proxies,
		scenarios_who,
		scenarios_slow,
	};

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (const struct scenario *s = tables[t]; s->name; s++)
			if (!index--)
				return s;
	return NULL;
}

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *s;

	for (size_t i = 0; (s = scenario_at(i)); i++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}
