// SPDX-License-Identifier: GPL-2.0
/* A namespace's settings, and what a tuned TIME_WAIT is held against. */
#include "tuned.h"

#include <netinet/tcp.h>

#include "knob.h"
#include "life.h"

/**
 * tune() - set a namespace's length of TIME_WAIT
 * @ns: its file descriptor
 * @time_wait_ms: the length
 * @guard: time_wait_guard
 */
void tune(int ns, int time_wait_ms, bool guard)
{
	knob_set(ns, KNOB("time_wait_ms"), time_wait_ms);
	knob_set(ns, KNOB("time_wait_guard"), guard);
}

/**
 * tuned_check() - a TIME_WAIT has to last as long as was asked for
 * @p: the connection, in TIME_WAIT since @p->before or @p->after
 * @side: which of its ends
 * @ms: without the guard
 *
 * Never more than 5 % and a tick too late; less than 7.7 % and a tick too early,
 * where the kernel's timer wheel has nothing better (module/policy.c). Do not
 * take a length that is a few ticks below 63, 504 or 4032 ticks: where the wheel
 * lags behind, on a machine that stood still, it goes to a coarser level.
 */
void tuned_check(struct pair *p, int side, int ms)
{
	const int64_t ns = ms * NS_PER_MS;
	struct life l = life_watch(p->w->diag[side], &p->end[side],
				   TCP_TIME_WAIT, p->before, p->after, ns);
	char what[32];

	snprintf(what, sizeof(what), "%d ms", ms);
	life_check(&l, what, ns - ns * 77 / 1000 - tick_ns(),
		   ns + ns / 20 + tick_ns());
}
