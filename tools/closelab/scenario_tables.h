/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of scenarios; each ends with one that has no name. */
#ifndef CLOSELAB_SCENARIO_TABLES_H
#define CLOSELAB_SCENARIO_TABLES_H

#include "scenario.h"

extern const struct scenario scenarios_orderly[];
extern const struct scenario scenarios_crossing[];
extern const struct scenario scenarios_reset[];
extern const struct scenario scenarios_stuck[];
extern const struct scenario scenarios_timewait[];
extern const struct scenario scenarios_late[];
extern const struct scenario scenarios_http[];
extern const struct scenario scenarios_exhaustion[];
extern const struct scenario scenarios_proxy[];
extern const struct scenario scenarios_proxies[];
extern const struct scenario scenarios_who[];
extern const struct scenario scenarios_slow[];

#endif
