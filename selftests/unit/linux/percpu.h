/* SPDX-License-Identifier: GPL-2.0 */
/* No per-CPU data on the host. */
#ifndef UNIT_LINUX_PERCPU_H
#define UNIT_LINUX_PERCPU_H

#define __percpu

#endif /* UNIT_LINUX_PERCPU_H */
