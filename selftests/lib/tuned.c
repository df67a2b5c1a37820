// SPDX-License-Identifier: GPL-2.0
/* A namespace's settings, and what a tuned TIME_WAIT is held against. */
#include "tuned.h"

#include <netinet/tcp.h>

#include "setting.h"
#include "life.h"

/**
 * tune() - set a namespace's length of TIME_WAIT
 * @ns: its file descriptor
 * @time_wait_ms: the length
 * @guard: time_wait_guard
 */
void tune(int ns, int time_wait_ms, bool guard)
{
	setting_set(ns, SETTING("time_wait_ms"), time_wait_ms);
	setting_set(ns, SETTING("time_wait_guard"), guard);
}

/**
 * tuned_check() - a TIME_WAIT has to last as long as was asked for
 * @p: the connection, in TIME_WAIT since @p->before or @p->after
 * @side: which of its ends
 * @ms: without the guard
 *
 * Never too early; too late by what the kernel's timer wheel rounds up, by the tick that had
 * begun, and by the ticks that jiffies was behind, for which the timer is armed as well.
 */
void tuned_check(struct pair *p, int side, int ms)
{
	const int64_t ns = ms * NS_PER_MS, late = 3 * tick_ns();
	struct life l = life_watch(p->w->diag[side], &p->end[side],
				   TCP_TIME_WAIT, p->before, p->after, ns);
	char what[32];

	snprintf(what, sizeof(what), "%d ms", ms);
	life_check(&l, what, ns, ns + wheel_ns(ns + late) + late);
}
