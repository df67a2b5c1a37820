// SPDX-License-Identifier: GPL-2.0
/* How long a timewait socket lives, see life.h. */
#include "life.h"

#include <sys/socket.h>
#include <sys/time.h>

#include "clock.h"
#include "fail.h"

/**
 * wheel_ns() - by how much the kernel's own timers may be late
 * @ns: a timer's length
 *
 * Return: the width of its bucket in the timer wheel (kernel/time/timer.c).
 */
int64_t wheel_ns(int64_t ns)
{
	const int64_t tick = tick_ns();
	int64_t width = 1, reach = 63;

	while (ns / tick >= reach) {
		width *= 8;
		reach *= 8;
	}
	return width * tick;
}

/* A socket that nothing ever comes to: recv() returns after a tick. */
static int tick_socket(void)
{
	const struct timeval shortest = { .tv_usec = 1 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &shortest,
				 sizeof(shortest)))
		die_errno("no socket with a timeout");
	return fd;
}

/**
 * life_watch() - wait for a timewait socket's end
 * @diag: of diag_open(), in its namespace
 * @t: which
 * @state: TCP state that it is in while it lives
 * @before: its life began after this, of now_ns(); of ticked_ns() where jiffies may have
 *	been behind when its timer was armed
 * @after: its life began before this, of now_ns()
 * @expected: how long it should live, ns
 *
 * Looks rarely at first, every tick from nine tenths of the expected length on.
 * Gives up a good while after that.
 *
 * Return: how long it lived.
 */
struct life life_watch(int diag, const struct tuple *t, int state,
		       int64_t before, int64_t after, int64_t expected)
{
	const int64_t fine = before + expected / 10 * 9;
	const int64_t end = after + expected * 3 / 2 + TIMEOUT_NS;
	const int64_t tick = tick_ns();
	int64_t due = after, now;
	struct life l = {};
	int fd = tick_socket();
	char byte;

	for (;;) {
		now = now_ns();
		if (diag_state(diag, t) != state)
			break;
		l.at_least = now - after;
		if (due < fine)
			due = fine;
		if (now > due)
			l.lag += now - due;
		if (now > end)
			die("still there after %ld ms, expected %ld",
			    l.at_least / NS_PER_MS, expected / NS_PER_MS);
		if (now < fine) {
			int64_t ms = (fine - now) / NS_PER_MS / 2 + 1;

			if (ms > 500)
				ms = 500;
			nap_ms(ms);
			due = now + ms * NS_PER_MS + tick;
		} else {
			recv(fd, &byte, 1, 0);
			/* One tick, from somewhere within another. */
			due = now + 2 * tick;
		}
	}
	l.at_most = now_ns() - before;
	close(fd);
	return l;
}

/**
 * life_check() - hold a life against its bounds
 * @l: of life_watch()
 * @what: for the failure's text
 * @min: it must not have been shorter for sure, ns
 * @max: it must not have been longer for sure, ns
 */
void life_check(const struct life *l, const char *what, int64_t min, int64_t max)
{
	if (l->at_most < min || l->at_least > max + l->lag)
		die("%s: lived %ld..%ld us (observer's lag %ld), should be %ld..%ld",
		    what,
		    l->at_least / 1000, l->at_most / 1000, l->lag / 1000,
		    min / 1000, max / 1000);
}
