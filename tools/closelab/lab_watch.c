// SPDX-License-Identifier: GPL-2.0
#include "lab_watch.h"

#include "lab.h"
#include "lab_check.h"
#include "lab_wait.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int lab_read_counters(struct lab *lab, struct readings counters[SIDES])
{
	for (int side = 0; side < lab_sides(lab); side++) {
		int err = readings_take(lab->ns[side], &counters[side]);

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

static int watch_leg(struct lab *lab, enum leg leg, struct capture **capture)
{
	static const char *const devices[LEGS][2] = {
		[BACK] = { DEVICE, DEVICE }, [FRONT] = { FRONT_DEVICE, DEVICE },
	};
	struct epoll_event ev = { .events = EPOLLIN };
	char error[256];

	*capture = capture_open(&lab->ns[leg], devices[leg],
				lab->options.ipv6 ? AF_INET6 : AF_INET, error,
				sizeof(error));
	if (!*capture)
		return lab_fail(lab, "cannot capture: %s", error);
	for (int i = 0; i < CAPTURE_FDS; i++)
		if (epoll_ctl(lab->epoll, EPOLL_CTL_ADD,
			      capture_fd(*capture, i), &ev))
			return lab_fail(lab, "epoll_ctl: %s", strerror(errno));
	return 0;
}

int lab_start_watching(struct lab *lab)
{
	lab->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (lab->epoll < 0)
		return lab_fail(lab, "epoll_create1: %s", strerror(errno));
	for (int side = 0; side < lab_sides(lab); side++) {
		lab->diag[side] = diag_open(lab->ns[side]);
		if (!lab->diag[side])
			return lab_fail(lab, "no sock_diag: %s",
					strerror(errno));
	}
	if (watch_leg(lab, BACK, &lab->capture))
		return -1;
	return lab->scenario->proxied ? watch_leg(lab, FRONT, &lab->front) : 0;
}

static void unwatch_leg(struct lab *lab, struct capture *capture, bool save)
{
	if (!capture)
		return;
	if (save) {
		capture_mark(capture);
		return;
	}
	/* The peers have them too: closing alone does not end the watch. */
	for (int i = 0; i < CAPTURE_FDS; i++)
		epoll_ctl(lab->epoll, EPOLL_CTL_DEL, capture_fd(capture, i),
			  NULL);
	capture_stop(capture);
}

int lab_unwatch(struct lab *lab, bool save)
{
	if (lab_collect(lab, 0))
		return -1;
	if (lab_check_stall(lab))
		return lab_fail(lab, "what was watched is not as it should be");
	lab->unwatched = true;
	unwatch_leg(lab, lab->capture, save);
	unwatch_leg(lab, lab->front, save);
	return 0;
}
