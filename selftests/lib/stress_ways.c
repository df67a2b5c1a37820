// SPDX-License-Identifier: GPL-2.0
/* The ways to end a connection, see stress_ways.h. */
#include "stress_ways.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/wait.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "setting.h"
#include "netns.h"

#define FINS	"fin_wait1_entered=1 fin_wait2_entered=1 time_wait_entered=1 " \
		"close_wait_entered=1 last_ack_entered=1 ended_active_fin=1 " \
		"ended_passive_fin=1"
#define CROSSING(n) "ended_simultaneous_fin=" #n " fin_wait1_entered=" #n \
		" closing_entered=" #n " time_wait_entered=" #n
#define RESET	"ended_rst_received=1 TcpOutRsts=1"
#define BOTH_RESET RESET " TcpEstabResets=2"
#define RESET_AFTER_FIN RESET " TcpEstabResets=1 " ONE_FIN
#define ONE_FIN "fin_wait1_entered=1 fin_wait2_entered=1 close_wait_entered=1"

static int connect_from(const struct place *place, int fd)
{
	return connect(fd, (const struct sockaddr *)&place->addr, place->len) ?
	       errno : 0;
}

/* Clients' ports, half of them for each of two places in a namespace. */
#define FIRST_PORT	2000
#define N_PORTS		28000
/* What one way takes of them is less. */
#define MOST_AT_ONCE	16
/* What bind() chooses from, for those few that need not be unique. */
#define OTHER_PORTS	"58000 65535"

static int tcp_socket(const struct place *place)
{
	int fd = socket(place->addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die_errno("socket");
	return fd;
}

static int accept_one(const struct place *place)
{
	int fd = accept4(place->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die_errno("accept");
	return fd;
}

/* A socket on a port of its own that another may have afterwards; 0: any. */
static int bound_socket(const struct place *place, uint16_t *port)
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

static int client_socket(struct place *place)
{
	uint16_t port = htons(place->port++);

	return bound_socket(place, &port);
}

/* Both ends of a connection: the client's and the server's. */
static void make(struct place *place, int *c, int *s)
{
	int err;

	*c = client_socket(place);
	err = connect_from(place, *c);
	if (err)
		die("connect: %s", strerror(err));
	*s = accept_one(place);
}

/* The peer learns of our FIN now, not when its delayed ACK is due. */
static void acknowledge(int fd, int peer)
{
	set_opt(fd, SOL_TCP, TCP_QUICKACK, 1);
	wait_state(peer, TCP_FIN_WAIT2);
}

static void reset(int fd)
{
	set_linger0(fd);
	close(fd);
}

static void wait_reset(int fd)
{
	wait_state(fd, TCP_CLOSE);
	close(fd);
}

static void client_first(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	close(c);
	wait_eof(s);
	close(s);
}

static void server_first(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	send_text(s, "bip");
	close(s);
	expect_text(c, "bip");
	wait_eof(c);
	close(c);
}

static void half_close(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	shutdown(c, SHUT_WR);
	wait_eof(s);
	send_text(s, "more");
	expect_text(c, "more");
	close(s);
	wait_eof(c);
	close(c);
}

/* Shut, and closed later: one close, not two. */
static void shut_then_closed(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	shutdown(c, SHUT_WR);
	wait_eof(s);
	acknowledge(s, c);
	close(c);
	close(s);
}

static void exit_closes(struct place *place)
{
	int c, s, status;
	pid_t pid;

	make(place, &c, &s);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die_errno("fork");
	if (!pid) {
		close(s);
		_exit(0);
	}
	close(c);
	if (waitpid(pid, &status, 0) != pid)
		die_errno("waitpid");
	wait_eof(s);
	close(s);
}

static void with_oneself(struct place *place)
{
	uint16_t port = 0;
	int fd = bound_socket(place, &port);
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) ||
	    connect(fd, (struct sockaddr *)&ss, len))
		die_errno("connect with oneself");
	close(fd);
}

static void race(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	close(c);
	close(s);
}

static void unread_data(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	send_text(s, "unread");
	wait_input(c);
	close(c);
	wait_reset(s);
}

static void unread_data_and_fin(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	send_text(s, "unread");
	shutdown(s, SHUT_WR);
	wait_state(c, TCP_CLOSE_WAIT);
	acknowledge(c, s);
	close(c);
	wait_reset(s);
}

static void linger0(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	reset(c);
	wait_reset(s);
}

