// SPDX-License-Identifier: GPL-2.0
/* TCP Fast Open (RFC 7413): data before the handshake is over, each way to end. */
#include "ends_fixture.h"

#define LOSE_SYN_ACK	"tcp flags & (syn | ack) == syn | ack drop"

/* In B: a SYN with data, once the cookie is known. @flags: MSG_DONTWAIT: not for its SYN-ACK */
static int send_in_syn(const struct ends_lab *lab, const char *text, int flags)
{
	const int fd = lab_socket(lab, B);
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, A, LAB_PORT, &ss);

	if (sendto(fd, text, strlen(text), MSG_FASTOPEN | MSG_NOSIGNAL | flags,
		   (struct sockaddr *)&ss, len) != strlen(text))
		die_errno("MSG_FASTOPEN");
	return fd;
}

/* Both ends may use it, and B has the cookie. */
static void prepare(struct ends_lab *lab)
{
	int fd[2];

	lab_set(lab, A, "ipv4/tcp_fastopen", "3");
	lab_set(lab, B, "ipv4/tcp_fastopen", "3");
	lab_set(lab, B, "ipv4/tcp_fastopen_blackhole_timeout_sec", "0");
	set_opt(lab->listener, SOL_TCP, TCP_FASTOPEN, 16);
	fd[B] = send_in_syn(lab, "cookie", 0);
	fd[A] = lab_accept(lab);
	expect_text(fd[A], "cookie");
	set_linger0(fd[B]);
	close(fd[B]);
	wait_change(lab, A, "ended", 1);
	close(fd[A]);
	wait_change(lab, B, "ended", 1);
	lab_look(lab);
}

/* Data are served while the SYN-ACK is on its way. */
static void half_open(struct ends_lab *lab, int fd[2])
{
	prepare(lab);
	lab_lose(lab, B, LOSE_SYN_ACK);
	fd[B] = send_in_syn(lab, "request", MSG_DONTWAIT);
	fd[A] = lab_accept(lab);
	check(tcp_state(fd[A]) == TCP_SYN_RECV, "%d", tcp_state(fd[A]));
}

static void ended_once(const struct ends_lab *lab, enum side side, const char *row)
{
	wait_change(lab, side, "ended", 1);
	check(lab_change(lab, side, row) == 1, "not %s", row);
}

END(fins)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	prepare(lab);
	fd[B] = send_in_syn(lab, "request", 0);
	fd[A] = lab_accept(lab);
	expect_text(fd[A], "request");
	close(fd[A]);
	wait_eof(fd[B]);
	close(fd[B]);
	ended_once(lab, A, "ended_active_fin");
	ended_once(lab, B, "ended_passive_fin");
	check(lab_change(lab, A, "TcpExtTCPFastOpenPassive") == 1, "no Fast Open");
}

/* The client is gone: the repeated SYN-ACK is answered by a RST. */
END(reset_before_the_handshake_is_over)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	half_open(lab, fd);
	expect_text(fd[A], "request");
	close(fd[B]);
	lab_lose_nothing(lab, B);
	ended_once(lab, A, "ended_rst_received");
	ended_once(lab, B, "ended_other");
}

END(syn_ack_never_answered)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	lab_set(lab, A, "ipv4/tcp_synack_retries", "0");
	half_open(lab, fd);
	expect_text(fd[A], "request");
	ended_once(lab, A, "ended_timeout");
}

END(unread_data)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	half_open(lab, fd);
	wait_input(fd[A]);
	close(fd[A]);
	ended_once(lab, A, "rst_sent_unread_data");
}

END(linger0)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	half_open(lab, fd);
	expect_text(fd[A], "request");
	set_linger0(fd[A]);
	close(fd[A]);
	ended_once(lab, A, "rst_sent_linger");
}

/* An ICMP message ends it, as it does a connect(). */
END(unreachable_before_it_is_accepted)
{
	struct ends_lab *lab = &self->lab;

	prepare(lab);
	lab_lose(lab, B, "tcp flags & (syn | ack) == syn | ack reject with icmpx type host-unreachable");
	send_in_syn(lab, "request", MSG_DONTWAIT);
	ended_once(lab, A, "ended_timeout");
}

END(never_accepted)
{
	struct ends_lab *lab = &self->lab;

	prepare(lab);
	lab_lose(lab, B, LOSE_SYN_ACK);
	send_in_syn(lab, "request", MSG_DONTWAIT);
	wait_input(lab->listener);
	close(lab->listener);
	ended_once(lab, A, "rst_sent_other");
}

/* A connect() that waits for data to go with the SYN. */
static int put_off(struct ends_lab *lab)
{
	int fd, err;

	prepare(lab);
	fd = lab_socket(lab, B);
	set_opt(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	err = lab_try_connect(lab, fd, LAB_PORT);
	if (err)
		die("connect: %s", strerror(err));
	check(tcp_state(fd) == TCP_SYN_SENT, "%d", tcp_state(fd));
	return fd;
}

END(put_off_and_shut_down)
{
	struct ends_lab *lab = &self->lab;

	shutdown(put_off(lab), SHUT_RDWR);
	ended_once(lab, B, "ended_other");
}

END(put_off_and_disconnected)
{
	struct ends_lab *lab = &self->lab;
	const struct sockaddr sa = { .sa_family = AF_UNSPEC };

	if (connect(put_off(lab), &sa, sizeof(sa)))
		die_errno("disconnect");
	ended_once(lab, B, "ended_other");
}

END(put_off_and_closed)
{
	struct ends_lab *lab = &self->lab;

	close(put_off(lab));
	ended_once(lab, B, "ended_other");
}

TEST_HARNESS_MAIN
