/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between kernels, found out by trying. */
#ifndef KERNEL_CAN_H
#define KERNEL_CAN_H

#include <stdbool.h>

bool kernel_counts_time_wait_begun(void);
bool kernel_destroys_timewait(void);
bool kernel_keeps_cgroups(void);

#endif /* KERNEL_CAN_H */
