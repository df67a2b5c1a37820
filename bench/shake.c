// SPDX-License-Identifier: GPL-2.0
/*
 * Brings the kernel's slab allocator into the same state whatever came before.
 *
 * Where the slabs at hand are all but full, SLUB may stay for good in a cycle of
 * its slow path: the object that is freed lies in another slab than the one that
 * is allocated from, which runs out with the next allocation. That costs up to
 * 2 % of a request, or of a connection, and whether it happens is decided when a
 * process makes its sockets. Many objects of each kind, allocated together and
 * then freed, leave slabs that are empty, and allocations from them are quick.
 */
#include "shake.h"

#include <err.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 200
#define UNIX_PAIRS 10
#define UNIX_WRITES 40	/* of each size, what a socket's buffer takes */

/* Everything that a connection consists of, with data in flight both ways. */
static void shake_connections(void (*connect_pair)(int *client, int *server))
{
	const struct linger reset = { .l_onoff = 1 };
	int pairs[CONNECTIONS][2];
	char buf[1000] = "";
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		connect_pair(&pairs[i][0], &pairs[i][1]);
		if (send(pairs[i][0], buf, 100, 0) < 0 ||
		    send(pairs[i][1], buf, sizeof(buf), 0) < 0)
			err(1, "send");
	}
	/* Nothing is left of them, no TIME_WAIT either. */
	for (i = 0; i < CONNECTIONS; i++) {
		setsockopt(pairs[i][0], SOL_SOCKET, SO_LINGER, &reset,
			   sizeof(reset));
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

/* Buffers as ACKs and FINs have them, which no TCP socket keeps. */
static void shake_buffers(void)
{
	static const size_t sizes[] = { 1, 300, 900 };
	int pairs[UNIX_PAIRS][2];
	char buf[1000] = "";
	unsigned int i, j, k;

	for (i = 0; i < UNIX_PAIRS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]))
			err(1, "socketpair");
		for (j = 0; j < UNIX_WRITES; j++)
			for (k = 0; k < sizeof(sizes) / sizeof(*sizes); k++)
				if (write(pairs[i][0], buf, sizes[k]) < 0)
					err(1, "write");
	}
	for (i = 0; i < UNIX_PAIRS; i++) {
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

/**
 * shake() - allocate, and free, many of all the objects that connections take
 * @connect_pair: makes a connection
 *
 * The process needs a limit of 1,000 open files.
 */
void shake(void (*connect_pair)(int *client, int *server))
{
	/* RCU's memory is freed then; the time of a guest under -icount. */
	const struct timespec grace = { .tv_nsec = 200000000 };

	shake_connections(connect_pair);
	shake_buffers();
	nanosleep(&grace, NULL);
}
