/* SPDX-License-Identifier: GPL-2.0 */
/* The cases of the program time_wait, for its table. */
#ifndef TIME_WAIT_CASES_H
#define TIME_WAIT_CASES_H

/* length_cases.c; @arg: struct length_arg */
struct length_arg {
	int family;
	int path;
};

void case_lengths(const void *arg);
void case_two_namespaces(const void *arg);

/* long_cases.c; @arg: struct length_arg */
void case_60s(const void *arg);
void case_longer_than_60s(const void *arg);

/* guard_cases.c */
void case_guard_floor(const void *arg);
void case_guard_slow_peer(const void *arg);
void case_guard_idle(const void *arg);
void case_guard_no_timestamps(const void *arg);
void case_no_guard_no_timestamps(const void *arg);
void case_guard_stale_timestamps(const void *arg);

/* fin_wait2_cases.c */
void case_fin_wait2_life(const void *arg);
void case_fin_wait2_same_as_kernel(const void *arg);

/* rearm_cases.c; @arg: struct length_arg */
void case_rearm_repeated_fin(const void *arg);
void case_rearm_lost_ack(const void *arg);
void case_rearm_both(const void *arg);
void case_rearm_other_lengths(const void *arg);
void case_rearm_not_nearer(const void *arg);

#endif /* TIME_WAIT_CASES_H */
