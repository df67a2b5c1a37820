/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's tracepoints that fire when connections close. */
#ifndef TCS_PROBES_H
#define TCS_PROBES_H

int tcs_probes_attach(void);
void tcs_probes_detach(void);

#endif /* TCS_PROBES_H */
