/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a TIME_WAIT is to last.
 *
 * Pure: no kernel object, no global, no lock. The same file is compiled on the
 * host for the unit tests.
 */
#ifndef TCS_POLICY_H
#define TCS_POLICY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

/*
 * TCP_TIMEWAIT_LEN (include/net/tcp.h), in ms. As what a namespace asks for: the kernel's
 * own length, whatever a vendor has made of that.
 */
#define TCS_KERNEL_TIME_WAIT_MS	60000U

/* The longest that a namespace may ask for. */
#define TCS_TIME_WAIT_MS_MAX	600000U

/* 3.5 x RTO, for an RTO of 1 s: RFC 6298, section 2.1 */
#define TCS_FLOOR_UNKNOWN_MS	3500U

/**
 * struct tcs_length - a length of TIME_WAIT
 * @ms: the length
 * @guarded: the guard made it longer than asked for
 * @tuned: it differs from the kernel's own
 */
struct tcs_length {
	unsigned int ms;
	bool guarded;
	bool tuned;
};

struct tcs_length tcs_length(unsigned int time_wait_ms, bool guard,
			     bool timestamps, unsigned int floor_ms,
			     unsigned int own_ms);

#endif /* TCS_POLICY_H */
