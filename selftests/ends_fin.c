// SPDX-License-Identifier: GPL-2.0
/* Connections that end by FIN: what each side counts, exactly. */
#include <signal.h>
#include <sys/wait.h>

#include "ends_fixture.h"
#include "netns.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define ACTIVE	"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 " \
		"time_wait_entered=1 time_wait_purged=1 TcpExtTW=1"
#define PASSIVE	"ended_passive_fin=1 close_wait_entered=1 last_ack_entered=1"
#define CROSSED	"ended_simultaneous_fin=1 fin_wait1_entered=1 closing_entered=1 " \
		"time_wait_entered=1 time_wait_purged=1 TcpExtTW=1"

/* FIN_WAIT2 as a full socket: the application holds it. */
END_PAIR(active_full)
{
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	wait_eof(fd[A]);
	close(fd[A]);
	wait_eof(fd[B]);
	close(fd[B]);
	lab_end(lab, PASSIVE, ACTIVE);
}

/* FIN_WAIT2 as a timewait socket: the application is gone. */
END_PAIR(active_twsk)
{
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	close(fd[A]);
	lab_end(lab, PASSIVE, ACTIVE);
}

END_PAIR(server_first)
{
	close(fd[A]);
	wait_eof(fd[B]);
	close(fd[B]);
	lab_end(lab, ACTIVE, PASSIVE);
}

END_PAIR(shutdown_both_ways)
{
	shutdown(fd[B], SHUT_RDWR);
	wait_eof(fd[A]);
	close(fd[A]);
	lab_end(lab, PASSIVE, ACTIVE);
}

END_PAIR(half_close_with_data)
{
	send_text(fd[B], "ask");
	shutdown(fd[B], SHUT_WR);
	expect_text(fd[A], "ask");
	wait_eof(fd[A]);
	send_text(fd[A], "answer");
	expect_text(fd[B], "answer");
	close(fd[A]);
	wait_eof(fd[B]);
	close(fd[B]);
	lab_end(lab, PASSIVE, ACTIVE);
}

/* Both FINs are on the link before either arrives. */
END(crossing)
{
	const struct ends_lab *lab = &self->lab;
	enum side side;
	int fd[2] = {};

	for (side = A; side <= B; side++)
		lab_sh(lab, side, "tc qdisc add dev v0 root netem delay 500ms");
	lab_connect(lab, fd);
	close(fd[A]);
	close(fd[B]);
	lab_end(lab, CROSSED, CROSSED);
}

/* B's FIN is lost, A's arrives: only B sees them cross. */
END_PAIR(crossing_seen_by_one)
{
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	shutdown(fd[A], SHUT_WR);
	wait_change(lab, B, "closing", 1);
	wait_state(fd[A], TCP_FIN_WAIT2);
	lab_lose_nothing(lab, A);
	lab_end(lab, ACTIVE, CROSSED "");
	close(fd[A]);
}

/* A connection with oneself has one socket; its FIN crosses itself. */
END(with_oneself)
{
	const struct ends_lab *lab = &self->lab;
	struct sockaddr_storage ss;
	int fd = lab_bound_socket(lab, B, 7000);
	socklen_t len = lab_address(lab, B, 7000, &ss);

	if (connect(fd, (struct sockaddr *)&ss, len))
		die_errno("connect");
	close(fd);
	lab_end(lab, "", CROSSED);
}

/* Two processes hold the socket: the second one's exit is what closes it. */
END_PAIR(fork_and_exit)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	close(fd[B]);
	if (tcp_state(fd[A]) != TCP_ESTABLISHED)
		die("closed while another process holds it");
	lab_end(lab, "TcpCurrEstab=1", "TcpCurrEstab=1");

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	wait_eof(fd[A]);
	close(fd[A]);
	lab_end(lab, PASSIVE, ACTIVE);
}

/* tcp_max_tw_buckets is reached: the FINs are through, TIME_WAIT is left out. */
END(no_room_full)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_max_tw_buckets", "0");
	lab_connect(lab, fd);
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	wait_eof(fd[A]);
	close(fd[A]);
	lab_end(lab, PASSIVE,
		"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 TcpExtTCPTimeWaitOverflow=1");
}

END(no_room_crossing)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_max_tw_buckets", "0");
	lab_connect(lab, fd);
	lab_lose(lab, A, LOSE_FIN);
	close(fd[B]);
	wait_change(lab, B, "fin_wait1", 1);
	shutdown(fd[A], SHUT_WR);
	wait_change(lab, B, "closing", 1);
	wait_state(fd[A], TCP_FIN_WAIT2);
	lab_lose_nothing(lab, A);
	lab_end(lab, ACTIVE,
		"ended_simultaneous_fin=1 fin_wait1_entered=1 closing_entered=1 TcpExtTCPTimeWaitOverflow=1");
}

/* No room for FIN_WAIT2's timewait socket: B forgets at once, A is told so. */
END(no_room_twsk)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_max_tw_buckets", "0");
	lab_connect(lab, fd);
	close_in_fin_wait2(fd[B]);
	wait_change(lab, B, "ended_fin_wait2_expired", 1);
	wait_eof(fd[A]);
	close(fd[A]);
	lab_end(lab,
		"close_wait_entered=1 last_ack_entered=1 ended_rst_received=1",
		"ended_fin_wait2_expired=1 fin_wait1_entered=1 fin_wait2_entered=1 rst_sent_no_socket=1 TcpOutRsts=1 TcpExtTCPTimeWaitOverflow=1");
}

#define ANY_FIN	"ended_active_fin=* ended_passive_fin=* ended_simultaneous_fin=*"
#define ANY_STATE "fin_wait1_entered=* fin_wait2_entered=* closing_entered=* " ANY_PASSIVE
#define ANY_PASSIVE "close_wait_entered=* last_ack_entered=*"
#define ANY_TIME_WAIT "time_wait_entered=* time_wait_purged=* TcpExtTW=*"

static int mptcp_socket(int ns, int family)
{
	netns_enter(ns);
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
}

/* MPTCP's own socket is none of ours; its subflow is a TCP connection. */
TEST_F_TIMEOUT(ends, mptcp, 90)
{
	/* Which side's subflow closes first is MPTCP's to choose. */
	const char *by_fin = ANY_FIN " " ANY_STATE " " ANY_TIME_WAIT;
	const struct ends_lab *lab = &self->lab;
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, A, 6000, &ss);
	int listener = mptcp_socket(lab->ns[A], lab->family);
	int b = mptcp_socket(lab->ns[B], lab->family), a;

	if (listener < 0)
		SKIP(return, "this kernel has no MPTCP");
	set_opt(listener, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(listener, (struct sockaddr *)&ss, len) || listen(listener, 1))
		die_errno("listen");
	if (connect(b, (struct sockaddr *)&ss, len))
		die_errno("connect");
	wait_input(listener);
	a = accept(listener, NULL, NULL);
	send_text(b, "hello");
	expect_text(a, "hello");
	close(b);
	wait_eof(a);
	close(a);
	wait_change(lab, A, "ended", 1);
	wait_change(lab, B, "ended", 1);
	lab_end(lab, by_fin, by_fin);
}

TEST_HARNESS_MAIN
