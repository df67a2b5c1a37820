// SPDX-License-Identifier: GPL-2.0
#include "lab_wait.h"

#include "lab.h"
#include "lab_peers.h"
#include "lab_sockets.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/util.h"
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

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

int lab_collect(struct lab *lab, int timeout_ms)
{
	struct epoll_event ev[16];
	int n = epoll_wait(lab->epoll, ev, 16, timeout_ms);

	if (n < 0 && errno != EINTR)
		return lab_fail(lab, "epoll_wait: %s", strerror(errno));
	if (signals_caught())
		return lab_fail(lab, "interrupted");
	if ((lab->capture && capture_read(lab->capture)) ||
	    (lab->front && capture_read(lab->front)))
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

		ret = lab_collect(lab, 0);
		if (!ret)
			ret = holds(lab, data);
		if (ret || gone > (u64)seconds * 1000)
			break;
		progress_tick(&progress, gone);
		ret = lab_collect(lab, look_ms(gone));
		if (ret)
			break;
	}
	progress_end(&progress);
	return ret;
}

static int waited_in_vain(struct lab *lab, const char *what,
			  unsigned int seconds)
{
	char now[400] = "", states[128];
	size_t len = 0;

	for (int side = 0; side < lab_sides(lab); side++) {
		if (lab_look(lab, side))
			return -1;
		len += snprintf(now + len, sizeof(now) - len, "%s%c has \"%s\"",
				side ? ", " : "", 'A' + side,
				lab_states(lab, side, states, sizeof(states)));
	}
	return lab_fail(lab, "waited %u s for %s; now %s", seconds, what, now);
}

int lab_wait(struct lab *lab, const char *what, unsigned int seconds,
	     int (*holds)(struct lab *lab, void *data), void *data)
{
	int ret = wait_for(lab, what, seconds, holds, data);

	if (ret > 0) {
		lab->checks++;
		return 0;
	}
	if (ret < 0)
		return lab->failures ? -1 :
		       lab_fail(lab, "waiting for %s: it cannot be any more",
				what);
	return waited_in_vain(lab, what, seconds);
}

int lab_settle(struct lab *lab, unsigned int seconds,
	       int (*holds)(struct lab *lab, void *data), void *data)
{
	return wait_for(lab, NULL, seconds, holds, data);
}