static void linger0_after_fin(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	shutdown(s, SHUT_WR);
	wait_eof(c);
	acknowledge(c, s);
	reset(s);
	wait_reset(c);
}

static void linger2_off(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	set_opt(c, SOL_TCP, TCP_LINGER2, -1);
	shutdown(c, SHUT_WR);
	wait_eof(s);
	acknowledge(s, c);
	close(c);
	wait_reset(s);
}

static void data_after_shutdown(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	shutdown(c, SHUT_RDWR);
	wait_eof(s);
	acknowledge(s, c);
	send_text(s, "late");
	wait_reset(s);
	wait_reset(c);
}

/* The FIN_WAIT2 that the data hits is a timewait socket. */
static void data_after_close(struct place *place)
{
	int c, s;

	make(place, &c, &s);
	shutdown(c, SHUT_WR);
	wait_eof(s);
	acknowledge(s, c);
	close(c);
	send_text(s, "late");
	wait_reset(s);
}

static void refused(struct place *place)
{
	uint16_t port = 0;
	int closed = bound_socket(place, &port), c = client_socket(place), err;
	struct sockaddr_storage ss = place->addr;

	((struct sockaddr_in *)&ss)->sin_port = port;
	err = connect(c, (struct sockaddr *)&ss, place->len) ? errno : 0;
	if (err != ECONNREFUSED)
		die("connect to a closed port: %s", strerror(err));
	close(c);
	close(closed);
}

static void no_address(struct place *place)
{
	uint16_t port = 0;
	int c = bound_socket(place, &port), s, second, err;

	if (connect_from(place, c))
		die_errno("connect");
	s = accept_one(place);
	second = bound_socket(place, &port);
	err = connect_from(place, second);
	if (err != EADDRNOTAVAIL)
		die("a second connect between the same ports: %s", strerror(err));
	close(second);
	reset(c);
	wait_reset(s);
}

static void disconnect(struct place *place)
{
	const struct sockaddr sa = { .sa_family = AF_UNSPEC };
	int c, s;

	make(place, &c, &s);
	if (connect(c, &sa, sizeof(sa)))
		die_errno("disconnect");
	close(c);
	wait_reset(s);
}

static void not_accepted(struct place *place)
{
	struct place other = *place;
	uint16_t port = 0;
	int c = client_socket(place);

	other.listener = bound_socket(place, &port);
	((struct sockaddr_in *)&other.addr)->sin_port = port;
	if (listen(other.listener, 1) || connect_from(&other, c))
		die_errno("connect");
	wait_input(other.listener);
	close(other.listener);
	wait_reset(c);
}

/* What ss -K does. */
static void destroyed(struct place *place)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} msg = {
		.nlh = {
			.nlmsg_len = sizeof(msg),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.req = {
			.sdiag_family = place->addr.ss_family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = -1,
			.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
		},
	};
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		char rest[256];
	} in;
	struct tuple t;
	int c, s;

	make(place, &c, &s);
	tuple_of(&t, c);
	msg.req.id.idiag_sport = htons(t.sport);
	msg.req.id.idiag_dport = htons(t.dport);
	memcpy(msg.req.id.idiag_src, &t.src, sizeof(t.src));
	memcpy(msg.req.id.idiag_dst, &t.dst, sizeof(t.dst));
	if (send(place->diag, &msg, sizeof(msg), 0) != sizeof(msg) ||
	    recv(place->diag, &in, sizeof(in), 0) < (ssize_t)sizeof(in.nlh))
		die_errno("sock_diag");
	if (in.nlh.nlmsg_type != NLMSG_ERROR || in.err.error)
		die("cannot destroy: %s", strerror(-in.err.error));
	wait_reset(c);
	wait_reset(s);
}

static void take_over(struct place *place)
{
	uint16_t port = 0;
	int c = bound_socket(place, &port), s;

	if (connect_from(place, c))
		die_errno("connect");
	s = accept_one(place);
	close(s);
	wait_eof(c);
	shutdown(c, SHUT_WR);
	wait_state(c, TCP_CLOSE);
	close(c);

	c = bound_socket(place, &port);
	if (connect_from(place, c))
		die_errno("connect over a TIME_WAIT");
	s = accept_one(place);
	reset(c);
	wait_reset(s);
}

/* The ends that are left find out that the others have not waited. */
static void reap(struct place *place)
{
	while (place->n_orphans) {
		const unsigned int i = --place->n_orphans;

		until(!diag_state(place->diag, &place->orphans[i].gone));
		close(place->orphans[i].fd);
	}
}

