/* SPDX-License-Identifier: GPL-2.0 */
/* Who called a hooked function, by the return address. */
#ifndef TCS_CALL_SITE_H
#define TCS_CALL_SITE_H

#include "compat/kernel.h"

#include "twsk.h"

/* Besides enum tcs_ended_by: */
#define TCS_BY_DESCHEDULE	(TCS_BY_HAND + 1)
#define TCS_BY_DATA		(TCS_BY_HAND + 2)

int tcs_call_site(unsigned long addr);

#endif /* TCS_CALL_SITE_H */
