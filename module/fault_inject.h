/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mistakes made on purpose, one a build (-DTCS_INJECT_LEAK ...): selftests/debug/fault-inject-test
 * holds that the trials find each of them. Without such a flag nothing of this is
 * compiled.
 */
#ifndef TCS_FAULT_INJECT_H
#define TCS_FAULT_INJECT_H

#include <linux/kconfig.h>

/* Records are not freed. */
#define TCS_FAULT_LEAK		__is_defined(TCS_INJECT_LEAK)
/* What callbacks use is freed before they are detached. */
#define TCS_FAULT_SYNC		__is_defined(TCS_INJECT_SYNC)
/* A callback does what may sleep. */
#define TCS_FAULT_SLEEP	__is_defined(TCS_INJECT_SLEEP)
/* A callback is of another type than it is called as. */
#define TCS_FAULT_TYPE		__is_defined(TCS_INJECT_TYPE)
/* All CPUs add to the counts of one, without care for each other. */
#define TCS_FAULT_PERCPU	__is_defined(TCS_INJECT_PERCPU)
/* The baseline takes its time over each socket: selftests/baseline_slow. */
#define TCS_FAULT_SLOW_BASELINE	__is_defined(TCS_INJECT_SLOW_BASELINE)
/* A FIN_WAIT2 timewait socket's timer is not armed before the FIN: selftests/late_arming. */
#define TCS_FAULT_SLOW_ARMING	__is_defined(TCS_INJECT_SLOW_ARMING)
/* One step of loading fails, the parameter fault_step says which: selftests/load_fails. */
#define TCS_FAULT_STEP		__is_defined(TCS_INJECT_STEP)

#endif /* TCS_FAULT_INJECT_H */
