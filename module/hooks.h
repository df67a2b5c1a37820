/* SPDX-License-Identifier: GPL-2.0 */
/* The hooked functions: where TIME_WAIT begins, gets its length, and ends. */
#ifndef TCS_HOOKS_H
#define TCS_HOOKS_H

#include <linux/types.h>

/* In the order of attaching: the ends of a timewait socket before its beginning. */
enum tcs_hook_id {
	TCS_HOOK_KILL,
	TCS_HOOK_DESCHEDULE,
	TCS_HOOK_SEGMENT,
	TCS_HOOK_RESET,
	TCS_HOOK_SCHEDULE,
	TCS_HOOK_CREATE,
	TCS_N_HOOKS,
};

void tcs_hooks_attach(void);
void tcs_hooks_detach(void);
void tcs_hooks_tested(const bool *seen);
bool tcs_hooks_are_tested(void);
bool tcs_hooks_can_tune(void);

#endif /* TCS_HOOKS_H */
