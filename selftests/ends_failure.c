// SPDX-License-Identifier: GPL-2.0
/* Connections whose peer falls silent, and orphans that there is no room for. */
#include "diag.h"
#include "ends_fixture.h"
#include "orphans.h"

#define TIMED_OUT "ended_timeout=1 TcpExtTCPAbortOnTimeout=1"

/* A is cut off; what it does after that reaches nobody. */
static void cut_off(const struct ends_lab *lab)
{
	lab_lose(lab, A, LOSE_ALL);
	lab_lose(lab, B, LOSE_ALL);
}

END_PAIR(keepalive)
{
	cut_off(lab);
	set_opt(fd[B], SOL_TCP, TCP_KEEPIDLE, 1);
	set_opt(fd[B], SOL_TCP, TCP_KEEPINTVL, 1);
	set_opt(fd[B], SOL_TCP, TCP_KEEPCNT, 1);
	set_opt(fd[B], SOL_SOCKET, SO_KEEPALIVE, 1);
	wait_state(fd[B], TCP_CLOSE);
	/* It says so by a RST, whose cause is the timeout all the same. */
	lab_end(lab, "TcpCurrEstab=1",
		TIMED_OUT " TcpEstabResets=1 TcpOutRsts=1");
}

/* That the application does not want to read any more is not why it ended. */
END_PAIR(user_timeout_shut_with_unread_data)
{
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	cut_off(lab);
	set_opt(fd[B], SOL_TCP, TCP_USER_TIMEOUT, 300);
	set_linger0(fd[B]);
	shutdown(fd[B], SHUT_RDWR);
	wait_state(fd[B], TCP_CLOSE);
	lab_end(lab, "TcpCurrEstab=1",
		TIMED_OUT " fin_wait1_entered=1");
}

/* The same without data to read: linger 0 did not end it either. */
END_PAIR(user_timeout_shut_with_linger0)
{
	cut_off(lab);
	set_opt(fd[B], SOL_TCP, TCP_USER_TIMEOUT, 300);
	set_linger0(fd[B]);
	shutdown(fd[B], SHUT_RDWR);
	wait_state(fd[B], TCP_CLOSE);
	lab_end(lab, "TcpCurrEstab=1",
		TIMED_OUT " fin_wait1_entered=1");
}

END_PAIR(user_timeout)
{
	cut_off(lab);
	set_opt(fd[B], SOL_TCP, TCP_USER_TIMEOUT, 300);
	send_text(fd[B], "lost");
	wait_state(fd[B], TCP_CLOSE);
	lab_end(lab, "TcpCurrEstab=1", TIMED_OUT " TcpEstabResets=1");
}

END(retransmissions)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_retries2", "1");
	lab_connect(lab, fd);
	cut_off(lab);
	send_text(fd[B], "lost");
	wait_state(fd[B], TCP_CLOSE);
	lab_end(lab, "TcpCurrEstab=1", TIMED_OUT " TcpEstabResets=1");
}

/* An ICMP error that TCP only takes note of is what the timeout is called then. */
END(unreachable_while_established)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_retries2", "1");
	lab_connect(lab, fd);
	lab_lose(lab, A, REFUSE_ALL);
	send_text(fd[B], "lost");
	wait_state(fd[B], TCP_CLOSE);
	lab_end(lab, "TcpCurrEstab=1", TIMED_OUT " TcpEstabResets=1");
}

END(fin_wait1)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_orphan_retries", "1");
	lab_connect(lab, fd);
	cut_off(lab);
	close(fd[B]);
	lab_end(lab, "TcpCurrEstab=1",
		TIMED_OUT " fin_wait1_entered=1");
}

/*
 * A FIN that finds no way any more is not one that was sent again: before it gives
 * up TCP has tried at least once.
 */
END(fin_wait1_without_a_route)
{
	const struct ends_lab *lab = &self->lab;
	char spec[256];
	int64_t sent;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_retries2", "1");
	lab_connect(lab, fd);
	cut_off(lab);
	shutdown(fd[B], SHUT_WR);
	wait_change(lab, B, "fin_wait1", 1);
	lab_sh(lab, B, "ip link set v0 down");
	sent = lab_change(lab, B, "fin_retransmits");
	wait_state(fd[B], TCP_CLOSE);
	snprintf(spec, sizeof(spec),
		 TIMED_OUT " fin_wait1_entered=1 fin_retransmits=%d", (int)sent);
	lab_end(lab, "TcpCurrEstab=1", spec);
}

