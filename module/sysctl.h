/* SPDX-License-Identifier: GPL-2.0 */
/* The sysctls of a namespace. */
#ifndef TCS_SYSCTL_H
#define TCS_SYSCTL_H

int tcs_sysctl_init(void);
void tcs_sysctl_exit(void);

#endif /* TCS_SYSCTL_H */
