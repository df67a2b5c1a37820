/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mistakes made on purpose, one a build (-DTCS_BREAK_LEAK ...): selftests/debug/fault-inject-test
 * holds that the trials find each of them. Without such a flag nothing of this is
 * compiled.
 */
#ifndef TCS_BROKEN_H
#define TCS_BROKEN_H

#include <linux/kconfig.h>

/* Records are not freed. */
#define TCS_BROKEN_LEAK		__is_defined(TCS_BREAK_LEAK)
/* What callbacks use is freed before they are detached. */
#define TCS_BROKEN_SYNC		__is_defined(TCS_BREAK_SYNC)
/* A callback does what may sleep. */
#define TCS_BROKEN_SLEEP	__is_defined(TCS_BREAK_SLEEP)
/* All CPUs add to the counts of one, without care for each other. */
#define TCS_BROKEN_PERCPU	__is_defined(TCS_BREAK_PERCPU)
/* One step of loading fails, the parameter broken_step says which: selftests/load_fails. */
#define TCS_BROKEN_STEP		__is_defined(TCS_BREAK_STEP)

#endif /* TCS_BROKEN_H */
