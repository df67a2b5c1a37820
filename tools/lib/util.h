/* SPDX-License-Identifier: GPL-2.0 */
/* A few things that kernel code takes for granted. */
#ifndef TOOLS_UTIL_H
#define TOOLS_UTIL_H

#define BIT(n) (1U << (n))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define __printf(format_at, first_at) __attribute((format(printf, format_at, first_at)))

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;	/* printed with %llu everywhere */
typedef int s32;
typedef long long s64;

#endif
