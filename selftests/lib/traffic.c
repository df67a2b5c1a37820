// SPDX-License-Identifier: GPL-2.0
/* Connections that come and go over a namespace's loopback, see traffic.h. */
#include "traffic.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "child.h"
#include "clock.h"
#include "fail.h"
#include "netns.h"

/* That many are open at a time, in all stages of closing. */
#define N_OPEN	16

struct duo {
	int client;
	int server;
	int stage;
};

static int listener_of(int family, struct sockaddr_storage *at, socklen_t *len)
{
	struct sockaddr_in6 *v6 = (void *)at;
	struct sockaddr_in *v4 = (void *)at;
	int fd = socket(family, SOCK_STREAM, 0);

	memset(at, 0, sizeof(*at));
	at->ss_family = family;
	if (family == AF_INET) {
		*len = sizeof(*v4);
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	} else {
		*len = sizeof(*v6);
		v6->sin6_addr = in6addr_loopback;
	}
	if (bind(fd, (struct sockaddr *)at, *len) || listen(fd, N_OPEN) ||
	    getsockname(fd, (struct sockaddr *)at, len))
		die_errno("cannot listen on the loopback");
	return fd;
}

static void begin(struct duo *d, int listener, struct sockaddr_storage *at,
		  socklen_t len)
{
	d->client = socket(at->ss_family, SOCK_STREAM, 0);
	/* Ports may be short: then there is one less for a while. */
	if (connect(d->client, (struct sockaddr *)at, len)) {
		close(d->client);
		d->stage = 0;
		return;
	}
	d->server = accept(listener, NULL, NULL);
	if (d->server < 0)
		die_errno("accept");
	d->stage = 1;
}

static void reset(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* The first to close: mostly with a FIN. */
static void close_one(struct duo *d)
{
	switch (random() % 8) {
	case 0:
		reset(d->client);
		close(d->server);
		d->stage = 0;
		return;
	case 1:
	case 2:
	case 3:
		close(d->client);
		d->client = -1;
		break;
	case 4:
		shutdown(d->client, SHUT_WR);
		break;
	default:
		close(d->server);
		d->server = -1;
	}
	d->stage = 2;
}

static void close_other(struct duo *d)
{
	if (d->client >= 0)
		close(d->client);
	if (d->server >= 0)
		close(d->server);
	d->stage = 0;
}

static void run(void)
{
	struct sockaddr_storage at[2];
	struct duo duo[N_OPEN] = {};
	socklen_t len[2];
	int listener[2];
	int i;

	srandom(getpid());
	listener[0] = listener_of(AF_INET, &at[0], &len[0]);
	listener[1] = listener_of(AF_INET6, &at[1], &len[1]);
	for (i = 0;; i = random() % N_OPEN) {
		const int which = random() % 2;

		switch (duo[i].stage) {
		case 0:
			begin(&duo[i], listener[which], &at[which], len[which]);
			break;
		case 1:
			close_one(&duo[i]);
			break;
		default:
			close_other(&duo[i]);
			break;
		}
	}
}

/**
 * traffic_start() - make connections until stopped
 * @ns: the namespace's file descriptor
 *
 * Return: the process that does it; SIGSTOP freezes it.
 */
pid_t traffic_start(int ns)
{
	const pid_t pid = child_fork();

	if (pid)
		return pid;
	/* It is there to be in the way, not to keep the test from running. */
	setpriority(PRIO_PROCESS, 0, 10);
	netns_enter(ns);
	run();
	_exit(0);
}

/**
 * traffic_stop() - no more of it
 * @pid: of traffic_start()
 */
void traffic_stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		die_errno("waitpid");
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		die("traffic ended by itself, status %x", status);
}
