/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a TIME_WAIT is given its length: the timeout in the arguments of the hooked
 * functions, by policy.c and by the settings of its namespace.
 */
#ifndef TCS_TW_LENGTH_H
#define TCS_TW_LENGTH_H

#include <linux/jump_label.h>
#include <linux/types.h>

#include "policy.h"

struct inet_timewait_sock;
struct sock;
struct tcs_args;

/*
 * Some namespace has, or had, a length of its own: as long as none ever had,
 * nothing is looked up.
 */
DECLARE_STATIC_KEY_FALSE(tcs_length_tuned_key);

static inline bool tcs_length_is_tuned(void)
{
	return static_branch_unlikely(&tcs_length_tuned_key);
}

void tcs_length_set_tuned(void);
struct tcs_length tcs_length_create(struct tcs_args *args, const struct sock *sk,
				    struct inet_timewait_sock *tw);
void tcs_length_schedule(struct tcs_args *args,
			 const struct inet_timewait_sock *tw);
void tcs_length_rearm(struct tcs_args *args, struct inet_timewait_sock *tw,
		      bool was_fin_wait2);

#endif /* TCS_TW_LENGTH_H */
