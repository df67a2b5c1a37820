// SPDX-License-Identifier: GPL-2.0
/* doctor: connections that ended as they should not, while it watched and, as history, before. */
#include "doctor.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* Those without an event are no connections that end. */
static bool counts_connections(const struct judged *j)
{
	return j->how;
}

/* "3 of 300 connections that ended were reset (1 %)" */
static char *counted(const struct judged *j, u64 n, u64 of)
{
	char share[32] = "";

	if (!counts_connections(j))
		return doctor_text("%llu %s%s %s %s", n, j->cause, plural(n),
				   n == 1 ? "was" : "were", j->seen);
	if (n < of)
		snprintf(share, sizeof(share), " (%.2g %%)", n * 100.0 / of);
	return doctor_text("%llu of %llu connection%s that ended %s %s%s", n, of, plural(of),
			   n == 1 ? "was" : "were", j->seen, share);
}

/* Where it tells something how long nothing had gone either way. */
static char *idle_before(const struct judged *j, const struct ends_sum *sum)
{
	if (!j->idle)
		return doctor_text("%s", "");
	return doctor_idle(sum->idle_max_us, strcmp(j->how, "timeout") ? ENDS_IDLE_US : 1);
}

/* The peer of most of them. */
static const char *peer_of(const struct doctor *d, const struct ends *ends, const struct judged *j)
{
	for (size_t i = 0; ends && i < ends->n; i++) {
		if (ends_match(&ends->v[i], d->inode, j->how, j->cause, j->want))
			return ends->v[i].peer;
	}
	return "PEER";
}

/* A command of ours is told the namespace, another is run in it. */
static char *remedy_of(const struct doctor *d, const struct ends *ends, const struct judged *j)
{
	static const char ours[] = "closestat ";
	const char *peer = strstr(j->remedy, "PEER");
	size_t verb = strlen(ours) + strcspn(j->remedy + strlen(ours), " ") + 1;

	if (!j->here)
		return doctor_text("%s", j->remedy);
	if (!strncmp(j->remedy, ours, strlen(ours)))
		return doctor_text("%.*s%s%s", (int)verb, j->remedy, d->where, j->remedy + verb);
	if (peer)
		return doctor_text("%s%.*s%s", d->enter, (int)(peer - j->remedy), j->remedy,
				   peer_of(d, ends, j));
	return doctor_text("%s%s", d->enter, j->remedy);
}

void doctor_tell_now(struct doctor *d, const struct judged *j, u64 n)
{
	char *text = counted(j, n, doctor_rose(d, "ended")), *ends, *idle;
	struct ends_sum sum;

	if (!j->how) {
		doctor_find(d, j->harm, j->row, j->why, text, remedy_of(d, NULL, j));
		return;
	}
	/* To the event a retransmission is data. */
	sum = ends_sum(strcmp(j->how, "timeout") ? d->ends : &d->lately, d->inode, j->how,
		       j->cause, j->want);
	ends = doctor_ends_described(d, d->ends, j->how, j->cause, j->want);
	idle = idle_before(j, &sum);
	doctor_find(d, j->harm, j->row, j->why,
		    doctor_text("%s%s%s%s", text, idle, *ends ? ": " : "", ends),
		    remedy_of(d, d->ends, j));
	free(text);
	free(ends);
	free(idle);
}

/* Of ends that the module has not kept, who listens here is all there is to go by. */
static char *not_kept(const struct doctor *d, const struct judged *j)
{
	char *listening = j->harm == HARM_NONE ? doctor_text("%s", "") : doctor_listening(d);
	char *text = doctor_text(", before doctor looked%s%s%s",
				 *listening ? " (listening here: " : "", listening,
				 *listening ? ")" : "");

	free(listening);
	return text;
}

static char *kept(const struct doctor *d, const struct judged *j, const struct ends_sum *sum)
{
	char *ends = doctor_ends_described(d, &d->past, j->how, j->cause, j->want);
	char *idle = idle_before(j, sum), *text, age[DURATION_SIZE];
	u64 ago_us = monotonic_us() - d->began_us;

	text = doctor_text("%s, before doctor looked, the last %s ago: %s", idle,
			   format_duration(sum->age_ms * US_PER_MS + ago_us, age), ends);
	free(idle);
	free(ends);
	return text;
}

void doctor_tell_earlier(struct doctor *d, const struct judged *j, u64 n)
{
	char *text = counted(j, n, doctor_total(d, "ended") - doctor_rose(d, "ended"));
	struct ends_sum sum = { 0 };
	char *what, *remedy;

	if (j->how)
		sum = ends_sum(&d->past, d->inode, j->how, j->cause, j->want);
	what = sum.count ? kept(d, j, &sum) : not_kept(d, j);
	remedy = remedy_of(d, &d->past, j);
	doctor_find(d, HARM_EARLIER, j->row, j->why,
		    doctor_text("%s%s. %s; remedy: %s", text, what, j->why, remedy), remedy);
	free(text);
	free(what);
}