static void orphan(struct place *place)
{
	unsigned int i;
	int c, s;

	if (place->n_orphans == ORPHANS_MAX)
		reap(place);
	i = place->n_orphans++;
	make(place, &c, &s);
	tuple_of(&place->orphans[i].gone, c);
	place->orphans[i].fd = s;
	set_opt(c, SOL_TCP, TCP_LINGER2, 1);
	close(c);
	wait_eof(s);
}

const struct way ways[] = {
	[WAY_RACE] = { "race", race, 1, 8, false, FINS },
	[WAY_RACE_CROSSED] = { "race, crossed", NULL, 0, 0, false,
		CROSSING(2) },
	[WAY_ORPHAN] = { "orphan", orphan, 1, 1, false,
		"ended_fin_wait2_expired=1 last_ack_entered=1 rst_sent_no_socket=1 "
		ONE_FIN " " RESET },
	[WAY_ORPHAN_RESET] = { "orphan, reset", NULL, 0, 0, false,
		"rst_sent_timeout=1 " RESET_AFTER_FIN },
	[WAY_FIRST_CERTAIN] = { "client first", client_first, 1, 20, false, FINS },
	{ "server first", server_first, 1, 16, false, FINS },
	{ "half close", half_close, 1, 8, false, FINS },
	{ "shut, then closed", shut_then_closed, 1, 8, false, FINS },
	{ "exit", exit_closes, 1, 1, false, FINS },
	{ "with oneself", with_oneself, 1, 8, false,
		CROSSING(1) },
	{ "unread data", unread_data, 1, 8, false,
		BOTH_RESET " rst_sent_unread_data=1 TcpExtTCPAbortOnClose=1" },
	{ "unread data and FIN", unread_data_and_fin, 1, 6, false,
		RESET_AFTER_FIN " rst_sent_unread_data=1 TcpExtTCPAbortOnClose=1" },
	{ "linger 0", linger0, 1, 12, false,
		BOTH_RESET " rst_sent_linger=1 TcpExtTCPAbortOnData=1" },
	{ "linger 0 after FIN", linger0_after_fin, 1, 6, false,
		RESET_AFTER_FIN " rst_sent_linger=1 TcpExtTCPAbortOnData=1" },
	{ "linger2 off", linger2_off, 1, 6, false,
		RESET_AFTER_FIN " rst_sent_linger=1 TcpExtTCPAbortOnLinger=1" },
	{ "data after shutdown", data_after_shutdown, 1, 6, false,
		RESET_AFTER_FIN " rst_sent_data_after_close=1 TcpExtTCPAbortOnData=1" },
	{ "data after close", data_after_close, 1, 6, false,
		RESET_AFTER_FIN " rst_sent_data_after_close=1" },
	{ "refused", refused, 1, 6, false,
		"connect_failed_refused=1 TcpAttemptFails=1 TcpOutRsts=1 rst_sent_no_socket=1" },
	{ "no address", no_address, 2, 4, false,
		BOTH_RESET " connect_failed_no_port=1 rst_sent_linger=1 TcpExtTCPAbortOnData=1" },
	{ "disconnect", disconnect, 1, 6, false,
		BOTH_RESET " rst_sent_other=1" },
	{ "not accepted", not_accepted, 1, 4, false,
		BOTH_RESET " rst_sent_other=1" },
	{ "destroyed", destroyed, 1, 6, false,
		BOTH_RESET " rst_sent_destroyed=1" },
	{ "taken over", take_over, 2, 6, true,
		FINS " time_wait_reused=1 rst_sent_linger=1 TcpExtTCPAbortOnData=1 "
		BOTH_RESET },
};

const unsigned int n_ways = sizeof(ways) / sizeof(ways[0]);

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/**
 * way_choose() - one of the ways, as often as its weight says
 * @random: state of the generator, never 0
 * @lasting: TIME_WAIT lasts here
 *
 * Return: its index.
 */
unsigned int way_choose(uint64_t *random, bool lasting)
{
	unsigned int sum = 0, i;
	uint64_t at;

	for (i = 0; i < n_ways; i++)
		sum += ways[i].lasting <= lasting ? ways[i].weight : 0;
	at = next_random(random) % sum;
	for (i = 0; i < n_ways; i++) {
		const unsigned int weight =
			ways[i].lasting <= lasting ? ways[i].weight : 0;

		if (at < weight)
			break;
		at -= weight;
	}
	return i;
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
	place->listener = bound_socket(place, &port);
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
	reap(place);
	close(place->listener);
	close(place->diag);
}
