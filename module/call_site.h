/* SPDX-License-Identifier: GPL-2.0 */
/* The callers of kernel functions, by the return address. */
#ifndef TCS_CALL_SITE_H
#define TCS_CALL_SITE_H

#include "classify.h"
#include "twsk.h"

/* Besides enum tcs_ended_by: */
#define TCS_BY_DESCHEDULE	(TCS_BY_HAND + 1)
#define TCS_BY_DATA		(TCS_BY_HAND + 2)	/* tcp_rcv_state_process() */
#define TCS_BY_TIME_WAIT	(TCS_BY_HAND + 3)
#define TCS_BY_KEEPALIVE	(TCS_BY_HAND + 4)
#define TCS_BY_CLOSE		(TCS_BY_HAND + 5)

int tcs_call_site(unsigned long addr);
enum tcs_done_by tcs_done_by(void);

#endif /* TCS_CALL_SITE_H */
