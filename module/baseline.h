/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that were closing before the module was loaded. */
#ifndef TCS_BASELINE_H
#define TCS_BASELINE_H

int tcs_baseline(void);

#endif /* TCS_BASELINE_H */
