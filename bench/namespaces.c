// SPDX-License-Identifier: GPL-2.0
/*
 * Many namespaces: to be there, or made and ended one after the other. Prints
 * then how many nanoseconds the CPU was busy with each, the kernel's worker that
 * clears away included.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "idler.h"
#include "netns.h"

static void fresh(void)
{
	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
}

/* A connection over its loopback, so that there are durations of both of its ends. */
static void connect_and_close(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0), server;
	char byte;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (ioctl(listener, SIOCSIFFLAGS, &lo) || bind(listener, (void *)&at, len) ||
	    listen(listener, 1) || getsockname(listener, (void *)&at, &len) ||
	    connect(client, (void *)&at, len))
		err(1, "connect");
	server = accept(listener, NULL, NULL);
	close(client);
	if (server < 0 || read(server, &byte, 1))
		err(1, "read");
	close(server);
	close(listener);
}

static void close_in_each(int n, char **netns)
{
	int i;

	for (i = 0; i < n; i++) {
		enter_netns(netns[i]);
		connect_and_close();
	}
}

static void keep(const char *dir, int n, int first)
{
	char path[256];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, first + i);
		close(open(path, O_CREAT | O_WRONLY, 0444));
		fresh();
		if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL))
			err(1, "%s", path);
	}
}

static void turn_over(int n)
{
	int i;

	for (i = 0; i < 10; i++)
		fresh();
	idler_start();
	idler_begin();
	for (i = 0; i < n; i++)
		fresh();
	/* as long as the kernel may take to clear them away */
	sleep(2);
	printf("%.0f\n", idler_busy_ns() / n);
	idler_stop();
}

static const char usage[] =
	"Usage: namespaces keep DIR N FIRST\n"
	"       namespaces turn-over N\n"
	"       namespaces close NETNS...\n"
	"Make N network namespaces that stay, as DIR/FIRST and so on, or that end again; or\n"
	"have a connection made and closed in each NETNS (a path).\n";

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "-h") || !strcmp(what, "--help")) {
		fputs(usage, stdout);
	} else if (!strcmp(what, "keep") && argc == 5) {
		keep(argv[2], atoi(argv[3]), atoi(argv[4]));
	} else if (!strcmp(what, "close") && argc > 2) {
		close_in_each(argc - 2, argv + 2);
	} else if (!strcmp(what, "turn-over") && argc == 3) {
		turn_over(atoi(argv[2]));
	} else {
		fputs(usage, stderr);
		return 2;
	}
	return 0;
}
