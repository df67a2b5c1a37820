// SPDX-License-Identifier: GPL-2.0
/* The ways to end a connection, see stress_ways.h. */
#include "stress_ways.h"

#include <poll.h>
#include <sys/wait.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"

#define FINS	"fin_wait1_entered=1 fin_wait2_entered=1 time_wait_entered=1 " \
		"close_wait_entered=1 last_ack_entered=1 ended_active_fin=1 " \
		"ended_passive_fin=1"
#define CROSSING(n) "ended_simultaneous_fin=" #n " fin_wait1_entered=" #n \
		" closing_entered=" #n " time_wait_entered=" #n
#define RESET	"ended_rst_received=1 TcpOutRsts=1"
#define BOTH_RESET RESET " TcpEstabResets=2"
#define RESET_AFTER_FIN RESET " TcpEstabResets=1 " ONE_FIN
#define ONE_FIN "fin_wait1_entered=1 fin_wait2_entered=1 close_wait_entered=1"

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

	place_make(place, &c, &s);
	close(c);
	wait_eof(s);
	close(s);
}

static void server_first(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
	send_text(s, "bip");
	close(s);
	expect_text(c, "bip");
	wait_eof(c);
	close(c);
}

static void half_close(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
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

	place_make(place, &c, &s);
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

	place_make(place, &c, &s);
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
	int fd = place_bound_socket(place, &port);
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

	place_make(place, &c, &s);
	close(c);
	close(s);
}

static void unread_data(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
	send_text(s, "unread");
	wait_input(c);
	close(c);
	wait_reset(s);
}

static void unread_data_and_fin(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
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

	place_make(place, &c, &s);
	reset(c);
	wait_reset(s);
}

static void linger0_after_fin(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
	shutdown(s, SHUT_WR);
	wait_eof(c);
	acknowledge(c, s);
	reset(s);
	wait_reset(c);
}

static void linger2_off(struct place *place)
{
	int c, s;

	place_make(place, &c, &s);
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

	place_make(place, &c, &s);
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

	place_make(place, &c, &s);
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
	int closed = place_bound_socket(place, &port), c = place_client_socket(place), err;
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
	int c = place_bound_socket(place, &port), s, second, err;

	if (place_connect(place, c))
		die_errno("connect");
	s = place_accept(place);
	second = place_bound_socket(place, &port);
	err = place_connect(place, second);
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

	place_make(place, &c, &s);
	if (connect(c, &sa, sizeof(sa)))
		die_errno("disconnect");
	close(c);
	wait_reset(s);
}

static void not_accepted(struct place *place)
{
	struct place other = *place;
	uint16_t port = 0;
	int c = place_client_socket(place);

	other.listener = place_bound_socket(place, &port);
	((struct sockaddr_in *)&other.addr)->sin_port = port;
	if (listen(other.listener, 1) || place_connect(&other, c))
		die_errno("connect");
	wait_input(other.listener);
	close(other.listener);
	wait_reset(c);
}

/* As ss -K does it. */
static void destroyed(struct place *place)
{
	struct tuple t;
	int c, s, err;

	place_make(place, &c, &s);
	tuple_of(&t, c);
	err = diag_destroy(place->diag, &t);
	if (err)
		die("cannot destroy: %s", strerror(-err));
	wait_reset(c);
	wait_reset(s);
}

static void take_over(struct place *place)
{
	uint16_t port = 0;
	int c = place_bound_socket(place, &port), s;

	if (place_connect(place, c))
		die_errno("connect");
	s = place_accept(place);
	close(s);
	wait_eof(c);
	shutdown(c, SHUT_WR);
	wait_state(c, TCP_CLOSE);
	close(c);

	c = place_bound_socket(place, &port);
	if (place_connect(place, c))
		die_errno("connect over a TIME_WAIT");
	s = place_accept(place);
	reset(c);
	wait_reset(s);
}

static void orphan(struct place *place)
{
	unsigned int i;
	int c, s;

	if (place->n_orphans == ORPHANS_MAX)
		place_reap(place);
	i = place->n_orphans++;
	place_make(place, &c, &s);
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
