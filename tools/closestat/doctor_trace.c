// SPDX-License-Identifier: GPL-2.0
/* doctor: the connections that end while it watches, by the trace event. */
#include "doctor_watch.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "trace_instance.h"

#include <errno.h>

static struct trace_instance *instance;

static bool listens(u64 netns, u16 port, void *data)
{
	struct doctors *all = data;

	for (size_t i = 0; i < all->n; i++) {
		if (doctor_listens(netns, port, &all->v[i]))
			return true;
	}
	return false;
}

static void take_line(char *text, void *data)
{
	struct doctors *all = data;
	struct trace_line line;

	if (!trace_line_parse(text, TRACE_EVENT, &line))
		ends_add(&all->ends, &line, listens, all);
}

int doctor_trace_open(struct doctors *all)
{
	u64 netns = all->n == 1 ? all->v[0].inode : 0;

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

void doctor_trace_close(struct doctors *all)
{
	trace_instance_stop(instance);
	while (!trace_instance_read(instance, 0, take_line, all))
		;
	all->lost = trace_instance_lost(instance);
	trace_instance_close(instance);
	instance = NULL;
}
