// SPDX-License-Identifier: GPL-2.0
/* doctor: the connections that end while it watches, by the trace event. */
#include "doctor_watch.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "trace_instance.h"

#include <errno.h>

static struct trace_instance *instance;

static struct doctor *doctor_of(struct doctors *all, u64 netns)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].inode == netns)
			return &all->v[i];
	}
	return NULL;
}

static void take_line(char *text, void *data)
{
	struct doctors *all = data;
	struct trace_line line;
	struct doctor *d;
	bool between;
	u64 netns;

	if (trace_line_parse(text, TRACE_EVENT, &line))
		return;
	all->read_us = line.us;
	if (parse_u64(trace_line_value(&line, "netns"), &netns))
		return;
	d = doctor_of(all, netns);
	if (!d)
		return;
	d->latest_us = line.us;
	gone_add(&d->rsts.gone, &line);
	between = line.us >= d->began_us && line.us < d->ended_us;
	ends_add(between ? &all->ends : &d->undecided, &line, doctor_serves, d);
}

int doctor_trace_open(u64 netns)
{
	if (!trace_instance_possible())
		return -ENOENT;
	return trace_instance_open(&instance, netns) ? -ENOENT : 0;
}

void doctor_trace_read(struct doctors *all, u64 us)
{
	u64 end = monotonic_us() + us, now;

	while ((now = monotonic_us()) < end) {
		int wait_ms = (end - now) / US_PER_MS + 1;
		int ret = trace_instance_read(instance, wait_ms, take_line, all);

		if (ret && ret != -EAGAIN)
			return;
	}
}

/* Events are read in the order of their times, whichever CPU they happened on. */
void doctor_trace_drain(struct doctors *all, u64 before_us)
{
	while (all->read_us < before_us && !trace_instance_read(instance, 0, take_line, all))
		;
}

u64 doctor_trace_lost(void)
{
	return trace_instance_lost(instance);
}

void doctor_trace_close(struct doctors *all)
{
	all->lost = trace_instance_lost(instance);
	trace_instance_close(instance);
	instance = NULL;
}
