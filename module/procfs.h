/* SPDX-License-Identifier: GPL-2.0 */
/* The files below /proc. */
#ifndef TCS_PROCFS_H
#define TCS_PROCFS_H

int tcs_procfs_init(void);
void tcs_procfs_exit(void);

#endif /* TCS_PROCFS_H */
