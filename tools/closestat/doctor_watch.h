/* SPDX-License-Identifier: GPL-2.0 */
/* doctor: gathering what the checks judge. */
#ifndef CLOSESTAT_DOCTOR_WATCH_H
#define CLOSESTAT_DOCTOR_WATCH_H

#include "doctor.h"

struct doctors {
	struct doctor *v;
	size_t n;
	bool traced;	/* there are events */
	struct ends ends;
	u64 read_us;	/* the time of the latest event that was read, monotonic clock */
	u64 lost;	/* events that came faster than they were read */
};

/**
 * doctor_open - before any namespace is looked at, switch the trace event on, if there is one
 * @doctors: whose, zeroed
 * @netns: inode of the one namespace that is to be watched, 0 for all
 *
 * A connection that ends later is both counted and traced.
 */
void doctor_open(struct doctors *doctors, u64 netns);

/**
 * doctor_begin - look at the namespace the thread is in for the first time
 * @doctors: a doctor is added to these
 * @name: what people call the namespace, "" for the own one
 * @spec: what -N takes for it, NULL for the own one
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int doctor_begin(struct doctors *doctors, const char *name, const char *spec);

/**
 * doctor_end - look at the namespace the thread is in for the last time
 * @doctors: of all namespaces
 * @doctor: that of this namespace
 * @seconds: how long it was to watch, 0 for not at all
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int doctor_end(struct doctors *doctors, struct doctor *doctor, double seconds);

/**
 * doctor_watch - let time pass, and gather the connections that end
 * @doctors: of all namespaces
 * @us: how long
 *
 * Tells its progress on stderr if that is a terminal.
 */
void doctor_watch(struct doctors *doctors, u64 us);

/**
 * doctor_close - after all namespaces were looked at, switch the trace event off
 * @doctors: whose; lost is known then
 */
void doctor_close(struct doctors *doctors);

/**
 * doctor_free_all - release them
 * @doctors: which
 */
void doctor_free_all(struct doctors *doctors);

/*
 * The trace events; in a build without libtracefs there are none.
 *
 * doctor_trace_open	begin; 0, or -ENOENT if there are no events to be had
 * doctor_trace_read	gather for so long
 * doctor_trace_drain	gather what there is from before a time of the monotonic clock
 * doctor_trace_lost	how many events were lost so far
 * doctor_trace_close	end
 */
int doctor_trace_open(u64 netns);
void doctor_trace_read(struct doctors *doctors, u64 us);
void doctor_trace_drain(struct doctors *doctors, u64 before_us);
u64 doctor_trace_lost(void);
void doctor_trace_close(struct doctors *doctors);

#endif
