// SPDX-License-Identifier: GPL-2.0
/*
 * hold_sockets close_wait|unaccepted|fin_wait2|time_wait N: makes N connections over the
 * loopback device of its network namespace and brings them into that state, prints
 * "ready", and holds them until its input ends. FIN_WAIT2 on one side is CLOSE_WAIT on
 * the other; "unaccepted" is a CLOSE_WAIT that the listener still has.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int checked(int ret, const char *what)
{
	if (ret < 0) {
		perror(what);
		exit(1);
	}
	return ret;
}

static void loopback_up(void)
{
	int fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	checked(ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
	close(fd);
}

static int listen_on_loopback(struct sockaddr_in *address)
{
	int fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		/* Not one of the ports that the connections come from. */
		.sin_port = htons(7),
	};
	checked(bind(fd, (struct sockaddr *)address, len), "bind");
	checked(listen(fd, 1000), "listen");
	return fd;
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

static void make_connection(int listener, const struct sockaddr_in *address, const char *state)
{
	int client = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
	int server;

	checked(connect(client, (const struct sockaddr *)address, sizeof(*address)), "connect");
	if (!strcmp(state, "unaccepted")) {
		checked(shutdown(client, SHUT_WR), "shutdown");
		wait_for_state(client, TCP_FIN_WAIT2);
		close(client);
		return;
	}
	server = checked(accept(listener, NULL, NULL), "accept");
	checked(shutdown(client, SHUT_WR), "shutdown");
	wait_for_state(server, TCP_CLOSE_WAIT);
	if (!strcmp(state, "fin_wait2")) {
		wait_for_state(client, TCP_FIN_WAIT2);
		return;
	}
	if (!strcmp(state, "time_wait"))
		close(server);
	close(client);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	int listener;
	char c;

	if (argc != 3)
		return 2;
	loopback_up();
	listener = listen_on_loopback(&address);
	for (int i = atoi(argv[2]); i > 0; i--)
		make_connection(listener, &address, argv[1]);
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &c, 1) < 0;
}
