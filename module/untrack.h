/* SPDX-License-Identifier: GPL-2.0 */
/* Timewait sockets turn out to be out of reach on this kernel. */
#ifndef TCS_UNTRACK_H
#define TCS_UNTRACK_H

void tcs_untrack_twsks(void);

#endif /* TCS_UNTRACK_H */
