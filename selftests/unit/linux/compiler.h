/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's hints to the compiler, on the host. */
#ifndef UNIT_LINUX_COMPILER_H
#define UNIT_LINUX_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#endif /* UNIT_LINUX_COMPILER_H */
