/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's bit operations, on the host. */
#ifndef UNIT_LINUX_BITOPS_H
#define UNIT_LINUX_BITOPS_H

#include <linux/types.h>

/* Of what is not 0. */
static inline unsigned long __fls(unsigned long x)
{
	return 63 - __builtin_clzl(x);
}

#endif /* UNIT_LINUX_BITOPS_H */
