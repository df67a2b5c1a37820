/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's bit operations, on the host. */
#ifndef UNIT_LINUX_BITOPS_H
#define UNIT_LINUX_BITOPS_H

#include <linux/types.h>

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#endif /* UNIT_LINUX_BITOPS_H */
