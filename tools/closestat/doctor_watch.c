// SPDX-License-Identifier: GPL-2.0
#include "doctor_watch.h"

#include "lib/clock.h"
#include "lib/procfile.h"
#include "lib/signals.h"
#include "lib/units.h"
#include "msg.h"
#include "netns_spec.h"
#include "nsnames.h"
#include "recent.h"
#include "settings.h"
#include "sock_filter.h"
#include "sysctl.h"

#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#define STEP_US (US_PER_S / 2)
#define MAX_READS 5

static u32 stuck_states(void)
{
	return sock_filter_closing() & ~BIT(TCP_TIME_WAIT);
}

static int read_time_wait(struct doctor *d)
{
	int ret = sysctl_read_number("time_wait_ms", &d->time_wait_ms);

	if (ret)
		return sysctl_explain(setting_find("time_wait_ms"), NULL, -ret);
	d->length_ms = sysctl_time_wait_length(d->time_wait_ms);
	return EXIT_OK;
}

/* How commands of others are run there: as netns_enter_spec() has it. */
static char *enter_command(const char *spec)
{
	char path[PATH_MAX];
	int pid;

	if (!spec)
		return doctor_text("%s", "");
	if (strchr(spec, '/') && !access(spec, F_OK))
		return doctor_text("nsenter --net=%s ", spec);
	snprintf(path, sizeof(path), NETNS_DIR "/%s", spec);
	if (!access(path, F_OK))
		return doctor_text("ip netns exec %s ", spec);
	pid = spec[strspn(spec, "0123456789")] ? netns_spec_pid(spec) : atoi(spec);
	return doctor_text("nsenter -t %d -n ", pid);
}

/*
 * The counts, and the events up to then. A connection that ends while the counts are read may be
 * one of them or not, so they are read once more if one has, but not for ever on a host where there
 * is always one.
 */
static int read_counts(struct doctors *all, struct doctor *d, struct snapshot *counts)
{
	int ret, tries = MAX_READS;
	bool done;

	for (;;) {
		d->ended_us = monotonic_us();
		ret = snapshot_read(counts);
		if (ret || !all->traced)
			return ret;
		doctor_trace_drain(all, monotonic_us());
		done = d->latest_us < d->ended_us || !--tries;
		/* The next counts have those that came meanwhile; to begin with, none is wanted. */
		if (!done && d->began_us < d->ended_us)
			ends_merge(&all->ends, &d->undecided);
		ends_free(&d->undecided);
		if (done)
			return EXIT_OK;
		snapshot_free(counts);
	}
}

/*
 * The sockets that close. To list those of a namespace the kernel walks the table of all, so not
 * where the counts have none.
 */
static int read_closing(const struct snapshot *counts, struct socks *socks)
{
	static const char *const gauges[] = {
		"fin_wait1", "fin_wait2", "closing", "close_wait", "last_ack"
	};
	u64 n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++)
		n += counters_value(&counts->module.v[0].counters, gauges[i]);
	return n ? sockdiag_read(stuck_states(), socks) : EXIT_OK;
}

static int look_first(struct doctors *all, struct doctor *d)
{
	int ret;

	ret = read_time_wait(d) ? : sockdiag_read(BIT(TCP_LISTEN), &d->listeners);
	if (ret)
		return ret;
	d->inode = nsnames_own_inode();
	/* Without it no port is a client's by its number. */
	sysctl_read_ports(&d->low_port, &d->high_port);
	recent_read(&d->past, &d->rsts.gone, d->inode, 0, doctor_serves, d);
	d->ct_drops = doctor_ct_drops();
	ret = read_counts(all, d, &d->before);
	if (ret)
		return ret;
	/* What leaves from now on is counted in the next. */
	rst_watch_begin(&d->rsts);
	d->began_us = d->ended_us;
	d->ended_us = UINT64_MAX;
	return read_closing(&d->before, &d->first);
}

void doctor_open(struct doctors *all, u64 netns)
{
	all->traced = !doctor_trace_open(netns);
	/* The event has to be switched off again. */
	if (all->traced)
		signals_catch();
}

