// SPDX-License-Identifier: GPL-2.0
/* Where a worker makes its connections, see stress_place.h. */
#include "stress_place.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "netns.h"
#include "setting.h"

/**
 * place_connect() - connect to the listener of a place
 * @place: of place_init()
 * @fd: a TCP socket of its family
 *
 * Return: 0, or errno.
 */
int place_connect(const struct place *place, int fd)
{
	return connect(fd, (const struct sockaddr *)&place->addr, place->len) ?
	       errno : 0;
}

/* Clients' ports, half of them for each of two places in a namespace. */
#define FIRST_PORT	2000
#define N_PORTS		28000
/* One way takes fewer of them. */
#define MOST_AT_ONCE	16
/* The ports that bind() chooses from, for those few that need not be unique. */
#define OTHER_PORTS	"58000 65535"

static int tcp_socket(const struct place *place)
{
	int fd = socket(place->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die_errno("socket");
	return fd;
}

/**
 * place_accept() - wait for a connection
 * @place: of place_init()
 *
 * Return: the server's end.
 */
int place_accept(const struct place *place)
{
	int fd = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die_errno("accept");
	return fd;
}

/**
 * place_bound_socket() - a socket on a port that another may have afterwards
 * @place: of place_init()
 * @port: the port, in network order; 0: set to the one it got
 *
 * Return: the socket.
 */
int place_bound_socket(const struct place *place, uint16_t *port)
{
	struct sockaddr_storage ss = place->addr;
	struct sockaddr_in *v4 = (void *)&ss;
	socklen_t len = sizeof(ss);
	int fd = tcp_socket(place);

	/* At the same place in both families. */
	v4->sin_port = *port;
	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (struct sockaddr *)&ss, place->len))
		die_errno("bind");
	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		die_errno("getsockname");
	*port = v4->sin_port;
	return fd;
}

/**
 * place_client_socket() - a socket on a port that has not been used here
 * @place: of place_init()
 *
 * Return: the socket.
 */
int place_client_socket(struct place *place)
{
	uint16_t port = htons(place->port++);

	return place_bound_socket(place, &port);
}

/**
 * place_make() - a connection
 * @place: of place_init()
 * @c: gets the client's end
 * @s: gets the server's
 */
void place_make(struct place *place, int *c, int *s)
{
	int err;

	*c = place_client_socket(place);
	err = place_connect(place, *c);
	if (err)
		die("connect: %s", strerror(err));
	*s = place_accept(place);
}

/**
 * place_reap() - the ends that are left find out that the others have not waited
 * @place: of place_init()
 */
void place_reap(struct place *place)
{
	while (place->n_orphans) {
		const unsigned int i = --place->n_orphans;

		until(!diag_state(place->diag, &place->orphans[i].gone));
		close(place->orphans[i].fd);
	}
}

/**
 * place_init() - make a place to work in the caller's namespace
 * @place: filled
 * @family: AF_INET or AF_INET6
 * @half: 0 or 1: which half of the ports its clients may use
 */
void place_init(struct place *place, int family, unsigned int half)
{
	struct sockaddr_in6 *v6 = (void *)&place->addr;
	struct sockaddr_in *v4 = (void *)&place->addr;
	uint16_t port = 0;
	int ns = netns_here();

	memset(place, 0, sizeof(*place));
	place->port = FIRST_PORT + half * N_PORTS;
	check(!setting_write(-1, "/proc/sys/net/ipv4/ip_local_port_range", OTHER_PORTS,
			     strlen(OTHER_PORTS)), "cannot set the port range");
	place->addr.ss_family = family;
	if (family == AF_INET) {
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		place->len = sizeof(*v4);
	} else {
		v6->sin6_addr = in6addr_loopback;
		place->len = sizeof(*v6);
	}
	place->listener = place_bound_socket(place, &port);
	v4->sin_port = port;
	if (listen(place->listener, 64))
		die_errno("listen");
	place->diag = diag_open(ns);
	close(ns);
}

/**
 * place_go_on() - go to another place once all client ports were used
 * @place: of place_init(), the only one in the caller's namespace
 */
void place_go_on(struct place *place)
{
	const int family = place->addr.ss_family;

	if (place->port < FIRST_PORT + 2 * N_PORTS - MOST_AT_ONCE)
		return;
	place_leave(place);
	place_init(place, family, 0);
}

/**
 * place_leave() - end what waits to be ended
 * @place: of place_init()
 */
void place_leave(struct place *place)
{
	place_reap(place);
	close(place->listener);
	close(place->diag);
}
