// SPDX-License-Identifier: GPL-2.0
/* Operations of the ends of a connection, see ends_sock.h. */
#include "ends_sock.h"

#include <poll.h>
#include <string.h>

#include "clock.h"
#include "fail.h"

/**
 * tcp_state() - the state that a socket is in
 * @fd: of a TCP socket
 */
int tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len))
		die_errno("TCP_INFO");
	return info.tcpi_state;
}

/**
 * wait_input() - wait for data, the end of it, an error or a connection
 * @fd: a socket
 */
void wait_input(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, TIMEOUT_NS / NS_PER_MS) != 1)
		die("nothing comes");
}

/**
 * wait_eof() - read up to the peer's FIN, no data is expected
 * @fd: a socket
 */
void wait_eof(int fd)
{
	char c;

	wait_input(fd);
	if (recv(fd, &c, 1, 0))
		die("no end of data");
}

/**
 * send_text() - send
 * @fd: a socket
 * @text: what
 */
void send_text(int fd, const char *text)
{
	const ssize_t len = strlen(text);

	if (send(fd, text, len, MSG_NOSIGNAL) != len)
		die_errno("send");
}

/**
 * expect_text() - receive
 * @fd: a socket
 * @text: what has to come
 */
void expect_text(int fd, const char *text)
{
	const ssize_t len = strlen(text);
	char got[64];

	wait_input(fd);
	if (recv(fd, got, sizeof(got), 0) != len || memcmp(got, text, len))
		die("did not hear '%s'", text);
}

/**
 * set_opt() - set a socket option that is an int
 * @fd: a socket
 * @level: SOL_TCP or its like
 * @opt: the option
 * @value: its value
 */
void set_opt(int fd, int level, int opt, int value)
{
	if (setsockopt(fd, level, opt, &value, sizeof(value)))
		die_errno("setsockopt %d", opt);
}

/**
 * set_linger0() - make close() send a RST
 * @fd: a socket
 */
void set_linger0(int fd)
{
	const struct linger l = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)))
		die_errno("SO_LINGER");
}

/**
 * close_in_fin_wait2() - close; FIN_WAIT2 is a timewait socket from here on
 * @fd: a socket whose peer does not close yet
 *
 * An ACK of the FIN that comes while close() still has the socket would leave
 * FIN_WAIT2 a full one (tcp_rcv_state_process()): here it has come before.
 */
void close_in_fin_wait2(int fd)
{
	shutdown(fd, SHUT_WR);
	wait_state(fd, TCP_FIN_WAIT2);
	close(fd);
}

/**
 * unacked() - how many segments the peer has not acknowledged
 * @fd: a TCP socket
 */
int unacked(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len))
		die_errno("TCP_INFO");
	return info.tcpi_unacked;
}
