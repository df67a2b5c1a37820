/* SPDX-License-Identifier: GPL-2.0 */
/* The self-test that the hooks are in the path of this kernel. */
#ifndef TCS_HOOK_SELFTEST_H
#define TCS_HOOK_SELFTEST_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "hooks.h"

struct sock_common;

extern u16 tcs_hook_selftest_port;

int tcs_hook_selftest_init(void);
void tcs_hook_selftest_exit(void);
void tcs_hook_saw(enum tcs_hook_id id, const struct sock_common *skc);

/**
 * tcs_hook_ran() - called by every hook for every socket
 * @id: which hook
 * @skc: the socket or timewait socket
 */
static inline void tcs_hook_ran(enum tcs_hook_id id, const struct sock_common *skc)
{
	if (unlikely(READ_ONCE(tcs_hook_selftest_port)))
		tcs_hook_saw(id, skc);
}

#endif /* TCS_HOOK_SELFTEST_H */
