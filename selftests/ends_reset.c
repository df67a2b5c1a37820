// SPDX-License-Identifier: GPL-2.0
/* Connections that we reset: what each side counts, and why, exactly. */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "diag.h"
#include "ends_fixture.h"

/* TCP_SEND_QUEUE of linux/tcp.h, which netinet/tcp.h cannot be had together with. */
#define SEND_QUEUE	2

/* The side that is reset, established until then. */
#define RESET	"ended_rst_received=1 TcpEstabResets=1"
/* The same after it had our FIN. */
#define RESET_AFTER_FIN RESET " close_wait_entered=1"

#define FIN_WAIT2 "fin_wait1_entered=1 fin_wait2_entered=1 TcpOutRsts=1"

END_PAIR(unread_data)
{
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	close(fd[B]);
	lab_end(lab, RESET,
		"rst_sent_unread_data=1 TcpOutRsts=1 TcpEstabResets=1 TcpExtTCPAbortOnClose=1");
}

END_PAIR(unread_data_and_fin)
{
	send_text(fd[A], "unread");
	shutdown(fd[A], SHUT_WR);
	wait_state(fd[B], TCP_CLOSE_WAIT);
	wait_state(fd[A], TCP_FIN_WAIT2);
	close(fd[B]);
	lab_end(lab,
		"ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1",
		"rst_sent_unread_data=1 close_wait_entered=1 TcpOutRsts=1 TcpEstabResets=1 TcpExtTCPAbortOnClose=1");
}

END_PAIR(unread_data_in_fin_wait2)
{
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	close(fd[B]);
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_unread_data=1 " FIN_WAIT2 " TcpExtTCPAbortOnClose=1");
}

/* Data that was read in part is unread as well. */
END_PAIR(partly_read_data)
{
	send_text(fd[A], "abc");
	wait_input(fd[B]);
	if (recv(fd[B], &(char){ 0 }, 1, 0) != 1)
		die("no data");
	close(fd[B]);
	lab_end(lab, RESET,
		"rst_sent_unread_data=1 TcpOutRsts=1 TcpEstabResets=1 TcpExtTCPAbortOnClose=1");
}

END_PAIR(linger0)
{
	set_linger0(fd[B]);
	close(fd[B]);
	lab_end(lab, RESET,
		"rst_sent_linger=1 TcpOutRsts=1 TcpEstabResets=1 TcpExtTCPAbortOnData=1");
}

END_PAIR(linger0_and_unread_data)
{
	set_linger0(fd[B]);
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	close(fd[B]);
	lab_end(lab, RESET,
		"rst_sent_unread_data=1 TcpOutRsts=1 TcpEstabResets=1 TcpExtTCPAbortOnClose=1");
}

/*
 * As much as A has room for, and more: it does not read. What there is room for may
 * grow while it comes in, so there has to be something to send all the time.
 */
static void say_too_much(int fd)
{
	static const char much[65536];
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int not_sent;

	do {
		while (send(fd, much, sizeof(much), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
			;
		nap_ms(1);
		if (getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len) ||
		    ioctl(fd, SIOCOUTQNSD, &not_sent))
			die_errno("cannot look at the send queue");
	} while (info.tcpi_unacked || !not_sent);
}

/* In LAST_ACK a RST goes out only where something, here the FIN, has not. */
END_PAIR(linger0_in_last_ack)
{
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	wait_state(fd[A], TCP_FIN_WAIT2);
	say_too_much(fd[B]);
	/* A may still have more room to tell of, which is to meet no closed B. */
	lab_lose(lab, B, LOSE_ALL);
	shutdown(fd[B], SHUT_WR);
	set_linger0(fd[B]);
	close(fd[B]);
	lab_end(lab, "ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1",
		"rst_sent_linger=1 close_wait_entered=1 last_ack_entered=1 TcpOutRsts=1 TcpExtTCPAbortOnData=1");
}

/* The application does not want to wait in FIN_WAIT2, and it is there. */
END_PAIR(linger2_off_in_fin_wait2)
{
	set_opt(fd[B], SOL_TCP, TCP_LINGER2, -1);
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	close(fd[B]);
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_linger=1 " FIN_WAIT2 " TcpExtTCPAbortOnLinger=1");
}

/* The same, and it gets there after the application is gone. */
END_PAIR(linger2_off_in_fin_wait1)
{
	set_opt(fd[B], SOL_TCP, TCP_LINGER2, -1);
	lab_lose(lab, B, LOSE_ACK);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	lab_lose_nothing(lab, B);
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_linger=1 " FIN_WAIT2
		" TcpExtTCPAbortOnData=1");
}

END_PAIR(data_after_close_twsk)
{
	close_in_fin_wait2(fd[B]);
	send_text(fd[A], "late");
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_data_after_close=1 " FIN_WAIT2 " TcpExtTW=1");
}

