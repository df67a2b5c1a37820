// SPDX-License-Identifier: GPL-2.0
#include "lab.h"

#include "lab_check.h"
#include "lab_net.h"
#include "lab_peers.h"
#include "lab_steps.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/util.h"
#include "progress.h"
#include "track.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * How often a condition is looked at when nothing happens: the less often, the
 * longer it takes, since a look at the sockets is not for nothing.
 */
#define LOOK_MS 3
#define LOOK_SHARE 100
#define LOOK_MS_MOST 50

static int look_ms(u64 gone)
{
	u64 ms = LOOK_MS + gone / LOOK_SHARE;

	return ms < LOOK_MS_MOST ? ms : LOOK_MS_MOST;
}

/*
 * Seconds: a peer that is killed loses its sockets first, and what comes of that
 * may be seen before its end is.
 */
#define LAST_WORDS 1

int lab_fail(struct lab *lab, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!lab->failures++)
		snprintf(lab->failure, sizeof(lab->failure), "%s", text);
	if (!lab->skip && !lab->again)
		fprintf(stderr, "closelab: %s: %s\n", lab->scenario->name,
			text);
	return -1;
}

void lab_note(struct lab *lab, int side, const char *format, ...)
{
	struct lab_note *note = &lab->note[lab->notes];
	va_list args;

	if (lab->notes == ARRAY_SIZE(lab->note))
		return;
	lab->notes++;
	note->side = side;
	note->at = now_ns();
	va_start(args, format);
	vsnprintf(note->text, sizeof(note->text), format, args);
	va_end(args);
}

/*
 * An ACK of the FIN that comes while close() still owns the socket leaves a
 * full one in FIN_WAIT2, which ends in another way: it sends RST. No lab can
 * keep that from happening, and none is about it.
 */
static int want_mini_sockets(struct lab *lab, int side)
{
	for (size_t i = 0; i < lab->last[side].count; i++) {
		if (!lab->last[side].socket[i].full_orphan)
			continue;
		lab->again = "an ACK came before close() was done";
		return lab_fail(lab, "%c has no mini-socket in FIN_WAIT2",
				'A' + side);
	}
	return 0;
}

int lab_look(struct lab *lab, int side)
{
	int family = lab->options.ipv6 ? AF_INET6 : AF_INET;
	int err = diag_dump(lab->diag[side], family, &lab->last[side]);

	if (err)
		return lab_fail(lab, "cannot list the sockets of %c: %s",
				'A' + side, strerror(-err));
	return lab->scenario->changes || lab->scenario->outcomes ?
	       want_mini_sockets(lab, side) : 0;
}

char *lab_states(const struct lab *lab, int side, char *text, size_t size)
{
	size_t count[ST_COUNT] = { 0 };
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < lab->last[side].count; i++)
		count[lab->last[side].socket[i].state % ST_COUNT]++;
	count[ST_LISTEN] = 0;
	count[ST_CLOSE] = 0;
	for (int state = 1; state < ST_COUNT && len < size; state++) {
		if (!count[state])
			continue;
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				tcp_state_name(state));
		if (count[state] > 1 && len < size)
			len += snprintf(text + len, size - len, "*%zu",
					count[state]);
	}
	return text;
}

static int collect(struct lab *lab, int timeout_ms)
{
	struct epoll_event ev[16];
	int n = epoll_wait(lab->epoll, ev, 16, timeout_ms);

	if (n < 0 && errno != EINTR)
		return lab_fail(lab, "epoll_wait: %s", strerror(errno));
	if (signals_caught())
		return lab_fail(lab, "interrupted");
	if (lab->capture && capture_read(lab->capture))
		return lab_fail(lab, "the capture failed");
	for (int i = 0; i < MAX_PEERS; i++)
		if (lab->peer[i].control >= 0 && lab_peer_read(lab, i))
			return -1;
	return 0;
}

