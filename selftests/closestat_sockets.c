// SPDX-License-Identifier: GPL-2.0
/*
 * closestat_sockets WAY N: makes N connections to port 7 of its namespace's
 * loopback, one after the other, and ends each in that WAY. Prints "ready" when
 * it is done; what it holds open it holds until its input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest.h"

struct socket_pair {
	int client;
	int server;
};

static int checked(int ret, const char *what)
{
	if (ret < 0) {
		fprintf(stderr, "closestat_sockets: %s: %s\n", what, strerror(errno));
		exit(1);
	}
	return ret;
}

static int state_of(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	checked(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), "TCP_INFO");
	return info.tcpi_state;
}

/* A state that only the other side's segments bring about. */
static void wait_for_state(int fd, int state)
{
	while (state_of(fd) != state)
		poll(NULL, 0, 1);
}

static void wait_for_data(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	checked(poll(&poller, 1, -1), "poll");
}

static void send_byte(int fd)
{
	checked(send(fd, "x", 1, MSG_NOSIGNAL), "send");
}

static void close_both(struct socket_pair *p)
{
	close(p->client);
	wait_for_state(p->server, TCP_CLOSE_WAIT);
	close(p->server);
}

static void linger(struct socket_pair *p)
{
	const struct linger now = { .l_onoff = 1 };

	checked(setsockopt(p->server, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "SO_LINGER");
	close(p->server);
	wait_for_state(p->client, TCP_CLOSE);
	close(p->client);
}

static void unread_data(struct socket_pair *p)
{
	send_byte(p->client);
	wait_for_data(p->server);
	close(p->server);
	wait_for_state(p->client, TCP_CLOSE);
	close(p->client);
}

static void data_after_close(struct socket_pair *p)
{
	close(p->server);
	wait_for_state(p->client, TCP_CLOSE_WAIT);
	send_byte(p->client);
	wait_for_state(p->client, TCP_CLOSE);
	close(p->client);
}

/* One end has closed, the other does not: it stays in CLOSE_WAIT. */
static void close_wait(struct socket_pair *p)
{
	close(p->client);
	wait_for_state(p->server, TCP_CLOSE_WAIT);
}

/* One end has shut down and is held: it stays in FIN_WAIT2, the other in CLOSE_WAIT. */
static void fin_wait2(struct socket_pair *p)
{
	checked(shutdown(p->client, SHUT_WR), "shutdown");
	wait_for_state(p->client, TCP_FIN_WAIT2);
}

static const struct {
	const char *name;
	void (*end)(struct socket_pair *p);
} ways[] = {
	{ "close", close_both },
	{ "linger", linger },
	{ "unread_data", unread_data },
	{ "data_after_close", data_after_close },
	{ "close_wait", close_wait },
	{ "fin_wait2", fin_wait2 },
};

static int listen_on(struct sockaddr_in *at)
{
	int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
	const int on = 1;

	checked(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
	checked(bind(fd, (struct sockaddr *)at, sizeof(*at)), "bind");
	checked(listen(fd, 16), "listen");
	return fd;
}

int main(int argc, char **argv)
{
	/* Not a port that connections come from. */
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(7),
	};
	int listener;
	size_t way;
	char c;

	for (way = 0; argc == 3 && way < ARRAY_SIZE(ways); way++)
		if (!strcmp(argv[1], ways[way].name))
			break;
	if (argc != 3 || way == ARRAY_SIZE(ways)) {
		fprintf(stderr, "Usage: closestat_sockets WAY N\n");
		return 2;
	}

	listener = listen_on(&at);
	for (int i = atoi(argv[2]); i > 0; i--) {
		struct socket_pair p;

		p.client = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
		checked(connect(p.client, (struct sockaddr *)&at, sizeof(at)), "connect");
		p.server = checked(accept(listener, NULL, NULL), "accept");
		ways[way].end(&p);
	}
	puts("ready");
	fflush(stdout);
	return checked(read(STDIN_FILENO, &c, 1), "read") != 0;
}
