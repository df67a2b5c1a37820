// SPDX-License-Identifier: GPL-2.0
/* Connections that the peer resets, in each state: what each side counts, exactly. */
#include "ends_fixture.h"

/* A sends the RST, by a close with linger 0. */
#define SENDER	"rst_sent_linger=1 TcpOutRsts=1 TcpExtTCPAbortOnData=1"
#define SENDER_ESTAB SENDER " TcpEstabResets=1"
#define SENDER_FIN_WAIT2 SENDER " fin_wait1_entered=1 fin_wait2_entered=1"

static void reset(int fd)
{
	set_linger0(fd);
	close(fd);
}

END_PAIR(established)
{
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB, "ended_rst_received=1 TcpEstabResets=1");
}

/* Unread data on the side that is reset is no reason of its own. */
END_PAIR(established_with_unread_data)
{
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	shutdown(fd[B], SHUT_RD);
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB, "ended_rst_received=1 TcpEstabResets=1");
}

END_PAIR(close_wait)
{
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	wait_state(fd[A], TCP_FIN_WAIT2);
	reset(fd[A]);
	lab_end(lab, SENDER_FIN_WAIT2,
		"ended_rst_received=1 close_wait_entered=1 TcpEstabResets=1");
}

END_PAIR(fin_wait1)
{
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB,
		"ended_rst_received=1 fin_wait1_entered=1");
}

END_PAIR(fin_wait2_full)
{
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB " close_wait_entered=1",
		"ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1");
}

END(fin_wait2_orphan)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "120");
	lab_connect(lab, fd);
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB " close_wait_entered=1",
		"ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1");
}

END_PAIR(fin_wait2_twsk)
{
	close_in_fin_wait2(fd[B]);
	reset(fd[A]);
	lab_end(lab, SENDER_ESTAB " close_wait_entered=1",
		"ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1 TcpExtTW=1");
}

END_PAIR(closing)
{
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	shutdown(fd[A], SHUT_WR);
	wait_change(lab, B, "closing", 1);
	wait_state(fd[A], TCP_FIN_WAIT2);
	reset(fd[A]);
	lab_end(lab, SENDER_FIN_WAIT2,
		"ended_rst_received=1 fin_wait1_entered=1 closing_entered=1");
}

END_PAIR(last_ack)
{
	lab_lose(lab, A, LOSE_FIN);
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	wait_state(fd[A], TCP_FIN_WAIT2);
	close(fd[B]);
	wait_change(lab, B, "last_ack", 1);
	reset(fd[A]);
	lab_end(lab, SENDER_FIN_WAIT2,
		"ended_rst_received=1 close_wait_entered=1 last_ack_entered=1");
}

TEST_HARNESS_MAIN
