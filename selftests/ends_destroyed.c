// SPDX-License-Identifier: GPL-2.0
/* Sockets that the administrator destroys (ss -K), in each state. */
#include <fcntl.h>

#include "ends_fixture.h"
#include "kernel_can.h"

/* Where a RST goes out the destruction is its cause; else it is told to nobody. */
#define DESTROYED "rst_sent_destroyed=1 TcpOutRsts=1"

static void destroy(const struct ends_lab *lab, const char *state)
{
	lab_sh(lab, B, "ss -K -t state %s >/dev/null", state);
}

END_PAIR(established)
{
	destroy(lab, "established");
	lab_end(lab, "ended_rst_received=1 TcpEstabResets=1",
		DESTROYED " TcpEstabResets=1");
}

END_PAIR(established_with_unread_data)
{
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	set_linger0(fd[B]);
	destroy(lab, "established");
	lab_end(lab, "ended_rst_received=1 TcpEstabResets=1",
		DESTROYED " TcpEstabResets=1");
}

END_PAIR(close_wait)
{
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	wait_state(fd[A], TCP_FIN_WAIT2);
	destroy(lab, "close-wait");
	lab_end(lab, "ended_rst_received=1 fin_wait1_entered=1 fin_wait2_entered=1",
		DESTROYED " close_wait_entered=1 TcpEstabResets=1");
}

/*
 * A, which has not seen the FIN, does not believe the RST behind it and asks;
 * the answer, another RST, comes from nowhere.
 */
END_PAIR(fin_wait1)
{
	lab_lose(lab, A, LOSE_FIN);
	shutdown(fd[B], SHUT_WR);
	destroy(lab, "fin-wait-1");
	lab_end(lab, "ended_rst_received=1 TcpEstabResets=1",
		"rst_sent_destroyed=1 rst_sent_no_socket=1 TcpOutRsts=2 fin_wait1_entered=1");
}

END_PAIR(fin_wait2_full)
{
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	destroy(lab, "fin-wait-2");
	lab_end(lab, "ended_rst_received=1 close_wait_entered=1 TcpEstabResets=1",
		DESTROYED " fin_wait1_entered=1 fin_wait2_entered=1");
}

END_PAIR(fin_wait2_twsk)
{
	close_in_fin_wait2(fd[B]);
	destroy(lab, "fin-wait-2");
	lab_end(lab, "close_wait_entered=1 close_wait=1 records=1 TcpCurrEstab=1",
		kernel_destroys_timewait() ?
		"ended_other=1 fin_wait1_entered=1 fin_wait2_entered=1 TcpExtTW=1" :
		"fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1 TcpExtTW=1");
}

END_PAIR(closing)
{
	lab_lose(lab, A, LOSE_FIN);
	shutdown(fd[B], SHUT_WR);
	shutdown(fd[A], SHUT_WR);
	wait_state(fd[B], TCP_CLOSING);
	destroy(lab, "closing");
	lab_end(lab, "fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1",
		"ended_other=1 fin_wait1_entered=1 closing_entered=1");
}

END_PAIR(last_ack)
{
	lab_lose(lab, A, LOSE_FIN);
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	wait_state(fd[A], TCP_FIN_WAIT2);
	shutdown(fd[B], SHUT_WR);
	destroy(lab, "last-ack");
	lab_end(lab, "fin_wait1_entered=1 fin_wait2_entered=1 fin_wait2=1 records=1",
		"ended_other=1 close_wait_entered=1 last_ack_entered=1");
}

/* The kernel calls this attempt failed, but it was we who gave it up. */
END(syn_sent)
{
	const struct ends_lab *lab = &self->lab;
	int fd = lab_socket(lab, B);

	lab_lose(lab, A, LOSE_ALL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	lab_try_connect(lab, fd, LAB_PORT);
	destroy(lab, "syn-sent");
	lab_end(lab, "", "ended_other=1 TcpAttemptFails=1");
}

/* As good as time_wait_purge, which is what the rest of the test uses. */
END_PAIR(time_wait)
{
	close(fd[B]);
	wait_eof(fd[A]);
	close(fd[A]);
	wait_change(lab, B, "time_wait", 1);
	destroy(lab, "time-wait");
	if (kernel_destroys_timewait())
		wait_change(lab, B, "time_wait_purged", 1);
	lab_end(lab, "ended_passive_fin=1 close_wait_entered=1 last_ack_entered=1",
		"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 time_wait_entered=1 time_wait_purged=1 TcpExtTW=1");
}

TEST_HARNESS_MAIN