/* 1 it holds, 0 it did not in time, -1 something else went wrong. */
static int wait_for(struct lab *lab, const char *what, unsigned int seconds,
		    int (*holds)(struct lab *lab, void *data), void *data)
{
	u64 start = monotonic_us() / 1000;
	struct progress progress;
	int ret;

	progress_begin(&progress, lab->options.quiet ? NULL : what, seconds);
	for (;;) {
		u64 gone = monotonic_us() / 1000 - start;

		ret = collect(lab, 0);
		if (!ret)
			ret = holds(lab, data);
		if (ret || gone > (u64)seconds * 1000)
			break;
		progress_tick(&progress, gone);
		ret = collect(lab, look_ms(gone));
		if (ret)
			break;
	}
	progress_end(&progress);
	return ret;
}

int lab_wait(struct lab *lab, const char *what, unsigned int seconds,
	     int (*holds)(struct lab *lab, void *data), void *data)
{
	int ret = wait_for(lab, what, seconds, holds, data);
	char a[128], b[128];

	if (ret > 0) {
		lab->checks++;
		return 0;
	}
	if (ret < 0)
		return lab->failures ? -1 :
		       lab_fail(lab, "waiting for %s: it cannot be any more",
				what);
	if (lab_look(lab, A) || lab_look(lab, B))
		return -1;
	return lab_fail(lab, "waited %u s for %s; now A has \"%s\", B has \"%s\"",
			seconds, what, lab_states(lab, A, a, sizeof(a)),
			lab_states(lab, B, b, sizeof(b)));
}

int lab_settle(struct lab *lab, unsigned int seconds,
	       int (*holds)(struct lab *lab, void *data), void *data)
{
	return wait_for(lab, NULL, seconds, holds, data);
}

static int read_counters(struct lab *lab, struct counters counters[2])
{
	for (int side = 0; side < 2; side++) {
		int err = counters_read(lab->ns[side], &counters[side]);

		if (err)
			return lab_fail(lab, "cannot read the counters: %s",
					strerror(-err));
		if (!counters[side].module && lab->scenario->needs_module &&
		    lab->options.without_module) {
			lab->skip = true;
			return lab_fail(lab, "it is about tcp_closestat, which is not loaded");
		}
		if (!counters[side].module && !lab->options.without_module)
			return lab_fail(lab, "tcp_closestat is not loaded: modprobe tcp_closestat, or run it --without-module");
	}
	return 0;
}

static int open_eyes(struct lab *lab)
{
	struct epoll_event ev = { .events = EPOLLIN };
	char error[256];

	lab->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (lab->epoll < 0)
		return lab_fail(lab, "epoll_create1: %s", strerror(errno));
	for (int side = 0; side < 2; side++) {
		lab->diag[side] = diag_open(lab->ns[side]);
		if (!lab->diag[side])
			return lab_fail(lab, "no sock_diag: %s",
					strerror(errno));
	}
	lab->capture = capture_open(lab->ns, DEVICE, lab->options.ipv6 ?
				    AF_INET6 : AF_INET, error, sizeof(error));
	if (!lab->capture)
		return lab_fail(lab, "cannot capture: %s", error);
	for (int i = 0; i < CAPTURE_FDS; i++)
		if (epoll_ctl(lab->epoll, EPOLL_CTL_ADD,
			      capture_fd(lab->capture, i), &ev))
			return lab_fail(lab, "epoll_ctl: %s", strerror(errno));
	return 0;
}

/* Whether a side has a TIME_WAIT: 1 yes, 0 no, -1 after lab_fail(). */
static int has_time_wait(struct lab *lab, int side)
{
	if (lab_look(lab, side))
		return -1;
	for (size_t i = 0; i < lab->last[side].count; i++)
		if (lab->last[side].socket[i].state == ST_TIME_WAIT)
			return 1;
	return 0;
}

static int time_wait_over(struct lab *lab, void *side)
{
	int has = has_time_wait(lab, *(int *)side);

	return has < 0 ? -1 : !has;
}