/*
 * A RST ends a TIME_WAIT because that has answered something: a FIN that came twice, an ACK that
 * the peer's FIN overtook, or a SYN. Of what makes it begin again tcp_timewait_state_process()
 * counts a SYN, or an ACK, with an older timestamp as refused by PAWS, too; a SYN without a
 * timestamp does not make it begin again.
 */
static const struct judged time_wait_reset[] = {
	{
		"time_wait_reset", NULL, "TIME_WAIT", NULL, HARM_RISK,
		"ended by a RST",
		"Behind NAT or a balancer a new connection came from a port that is still in TIME_WAIT here, and gets through at its second try, a second later; or a segment was late, and its sender gone. Best is to let the peer close first",
		"let the peer close first, or a shorter TIME_WAIT",
		NULL, false, false, false,
	},
	{
		"time_wait_reset", NULL, "TIME_WAIT", NULL, HARM_RISK,
		"ended by a RST",
		"The peer's FIN came twice, or overtook an ACK of it, and the peer had gone when what came last was answered: late segments may meet a new connection. Best is to let the peer close first",
		"sysctl -w net.ipv4.tcp_rfc1337=1",
		NULL, false, true, false,
	},
};

/* What PAWS refused; before 6.15 (PAWSTimewait) with that of connections that are open. */
static u64 refused_by_paws(const struct doctor *d, u64 *rose)
{
	u64 timewait_rose, timewait = doctor_kernel(d, "PAWSTimewait", &timewait_rose);
	u64 total = doctor_kernel(d, "PAWSEstab", rose);

	*rose += timewait_rose;
	return total + timewait;
}

/*
 * Which of time_wait_reset[] @n ended TIME_WAITs are told as. In doubt it was a SYN: what is
 * advised for a FIN keeps a SYN out for good. A SYN's sender is there and resets from its socket:
 * where as many RSTs were sent here that belong to none, both ends were here, and no SYN.
 */
static size_t what_was_answered(u64 n, u64 rearmed, u64 paws, u64 no_socket)
{
	return rearmed >= n + paws || (rearmed >= n && no_socket == n);
}

static void check_time_wait_reset(struct doctor *d)
{
	const char *row = time_wait_reset->row;
	u64 rose = doctor_rose(d, row), before = doctor_total(d, row) - rose;
	u64 rearmed = doctor_rose(d, "time_wait_rearmed");
	u64 rearmed_before = doctor_total(d, "time_wait_rearmed") - rearmed;
	u64 no_socket = doctor_rose(d, "rst_sent_no_socket");
	u64 no_socket_before = doctor_total(d, "rst_sent_no_socket") - no_socket;
	u64 paws, paws_before = refused_by_paws(d, &paws);
	size_t now, then;

	paws_before -= paws;
	now = what_was_answered(rose, rearmed, paws, no_socket);
	then = what_was_answered(before, rearmed_before, paws_before, no_socket_before);
	/* A FIN that is sent twice here may find nobody there any more. */
	if (rose > doctor_rose(d, "fin_retransmits"))
		doctor_tell_now(d, &time_wait_reset[now], rose);
	if (before)
		doctor_tell_earlier(d, &time_wait_reset[then], before);
}

/* Those of one row, @n of them: what its ends are known to be, and the rest. */
static void tell_row(struct doctor *d, const struct judged *j, size_t n)
{
	u64 rose = doctor_rose(d, j->row), before = doctor_total(d, j->row) - rose;

	for (const struct judged *k = j; k < j + n; k++) {
		bool rest = k == j + n - 1 && !k->named;
		u64 now = ends_sum(d->ends, d->inode, k->how, k->cause, k->want).count;
		u64 then = ends_sum(&d->past, d->inode, k->how, k->cause, k->want).count;

		now = rest ? rose : MIN(now, rose);
		then = rest ? before : MIN(then, before);
		if (now)
			doctor_tell_now(d, k, now);
		if (then)
			doctor_tell_earlier(d, k, then);
		rose -= now;
		before -= then;
	}
}

int doctor_ends(struct doctor *d)
{
	const struct counters *rows = &d->now.module.v[0].counters;
	size_t n;

	for (size_t i = 0; i < doctor_n_judged; i += n) {
		const struct judged *j = &doctor_judged[i];

		for (n = 1; i + n < doctor_n_judged && !strcmp(j[n].row, j->row);)
			n++;
		if (!j->unless || !counters_find(rows, j->unless))
			tell_row(d, j, n);
	}
	check_time_wait_reset(d);
	return EXIT_OK;
}