/* Without a word, in CLOSE_WAIT. */
#define GIVEN_UP "ended_other=1 close_wait_entered=1 TcpEstabResets=1"

static int queue_seq(int fd, int queue)
{
	socklen_t len = sizeof(int);
	int seq;

	set_opt(fd, SOL_TCP, TCP_REPAIR_QUEUE, queue);
	if (getsockopt(fd, SOL_TCP, TCP_QUEUE_SEQ, &seq, &len))
		die_errno("TCP_QUEUE_SEQ");
	return seq;
}

/* B has forgotten the connection, and begins another with a number that A is waiting for. */
END_PAIR(syn_in_fin_wait2_twsk)
{
	struct tuple t;
	int seq, err;

	tuple_of(&t, fd[B]);
	close_in_fin_wait2(fd[A]);
	wait_state(fd[B], TCP_CLOSE_WAIT);
	set_opt(fd[B], SOL_TCP, TCP_REPAIR, 1);
	seq = queue_seq(fd[B], SEND_QUEUE);
	close(fd[B]);
	fd[B] = lab_bound_socket(lab, B, t.sport);
	set_opt(fd[B], SOL_TCP, TCP_REPAIR, 1);
	set_opt(fd[B], SOL_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE);
	set_opt(fd[B], SOL_TCP, TCP_QUEUE_SEQ, seq + 10);
	set_opt(fd[B], SOL_TCP, TCP_REPAIR, 0);
	err = lab_try_connect(lab, fd[B], LAB_PORT);
	check(err == ECONNREFUSED, "%s", strerror(err));
	lab_end(lab, "rst_sent_other=1 " FIN_WAIT2 " TcpExtTW=1",
		GIVEN_UP " connect_failed_refused=1 TcpAttemptFails=1");
}

/* With tcp_fin_timeout over 60 s FIN_WAIT2 is a full socket for the difference. */
END(data_after_close_orphan)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "120");
	lab_connect(lab, fd);
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	send_text(fd[A], "late");
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_data_after_close=1 " FIN_WAIT2 " TcpExtTCPAbortOnData=1");
}

END_PAIR(data_after_shutdown)
{
	shutdown(fd[B], SHUT_RDWR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	send_text(fd[A], "late");
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_data_after_close=1 " FIN_WAIT2 " TcpExtTCPAbortOnData=1");
	close(fd[B]);
}

/* A has not heard of the close yet. */
END_PAIR(data_after_close_in_fin_wait1)
{
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	send_text(fd[A], "late");
	lab_end(lab, RESET,
		"rst_sent_data_after_close=1 fin_wait1_entered=1 TcpOutRsts=1 TcpExtTCPAbortOnData=1");
}

/* The first that B sees of A after its FIN is data, which acknowledges it. */
END_PAIR(data_after_close_with_ack)
{
	lab_lose(lab, B, LOSE_ACK);
	close(fd[B]);
	wait_state(fd[A], TCP_CLOSE_WAIT);
	send_text(fd[A], "late");
	lab_end(lab, RESET_AFTER_FIN,
		"rst_sent_data_after_close=1 " FIN_WAIT2
		" TcpExtTCPAbortOnData=1");
}

/* connect(AF_UNSPEC) */
END_PAIR(disconnect)
{
	const struct sockaddr sa = { .sa_family = AF_UNSPEC };

	if (connect(fd[B], &sa, sizeof(sa)))
		die_errno("disconnect");
	lab_end(lab, RESET, "rst_sent_other=1 TcpOutRsts=1 TcpEstabResets=1");
}

/* A connection that nobody has accepted dies with the listener, whatever its state. */
END(listener_closes)
{
	const struct ends_lab *lab = &self->lab;
	int fd[3], i;

	for (i = 0; i < 3; i++) {
		fd[i] = lab_socket(lab, B);
		if (lab_try_connect(lab, fd[i], LAB_PORT))
			die("connect");
	}
	send_text(fd[1], "unread");
	shutdown(fd[2], SHUT_WR);
	wait_state(fd[2], TCP_FIN_WAIT2);
	wait_input(lab->listener);
	until(lab_change(lab, A, "TcpCurrEstab") == 3);
	close(lab->listener);
	lab_end(lab,
		"rst_sent_other=3 close_wait_entered=1 TcpOutRsts=3 TcpEstabResets=3",
		"ended_rst_received=3 TcpEstabResets=2 fin_wait1_entered=1 fin_wait2_entered=1");
}

/*
 * FIN_WAIT2 as a full socket without its application, whose wait turns out to be
 * over when its timer runs.
 */
END(fin_wait2_timer)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "63");
	lab_connect(lab, fd);
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	lab_set(lab, B, "ipv4/tcp_fin_timeout", "5");
	lab_end(lab, RESET_AFTER_FIN, "rst_sent_timeout=1 " FIN_WAIT2);
}

TEST_HARNESS_MAIN