/* When a side entered its last TIME_WAIT, by the segments; 0 not known. */
static u64 time_wait_since(struct lab *lab, int side)
{
	size_t count, tracks;
	const struct wire *wire;
	struct track *track;
	u64 since = 0;

	if (lab->unwatched)
		return 0;
	wire = capture_wires(lab->capture, &count);
	track = track_all(wire, count, &tracks);
	for (size_t i = 0; track && i < tracks; i++) {
		for (size_t j = 0; j < track[i].moves; j++) {
			const struct move *move = &track[i].move[j];

			if (move->side == side && move->changed &&
			    move->state == ST_TIME_WAIT && move->at > since)
				since = move->at;
		}
	}
	track_free(track, tracks);
	return since;
}

/* A tuned TIME_WAIT that is short enough is seen to its end. */
static int wait_out(struct lab *lab)
{
	unsigned int seconds = lab->options.time_wait_ms / 1000 + 5;

	if (lab->options.time_wait_ms < 0 || lab->options.time_wait_ms > 10000)
		return 0;
	lab->waited_out = true;
	for (int side = 0; side < 2; side++) {
		u64 since = time_wait_since(lab, side);
		int has = has_time_wait(lab, side);

		if (has < 0 ||
		    lab_wait(lab, "TIME_WAIT to end", seconds, time_wait_over,
			     &side))
			return -1;
		if (has && since)
			lab_note(lab, side, "over after %.2f s",
				 (double)(now_ns() - since) / 1000000000);
	}
	return 0;
}

/*
 * A cable keeps its segments in order. A veth does so only for those that are
 * sent on the same CPU, as each CPU has a queue of its own for what arrives:
 * an ACK that the kernel sends on one may be overtaken by the data that the
 * application sends on another. So a lab, with all that it starts, has one.
 */
static int take_one_cpu(struct lab *lab)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu >= 0 && cpu < CPU_SETSIZE)
		CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return lab_fail(lab, "sched_setaffinity: %s", strerror(errno));
	return 0;
}

static int peer_lost(struct lab *lab, void *unused)
{
	(void)unused;
	for (int i = 0; i < MAX_PEERS; i++)
		if (lab->peer[i].lost)
			return 1;
	return 0;
}

int lab_run(struct lab *lab)
{
	lab->epoll = -1;
	for (int i = 0; i < 3; i++)
		lab->ns[i] = -1;
	for (int i = 0; i < MAX_PEERS; i++)
		lab->peer[i].control = -1;
	if (take_one_cpu(lab) || lab_net_build(lab) || open_eyes(lab) ||
	    read_counters(lab, lab->before))
		return -1;
	lab->started = true;
	if (lab_steps_run(lab) || wait_out(lab)) {
		/* What can be shown of it is shown. */
		if (lab->failures && !signals_caught()) {
			/* Before it stands still once more. */
			lab_check_stall(lab);
			if (!lab->skip)
				lab_settle(lab, LAST_WORDS, peer_lost, NULL);
			read_counters(lab, lab->after);
		}
	} else {
		lab_check_segments(lab);
		lab_check_counters(lab);
		for (int side = 0; side < 2 && !lab->failures; side++)
			lab_look(lab, side);
		if (lab->failures)
			lab_check_stall(lab);
	}
	return lab->failures ? -1 : 0;
}

int lab_unwatch(struct lab *lab)
{
	if (collect(lab, 0))
		return -1;
	if (lab_check_stall(lab))
		return lab_fail(lab, "what was watched is not as it should be");
	lab->unwatched = true;
	/* The peers have them too: closing alone does not end the watch. */
	for (int i = 0; i < CAPTURE_FDS; i++)
		epoll_ctl(lab->epoll, EPOLL_CTL_DEL,
			  capture_fd(lab->capture, i), NULL);
	capture_stop(lab->capture);
	return 0;
}

void lab_close(struct lab *lab)
{
	if (lab->helper > 0) {
		kill(lab->helper, SIGKILL);
		waitpid(lab->helper, NULL, 0);
	}
	lab_peers_close(lab);
	capture_close(lab->capture);
	lab->capture = NULL;
	for (int side = 0; side < 2; side++) {
		diag_close(lab->diag[side]);
		diag_free(&lab->last[side]);
		counters_free(&lab->before[side]);
		counters_free(&lab->after[side]);
	}
	if (lab->epoll >= 0)
		close(lab->epoll);
	lab_net_close(lab);
	free(lab->event);
}
