// SPDX-License-Identifier: GPL-2.0
/* doctor: settings that do not go together. Nothing of it matters while TIME_WAIT has its 60 s. */
#include "doctor.h"
#include "lib/procfile.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

#include <limits.h>
#include <unistd.h>

/* Up to here the kernel counts a TIME_WAIT as TWKilled when it ends, beyond as TW. */
#define KILLED_MS 4000

static void check_counted_as_killed(struct doctor *d)
{
	if (d->time_wait_ms > KILLED_MS)
		return;
	doctor_find(d, "short_time_wait",
		    "The kernel counts such a TIME_WAIT as TWKilled, not as TW: what watches TW goes blind",
		    doctor_text("time_wait_ms is %llu, not above 4 s", d->time_wait_ms),
		    doctor_text("closestat set %stime_wait=5s", d->where));
}

static void check_conntrack(struct doctor *d)
{
	/* In whole seconds, as connection tracking counts, and not 0, which it would take. */
	u64 enough = (d->time_wait_ms + 999) / 1000 ? : 1;
	u64 seconds;

	if (sysctl_read_number("nf_conntrack_tcp_timeout_time_wait", &seconds) || seconds <= enough)
		return;
	doctor_find(d, "conntrack",
		    "Its table fills with connections that have ended, and a port reused early meets an old entry",
		    doctor_text("time_wait_ms is %llu, but connection tracking keeps TIME_WAIT for %llu s",
				d->time_wait_ms, seconds),
		    doctor_text("closestat set %snf_conntrack_tcp_timeout_time_wait=%llu", d->where,
				enough));
}

static void check_ipvs(struct doctor *d)
{
	char path[PATH_MAX];

	if (procfile_path(path, sizeof(path), "thread-self/net/ip_vs") || access(path, F_OK))
		return;
	doctor_find(d, "ipvs",
		    "IPVS keeps its own clock on closed connections, 120 s unless set: a port reused early is sent to the old real server",
		    doctor_text("IPVS is loaded and time_wait_ms is %llu", d->time_wait_ms),
		    doctor_text("ipvsadm --set 0 %llu 0", d->time_wait_ms / 1000 ? : 1));
}

static void check_guard(struct doctor *d)
{
	u64 guard;

	if (sysctl_read_number("time_wait_guard", &guard) || guard)
		return;
	doctor_find(d, "guard_off",
		    "Without the guard a late segment of an old connection may be taken for one of a new connection",
		    doctor_text("time_wait_guard is off and time_wait_ms is %llu", d->time_wait_ms),
		    doctor_text("closestat set %sguard=on", d->where));
}

int doctor_settings(struct doctor *d)
{
	if (d->time_wait_ms >= KERNELS_OWN_MS)
		return EXIT_OK;
	check_counted_as_killed(d);
	check_conntrack(d);
	check_ipvs(d);
	check_guard(d);
	return EXIT_OK;
}
