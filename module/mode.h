/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is on: whether events are counted, whether the baseline runs, whether timewait sockets
 * are followed, and which path is taken.
 */
#ifndef TCS_MODE_H
#define TCS_MODE_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/types.h>

/* Nothing counts before the hooks were tested. */
#define TCS_MODE_COUNTING	1U

/*
 * While the sockets that were closing before the module came are collected,
 * every socket gets a record, and one without is not in the gauges yet. After
 * that every closing socket is in the gauges, whether it has a record or not.
 */
#define TCS_MODE_BASELINE	2U

/*
 * Timewait sockets cannot be followed on this kernel: they are in no gauge and have
 * no record.
 */
#define TCS_MODE_TWSK_UNTRACKED	4U

/*
 * TCS_MODE_..., and a switch that is on where it is TCS_MODE_COUNTING alone, which is nearly
 * always. A static key for each would not do: the places that ask for it change one after the
 * other, and a connection whose FIN is counted by one of them could come to its end by another
 * that does not count yet. This changes for all at once.
 */
extern unsigned int tcs_mode;
DECLARE_STATIC_KEY_FALSE(tcs_steady_key);

/*
 * The fast path may be taken: tcs_steady_key is on, and nobody listens to the trace event, or
 * somebody does; see fastpath.h.
 */
DECLARE_STATIC_KEY_FALSE(tcs_fastpath_key);
DECLARE_STATIC_KEY_FALSE(tcs_fastpath_traced_key);

void tcs_counting(bool on);
void tcs_twsk_set_untracked(void);
void tcs_baseline_begin(void);
int tcs_baseline_end(void);
void tcs_baseline_fail(void);

/* Called before the trace event's first listener comes, and after the last one has gone. */
int tcs_trace_reg(void);
void tcs_trace_unreg(void);

static inline bool tcs_is_counting(void)
{
	return static_branch_likely(&tcs_steady_key) ||
	       READ_ONCE(tcs_mode) & TCS_MODE_COUNTING;
}

static inline bool tcs_in_baseline(void)
{
	return !static_branch_likely(&tcs_steady_key) &&
	       READ_ONCE(tcs_mode) & TCS_MODE_BASELINE;
}

static inline bool tcs_twsk_is_untracked(void)
{
	return !static_branch_likely(&tcs_steady_key) &&
	       READ_ONCE(tcs_mode) & TCS_MODE_TWSK_UNTRACKED;
}

#endif /* TCS_MODE_H */
