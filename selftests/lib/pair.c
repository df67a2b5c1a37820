// SPDX-License-Identifier: GPL-2.0
/* A TCP connection over a wire, see pair.h. */
#include "pair.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "fail.h"
#include "netns.h"

const char * const path_names[N_PATHS] = {
	[PATH_FULL] = "FIN_WAIT2 full socket",
	[PATH_THREE] = "three segments",
	[PATH_TIMEWAIT] = "FIN_WAIT2 timewait socket",
	[PATH_CLOSING] = "CLOSING",
};

static int tcp_socket(int ns, int family)
{
	int here = netns_here(), fd;

	netns_enter(ns);
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		die_errno("socket");
	netns_enter(here);
	close(here);
	return fd;
}

static int listener_of(const struct wire *w, int family, int port,
		       struct sockaddr_storage *at, socklen_t *len)
{
	struct sockaddr_in6 *v6 = (void *)at;
	struct sockaddr_in *v4 = (void *)at;
	int fd = tcp_socket(w->ns[1], family);

	memset(at, 0, sizeof(*at));
	at->ss_family = family;
	if (family == AF_INET) {
		*len = sizeof(*v4);
		inet_pton(AF_INET, "192.0.2.2", &v4->sin_addr);
		v4->sin_port = htons(port);
	} else {
		*len = sizeof(*v6);
		inet_pton(AF_INET6, "2001:db8::2", &v6->sin6_addr);
		v6->sin6_port = htons(port);
	}
	if (bind(fd, (struct sockaddr *)at, *len) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)at, len))
		die_errno("cannot listen");
	return fd;
}

/* 0, or why connect() did not begin. */
static int try_connect(int fd, const struct sockaddr_storage *at, socklen_t len)
{
	return connect(fd, (const struct sockaddr *)at, len) &&
	       errno != EINPROGRESS ? errno : 0;
}

/**
 * pair_open_to() - connect side 0 to a port of side 1
 * @p: filled
 * @w: the wire; its filter sees the handshake and is removed
 * @family: AF_INET or AF_INET6
 * @port: of side 1, 0: any that is free
 *
 * Where side 0 has no port left, it waits until it may take that of a TIME_WAIT.
 */
