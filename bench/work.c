// SPDX-License-Identifier: GPL-2.0
/*
 * What is measured: connections made and closed, or requests over one that is
 * kept. Prints the mean time of one, ns. In a guest under -icount that is the
 * number of instructions executed. Or what reading is measured beside: TIME_WAITs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "netns.h"
#include "shake.h"

#define WARM_UP 200
/* TIME_WAITs to one address: ports are found quickly where most are free. */
#define PER_ADDRESS 20000

static struct sockaddr_in at = { .sin_family = AF_INET };
static int listener;
static int client, server;	/* of the connection that is kept */

/* As ip-netns(8) names it. */
static void enter_named(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	enter_netns(path);
}

/* It listens on all addresses; connections are made to this one. */
static void open_listener(const char *address)
{
	socklen_t len = sizeof(at);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (void *)&at, sizeof(at)) ||
	    listen(listener, 16) || getsockname(listener, (void *)&at, &len))
		err(1, "listener");
	if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
		errx(2, "not an IPv4 address: '%s'", address);
}

static void connect_pair(int *c, int *s)
{
	*c = socket(AF_INET, SOCK_STREAM, 0);
	if (*c < 0 || connect(*c, (void *)&at, sizeof(at)))
		err(1, "connect");
	*s = accept(listener, NULL, NULL);
	if (*s < 0)
		err(1, "accept");
}

/* connect, accept, close, close: the client gets the TIME_WAIT */
static void do_close(void)
{
	int c, s;

	connect_pair(&c, &s);
	close(c);
	close(s);
}

/* Leave TIME_WAITs, to one address after the other. */
static void leave(long n)
{
	long i;

	for (i = 0; i < n; i++) {
		if (i && i % PER_ADDRESS == 0)
			at.sin_addr.s_addr = htonl(ntohl(at.sin_addr.s_addr) + 1);
		do_close();
	}
}

static void pass(int from, int to, size_t len)
{
	char buf[1024] = "";

	if (send(from, buf, len, 0) != (ssize_t)len ||
	    recv(to, buf, len, MSG_WAITALL) != (ssize_t)len)
		err(1, "request");
}

/* 100 bytes there, 1,000 back, nothing closes */
static void do_request(void)
{
	pass(client, server, 100);
	pass(server, client, 1000);
}

static long parse_count(const char *s)
{
	char *end;
	long val;

	errno = 0;
	val = strtol(s, &end, 10);
	if (errno || end == s || *end || val < 1)
		errx(2, "not a whole number from 1 on: '%s'", s);
	return val;
}

static const char usage[] =
	"Usage: work close|request|leave N SERVER-NETNS CLIENT-NETNS SERVER-ADDRESS\n"
	"Print the nanoseconds that one close or request takes, the mean of N; or leave\n"
	"N TIME_WAITs, 20,000 to each address from SERVER-ADDRESS on.\n";

int main(int argc, char **argv)
{
	void (*work)(void) = do_close;
	long long began;
	long i, n;

	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 6 ||
	    (strcmp(argv[1], "close") && strcmp(argv[1], "request") &&
	     strcmp(argv[1], "leave"))) {
		fputs(usage, stderr);
		return 2;
	}
	n = parse_count(argv[2]);

	enter_named(argv[3]);
	open_listener(argv[5]);
	enter_named(argv[4]);
	if (!strcmp(argv[1], "leave")) {
		leave(n);
		return 0;
	}
	shake(connect_pair);
	if (!strcmp(argv[1], "request")) {
		connect_pair(&client, &server);
		work = do_request;
	}

	for (i = 0; i < WARM_UP; i++)
		work();
	began = now();
	for (i = 0; i < n; i++)
		work();
	printf("%.1f\n", (double)(now() - began) / n);
	return 0;
}
