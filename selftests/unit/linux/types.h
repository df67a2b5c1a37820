/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's names for types, on the host. */
#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;

#endif /* UNIT_LINUX_TYPES_H */
