/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TIME_WAIT: the hooks that give it its length and follow it to its end.
 */
#ifndef TCS_TIMEWAIT_H
#define TCS_TIMEWAIT_H

#include "compat/kernel.h"

#include <linux/types.h>

/* Whether TIME_WAIT can be tuned on this kernel. */
enum tcs_verdict {
	TCS_UNTESTED,		/* hooked, but the self-test could not be run yet */
	TCS_TESTED,		/* the hooks were seen in the path */
	TCS_IMPOSSIBLE,		/* no hooks, or none that are in the path */
};

void tcs_timewait_attach(void);
void tcs_timewait_detach(void);

enum tcs_verdict tcs_timewait_verdict(void);
void tcs_timewait_tuning(void);
void tcs_timewait_selftest_begin(u16 port);
bool tcs_timewait_selftest_complete(unsigned int timeout);
void tcs_timewait_selftest_end(bool conclusive);

#endif /* TCS_TIMEWAIT_H */
