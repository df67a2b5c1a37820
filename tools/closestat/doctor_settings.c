// SPDX-License-Identifier: GPL-2.0
/* doctor: settings that do not go together, and neighbours with clocks of their own. */
#include "doctor.h"
#include "host_value.h"
#include "ipvs.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

/* Up to here the kernel counts a TIME_WAIT as TWKilled when it ends, beyond as TW. */
#define KILLED_MS 4000

/* In whole seconds, as the neighbours count, and not 0, which they would take. */
static u64 seconds_of(const struct doctor *d)
{
	return (d->length_ms + 999) / 1000 ? : 1;
}

static void check_counted_as_killed(struct doctor *d)
{
	if (d->time_wait_ms > KILLED_MS)
		return;
	doctor_find(d, HARM_RISK, "short_time_wait",
		    "The kernel counts such a TIME_WAIT as TWKilled, not as TW: what watches TW goes blind",
		    doctor_text("time_wait_ms is %llu, not above 4 s", d->time_wait_ms),
		    doctor_text("closestat set %stime_wait=5s", d->where));
}

/* Only where it tracks anything: its settings are there in every namespace. */
static void check_conntrack(struct doctor *d)
{
	u64 seconds, count;

	if (sysctl_read_number("nf_conntrack_tcp_timeout_time_wait", &seconds) ||
	    seconds <= seconds_of(d) ||
	    procfile_number("sys/net/netfilter/nf_conntrack_count", &count) || !count)
		return;
	doctor_find(d, HARM_RISK, "conntrack",
		    "Its table fills with connections that have ended, and a port reused early meets an old entry",
		    doctor_text("time_wait_ms is %llu, but connection tracking keeps TIME_WAIT for %llu s",
				d->time_wait_ms, seconds),
		    doctor_text("closestat set %snf_conntrack_tcp_timeout_time_wait=%llu", d->where,
				seconds_of(d)));
}

static void check_ipvs(struct doctor *d)
{
	u64 fin, reuse_mode;

	if (!ipvs_has_services())
		return;
	fin = ipvs_fin_timeout();
	/* Other than 0, a new connection from an old port is balanced anew. */
	if (fin <= seconds_of(d) ||
	    (!procfile_number("sys/net/ipv4/vs/conn_reuse_mode", &reuse_mode) && reuse_mode))
		return;
	doctor_find(d, HARM_RISK, "ipvs",
		    "With conn_reuse_mode 0 a client's port that comes back before IPVS has forgotten it is sent to the old real server, alive or not",
		    doctor_text("TIME_WAIT lasts %llu s, but IPVS keeps closed connections for %llu s, and conn_reuse_mode is 0",
				seconds_of(d), fin),
		    doctor_text("%ssysctl -w net.ipv4.vs.conn_reuse_mode=1", d->enter));
}

static void check_guard(struct doctor *d)
{
	u64 guard;

	if (sysctl_read_number("time_wait_guard", &guard) || guard)
		return;
	doctor_find(d, HARM_RISK, "guard_off",
		    "Without the guard a late segment of an old connection may be taken for one of a new connection",
		    doctor_text("time_wait_guard is off and time_wait_ms is %llu", d->time_wait_ms),
		    doctor_text("closestat set %sguard=on", d->where));
}

/* None was shortened: the setting does nothing. */
static void check_guarded(struct doctor *d)
{
	u64 guarded = doctor_rose(d, "time_wait_guarded");
	u64 entered = doctor_rose(d, "time_wait_entered");
	u64 timestamps;

	/* Where it happened only before, but there was never any effect, that is so now. */
	if (!guarded && !entered && !doctor_total(d, "time_wait_shortened")) {
		guarded = doctor_total(d, "time_wait_guarded");
		entered = guarded;
	}
	if (!guarded || guarded < entered)
		return;
	if (procfile_number("sys/net/ipv4/tcp_timestamps", &timestamps))
		timestamps = 1;
	doctor_find(d, HARM_RISK, "all_guarded",
		    "Connections without TCP timestamps keep 60 s, and none ends before 3.5 RTO: the setting has no effect",
		    doctor_text("time_wait_ms is %llu, but the guard kept %llu of %llu TIME_WAITs longer%s",
				d->time_wait_ms, guarded, entered,
				timestamps ? ": the peers have no timestamps, or a long RTO" :
					     ": tcp_timestamps is 0 here"),
		    timestamps ? doctor_text("sysctl -w net.ipv4.tcp_timestamps=1 at the peers") :
				 doctor_text("%ssysctl -w net.ipv4.tcp_timestamps=1", d->enter));
}

int doctor_settings(struct doctor *d)
{
	check_ipvs(d);
	if (d->time_wait_ms >= KERNELS_OWN_MS)
		return EXIT_OK;
	check_counted_as_killed(d);
	check_conntrack(d);
	check_guard(d);
	check_guarded(d);
	return EXIT_OK;
}
