// SPDX-License-Identifier: GPL-2.0
/*
 * Connections at a pace, and how many of them found no port. The side that
 * connects closes first: it keeps the port, and the TIME_WAIT.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define BEATS 20	/* a second */

static struct sockaddr_in at = { .sin_family = AF_INET };
static int listener;
static bool linger0;

static void open_listener(void)
{
	socklen_t len = sizeof(at);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (void *)&at, sizeof(at)) ||
	    listen(listener, 16) || getsockname(listener, (void *)&at, &len))
		err(1, "listener");
}

/* Return: whether there was a port for it. */
static bool connection(unsigned int destination)
{
	const struct linger reset = { .l_onoff = 1 };
	const int c = socket(AF_INET, SOCK_STREAM, 0);
	int s;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + destination);
	if (c < 0)
		err(1, "socket");
	if (connect(c, (void *)&at, sizeof(at))) {
		if (errno != EADDRNOTAVAIL)
			err(1, "connect");
		close(c);
		return false;
	}
	s = accept(listener, NULL, NULL);
	if (s < 0)
		err(1, "accept");
	if (linger0)
		setsockopt(c, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(c);
	close(s);
	return true;
}

/* Wait until then, which must not be long past. */
static void wait_until(long long due)
{
	const struct timespec ts = { due / NS_PER_S, due % NS_PER_S };

	if (now() > due + NS_PER_S)
		errx(1, "this machine cannot keep the pace");
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/*
 * A beat: @n connections, or as many as there are ports for. To find that there
 * is none takes long, so that is done once.
 */
static long beat(long n, unsigned int destinations)
{
	static unsigned int next;
	long made;

	for (made = 0; made < n; made++)
		if (!connection(next++ % destinations))
			break;
	return made;
}

static const char usage[] =
	"Usage: ports RATE WARM-UP SECONDS DESTINATIONS [linger0]\n"
	"Try RATE connections a second, for WARM-UP seconds and for SECONDS more, and\n"
	"print how many were made a second in the latter.\n";

int main(int argc, char **argv)
{
	long i, rate, warm_up, beats, made = 0;
	unsigned int destinations;
	long long began;

	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 5 && (argc != 6 || strcmp(argv[5], "linger0"))) {
		fputs(usage, stderr);
		return 2;
	}
	rate = atol(argv[1]);
	warm_up = atol(argv[2]) * BEATS;
	beats = atol(argv[3]) * BEATS;
	destinations = atoi(argv[4]);
	linger0 = argc == 6;
	if (rate < 1 || beats < 1 || !destinations)
		errx(2, "RATE, SECONDS and DESTINATIONS are 1 or more");

	open_listener();
	began = now();
	for (i = 0; i < warm_up + beats; i++) {
		const long n = (i + 1) * rate / BEATS - i * rate / BEATS;
		long ok;

		wait_until(began + i * (NS_PER_S / BEATS));
		ok = beat(n, destinations);
		if (i >= warm_up)
			made += ok;
	}
	printf("%ld\n", made * BEATS / beats);
	return 0;
}
