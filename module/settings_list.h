/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of a namespace. Each row is a member of struct tcs_net (pernet.h), which a
 * new namespace begins with at its default (pernet.c), and the sysctl
 * net.tcp_closestat.NAME (sysctl.c, where the handlers are).
 */
#ifndef TCS_SETTINGS_LIST_H
#define TCS_SETTINGS_LIST_H

#include "policy.h"

/*
 * X(name, min, max, default, scope, mode, handler): unsigned int, with MIN and MAX as the
 * range of what may be written. The scope is
 *
 *  - INHERITED: each namespace has it, and begins with the value of the initial namespace
 *    where that has "inherit" at 1;
 *  - OWN: each namespace has it;
 *  - INITIAL: the initial namespace has it.
 */
#define TCS_SETTINGS(X)							\
	X(histograms, 0, 1, 1, INHERITED, 0644, do_number)		\
	X(time_wait_ms, 0, TCS_TIME_WAIT_MS_MAX, TCS_KERNEL_TIME_WAIT_MS, \
	  INHERITED, 0644, do_time_wait_ms)				\
	X(time_wait_guard, 0, 1, 1, INHERITED, 0644, do_number)		\
	X(time_wait_purge, 1, 1, 0, OWN, 0200, do_purge)		\
	X(inherit, 0, 1, 0, INITIAL, 0644, do_number)

#endif /* TCS_SETTINGS_LIST_H */