int doctor_begin(struct doctors *all, const char *name, const char *spec)
{
	struct doctor *d = realloc(all->v, (all->n + 1) * sizeof(*d));

	if (!d)
		return msg_error("out of memory");
	all->v = d;
	d += all->n++;
	*d = (struct doctor){
		.name = doctor_text("%s", name),
		.where = spec ? doctor_text("-N %s ", spec) : doctor_text("%s", ""),
		.enter = enter_command(spec),
		.rsts.fd = -1,
		.began_us = UINT64_MAX,
	};
	rst_watch_open(&d->rsts);
	return look_first(all, d);
}

static int find_owners(struct doctor *d)
{
	u32 *inodes = calloc(d->last.n + d->listeners.n + 1, sizeof(*inodes));
	size_t n = 0;

	if (!inodes)
		return msg_error("out of memory");
	for (size_t i = 0; i < d->last.n; i++) {
		if (d->last.v[i].inode)
			inodes[n++] = d->last.v[i].inode;
	}
	for (size_t i = 0; i < d->listeners.n; i++)
		inodes[n++] = d->listeners.v[i].inode;
	owners_read(inodes, n, &d->owners);
	free(inodes);
	return EXIT_OK;
}

int doctor_end(struct doctors *all, struct doctor *d, double seconds)
{
	struct socks listeners;
	int ret;

	/* A signal ends it before its time. */
	d->seconds = MIN(seconds, (monotonic_us() - d->began_us) / 1e6);
	rst_watch_read(&d->rsts);
	ret = sockdiag_read(BIT(TCP_LISTEN), &listeners);
	if (ret)
		return ret;
	d->listened = d->listeners;
	d->listeners = listeners;
	/* One that has closed meanwhile is still worth knowing, unless there are others now. */
	if (!listeners.n) {
		d->listeners = d->listened;
		d->listened = listeners;
	}
	ret = read_counts(all, d, &d->now);
	if (!ret)
		ret = read_closing(&d->now, &d->last);
	if (ret)
		return ret;
	/* Of a thousand namespaces most have none. */
	if (d->last.n)
		closing_ages_read(&d->ages);
	procfile_read("thread-self/net/sockstat", &d->sockstat, NULL);
	procfile_read("thread-self/net/sockstat6", &d->sockstat6, NULL);
	if (seconds)
		recent_read(&d->lately, NULL, d->inode, (monotonic_us() - d->began_us) / US_PER_MS,
			    doctor_serves, d);
	if (all->traced)
		ends_sort(&all->ends);
	d->traced = all->traced && (!d->rsts.n_strays || !doctor_trace_lost());
	d->ends = all->traced ? &all->ends : &d->lately;
	return find_owners(d);
}

static void tell_progress(u64 left_us)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, left_us ? "\rclosestat: watching, %llu s left " : "\r\033[K",
			(left_us + US_PER_S - 1) / US_PER_S);
}

void doctor_watch(struct doctors *all, u64 us)
{
	u64 end = monotonic_us() + us, now;

	if (!us)
		return;
	while ((now = monotonic_us()) < end && !(all->traced && signals_caught())) {
		u64 step = MIN(end - now, STEP_US);

		tell_progress(end - now);
		if (all->traced)
			doctor_trace_read(all, step);
		else
			wait_us(step);
		for (size_t i = 0; i < all->n; i++)
			rst_watch_read(&all->v[i].rsts);
	}
	tell_progress(0);
}

void doctor_close(struct doctors *all)
{
	if (all->traced)
		doctor_trace_close(all);
}

static void free_one(struct doctor *d)
{
	doctor_free_findings(d);
	rst_watch_close(&d->rsts);
	owners_free(&d->owners);
	sockdiag_free(&d->listened);
	sockdiag_free(&d->listeners);
	sockdiag_free(&d->first);
	sockdiag_free(&d->last);
	snapshot_free(&d->before);
	snapshot_free(&d->now);
	closing_ages_free(&d->ages);
	ends_free(&d->past);
	ends_free(&d->lately);
	ends_free(&d->undecided);
	free(d->sockstat);
	free(d->sockstat6);
	free(d->name);
	free(d->where);
	free(d->enter);
}

void doctor_free_all(struct doctors *all)
{
	for (size_t i = 0; i < all->n; i++)
		free_one(&all->v[i]);
	free(all->v);
	ends_free(&all->ends);
}
