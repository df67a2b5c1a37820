/* SPDX-License-Identifier: GPL-2.0 */
/* The proof that the hooks are in the path of this kernel. */
#ifndef TCS_PROVE_H
#define TCS_PROVE_H

#include "compat/kernel.h"

int tcs_prove_init(void);
void tcs_prove_exit(void);

#endif /* TCS_PROVE_H */