END(last_ack)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_orphan_retries", "1");
	lab_connect(lab, fd);
	close_in_fin_wait2(fd[A]);
	wait_eof(fd[B]);
	cut_off(lab);
	close(fd[B]);
	lab_end(lab,
		"fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1 TcpExtTW=1",
		TIMED_OUT " close_wait_entered=1 last_ack_entered=1");
}

END(closing)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_orphan_retries", "1");
	lab_connect(lab, fd);
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	shutdown(fd[A], SHUT_WR);
	lab_end(lab, "fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1",
		TIMED_OUT " fin_wait1_entered=1 closing_entered=1");
}

/* The peer never closes; tcp_fin_timeout is over. */
END(fin_wait2)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {}, diag = diag_open(lab->ns[B]);
	struct tuple t;

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "1");
	lab_connect(lab, fd);
	tuple_of(&t, fd[B]);
	close_in_fin_wait2(fd[B]);
	wait_change(lab, B, "ended_fin_wait2_expired", 1);
	/* Counted where inet_twsk_kill() begins: only then does that take it out of the table. */
	until(!diag_state(diag, &t));
	wait_eof(fd[A]);
	close(fd[A]);
	lab_end(lab,
		"ended_rst_received=1 close_wait_entered=1 last_ack_entered=1",
		"ended_fin_wait2_expired=1 fin_wait1_entered=1 fin_wait2_entered=1 TcpExtTWKilled=1 rst_sent_no_socket=1 TcpOutRsts=1");
}

/* Over 60 s FIN_WAIT2 is a full socket first, then a timewait socket. */
END(fin_wait2_full_then_twsk)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {}, diag = diag_open(lab->ns[B]);
	struct tuple t;

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "61");
	lab_connect(lab, fd);
	tuple_of(&t, fd[B]);
	close(fd[B]);
	until(diag_find(diag, &t).timewait);
	lab_end(lab, "TcpCurrEstab=1 close_wait_entered=1 close_wait=1 records=1",
		"fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1 TcpExtTWKilled=1");
	close(fd[A]);
	lab_end(lab, "ended_passive_fin=1 close_wait_entered=1 last_ack_entered=1",
		"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 time_wait_entered=1 time_wait_purged=1 TcpExtTWKilled=1");
}

#define N_ORPHANS 8

/* The kernel counts orphans ten times a second; then they are one too many. */
static void overrun_orphans(const struct ends_lab *lab)
{
	int fd[N_ORPHANS][2] = {}, in_fin_wait2[2] = {}, i;
	char spec[256];

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "120");
	for (i = 0; i < N_ORPHANS; i++)
		lab_connect(lab, fd[i]);
	lab_connect(lab, in_fin_wait2);
	shutdown(in_fin_wait2[B], SHUT_WR);
	wait_state(in_fin_wait2[B], TCP_FIN_WAIT2);
	lab_lose(lab, A, LOSE_FIN);
	for (i = 0; i < N_ORPHANS; i++)
		close(fd[i][B]);
	/* Retransmission timers notice those that tcp_close() let be. */
	wait_change(lab, B, "rst_sent_memory", N_ORPHANS);

	/* The same for one in FIN_WAIT2, while there is an orphan too many. */
	lab_lose_nothing(lab, A);
	close(in_fin_wait2[B]);
	until(lab_change(lab, B, "ended") == N_ORPHANS + 1 ||
	      lab_change(lab, B, "fin_wait2") == 1);
	/* A peer that has not seen the FIN asks about the RST, and gets another one. */
	snprintf(spec, sizeof(spec),
		 "rst_sent_memory=%d fin_wait1_entered=%d fin_wait2_entered=1 TcpExtTCPAbortOnMemory=%d TcpOutRsts=%d rst_sent_no_socket=%d",
		 N_ORPHANS + 1, N_ORPHANS + 1, N_ORPHANS + 1, 2 * N_ORPHANS + 1,
		 N_ORPHANS);
	lab_end(lab, "ended_rst_received=9 TcpEstabResets=9 close_wait_entered=1", spec);
}

END(too_many_orphans)
{
	without_orphans(&self->lab, overrun_orphans);
}

TEST_HARNESS_MAIN
