/* SPDX-License-Identifier: GPL-2.0 */
/* All scenarios there are. */
#ifndef CLOSELAB_SCENARIOS_H
#define CLOSELAB_SCENARIOS_H

#include "scenario.h"

/**
 * scenario_find() - find a scenario
 * @name: its name
 *
 * Return: the scenario, or NULL.
 */
const struct scenario *scenario_find(const char *name);

/**
 * scenario_at() - walk through all scenarios
 * @index: 0 and up
 *
 * Return: the scenario, NULL behind the last.
 */
const struct scenario *scenario_at(size_t index);

#endif