void pair_open_to(struct pair *p, struct wire *w, int family, int port)
{
	struct sockaddr_storage at;
	int listener, err;
	socklen_t len;

	listener = listener_of(w, family, port, &at, &len);
	memset(p, 0, sizeof(*p));
	p->w = w;
	p->fd[0] = tcp_socket(w->ns[0], family);
	until((err = try_connect(p->fd[0], &at, len)) != EADDRNOTAVAIL);
	if (err)
		die("connect: %s", strerror(err));
	wire_until(w, (p->fd[1] = accept4(listener, NULL, NULL,
					  SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0);
	close(listener);
	w->filter = NULL;
	tuple_of(&p->end[0], p->fd[0]);
	tuple_of(&p->end[1], p->fd[1]);
}

/**
 * pair_open() - connect side 0 to side 1
 * @p: filled
 * @w: the wire; its filter sees the handshake and is removed
 * @family: AF_INET or AF_INET6
 */
void pair_open(struct pair *p, struct wire *w, int family)
{
	pair_open_to(p, w, family, 0);
}

/**
 * pair_find() - what a side's socket is now
 * @p: the connection
 * @side: 0 or 1
 */
struct diag_sock pair_find(const struct pair *p, int side)
{
	return diag_find(p->w->diag[side], &p->end[side]);
}

/**
 * pair_state() - the TCP state of a side
 * @p: the connection
 * @side: 0 or 1
 *
 * Return: the state, 0 when its socket is gone.
 */
int pair_state(const struct pair *p, int side)
{
	return pair_find(p, side).state;
}

/**
 * pair_close() - close a side's socket
 * @p: the connection
 * @side: 0 or 1; nothing happens when it is closed already
 */
void pair_close(struct pair *p, int side)
{
	if (p->fd[side] >= 0)
		close(p->fd[side]);
	p->fd[side] = -1;
}

/**
 * pair_reset() - close a side's socket with a RST
 * @p: the connection
 * @side: 0 or 1
 */
void pair_reset(struct pair *p, int side)
{
	const struct linger now = { .l_onoff = 1 };

	if (setsockopt(p->fd[side], SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		die_errno("SO_LINGER");
	pair_close(p, side);
}

static bool is_fin_wait2_twsk(const struct pair *p)
{
	const struct diag_sock s = pair_find(p, 0);

	return s.state == TCP_FIN_WAIT2 && s.timewait;
}

/**
 * pair_to_fin_wait2() - side 0 closes and comes to FIN_WAIT2
 * @p: an established connection
 * @path: PATH_FULL or PATH_TIMEWAIT
 */
void pair_to_fin_wait2(struct pair *p, enum path path)
{
	if (path == PATH_FULL) {
		shutdown(p->fd[0], SHUT_WR);
		wire_until(p->w, pair_state(p, 0) == TCP_FIN_WAIT2);
	} else {
		pair_close(p, 0);
		wire_until(p->w, is_fin_wait2_twsk(p));
	}
	wire_until(p->w, pair_state(p, 1) == TCP_CLOSE_WAIT);
}

/* It may be over already: then the socket is gone. */
static bool time_wait_begun(const struct pair *p, int side)
{
	const int state = pair_state(p, side);

	return state == TCP_TIME_WAIT || !state;
}

static enum wire_verdict no_lone_ack(const struct wire_segment *seg, void *arg)
{
	return seg->from == 1 && seg->flags == SEG_ACK && !seg->payload ?
		WIRE_DROP : WIRE_PASS;
}

static enum wire_verdict hold_fin(const struct wire_segment *seg, void *arg)
{
	return seg->flags & SEG_FIN ? WIRE_HOLD : WIRE_PASS;
}

static enum wire_verdict no_fin(const struct wire_segment *seg, void *arg)
{
	return seg->flags & SEG_FIN ? WIRE_DROP : WIRE_PASS;
}

static bool both_fins_held(const struct wire *w)
{
	int i, sides = 0;

	for (i = 0; i < w->n_held; i++)
		sides |= 1 << w->held[i].from;
	return sides == 3;
}

/*
 * Side 0 is about to come to TIME_WAIT. On a slow machine a FIN may be repeated:
 * it must not begin again, nor get a RST because the other side is gone.
 */
static void arrive(struct pair *p)
{
	wire_until(p->w, time_wait_begun(p, 0));
	p->after = now_ns();
	p->w->filter = no_fin;
}

/**
 * pair_finish() - side 1 closes, side 0 comes to TIME_WAIT
 * @p: a connection with side 0 in FIN_WAIT2, or FIN_WAIT1 with its FIN arrived
 *
 * Sets @p->ticked, @p->before and @p->after. Both sockets are closed. No other FIN passes
 * the wire until its filter is changed.
 */
void pair_finish(struct pair *p)
{
	p->ticked = ticked_ns();
	p->before = now_ns();
	pair_close(p, 1);
	arrive(p);
	/* The last ACK */
	wire_until(p->w, pair_state(p, 1) == 0);
	wire_drain(p->w);
	pair_close(p, 0);
}

static void cross(struct pair *p)
{
	p->w->filter = hold_fin;
	pair_close(p, 0);
	pair_close(p, 1);
	wire_until(p->w, both_fins_held(p->w));
	p->ticked = ticked_ns();
	p->before = now_ns();
	wire_release(p->w);
	check(pair_state(p, 0) == TCP_CLOSING, "%d", pair_state(p, 0));
	check(pair_state(p, 1) == TCP_CLOSING, "%d", pair_state(p, 1));
	p->w->filter = no_fin;
	wire_until(p->w, time_wait_begun(p, 1));
	arrive(p);
	wire_drain(p->w);
}

/**
 * pair_to_time_wait() - close until side 0 is in TIME_WAIT
 * @p: an established connection
 * @path: how; with PATH_CLOSING side 1 is in TIME_WAIT as well
 *
 * As pair_finish().
 */
void pair_to_time_wait(struct pair *p, enum path path)
{
	switch (path) {
	case PATH_CLOSING:
		cross(p);
		return;
	case PATH_THREE:
		p->w->filter = no_lone_ack;
		pair_close(p, 0);
		wire_until(p->w, pair_state(p, 1) == TCP_CLOSE_WAIT);
		break;
	default:
		pair_to_fin_wait2(p, path);
		break;
	}
	pair_finish(p);
}
