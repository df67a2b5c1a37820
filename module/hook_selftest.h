/* SPDX-License-Identifier: GPL-2.0 */
/* The self-test that the hooks are in the path of this kernel. */
#ifndef TCS_HOOK_SELFTEST_H
#define TCS_HOOK_SELFTEST_H

#include "compat/kernel.h"

int tcs_hook_selftest_init(void);
void tcs_hook_selftest_exit(void);

#endif /* TCS_HOOK_SELFTEST_H */
