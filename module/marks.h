/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes from a hook to the state change that follows it.
 *
 * tcp_time_wait() and tcp_reset() end in tcp_done(), without sleeping, which
 * raises the change to CLOSE. What the hook knows, the change wants to know. A
 * few slots per CPU carry it: a softirq may nest in a task, and a task may be
 * preempted or moved to another CPU in between.
 */
#ifndef TCS_MARKS_H
#define TCS_MARKS_H

#include "compat/kernel.h"

#include <linux/types.h>

struct sock;

enum tcs_mark {
	TCS_MARK_NONE,
	TCS_MARK_MOVED,			/* goes on as a mini-socket */
	TCS_MARK_RESET_WITHOUT_RST,	/* data after close */
};

void tcs_mark(const struct sock *sk, enum tcs_mark mark);
enum tcs_mark tcs_unmark(const struct sock *sk);

#endif /* TCS_MARKS_H */
