// SPDX-License-Identifier: GPL-2.0
/* How TIME_WAITs end and start again: what each side counts, exactly. */

#include "ends_fixture.h"

#define ACTIVE	"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 " \
		"time_wait_entered=1"
#define PASSIVE	"ended_passive_fin=1 close_wait_entered=1 last_ack_entered=1"

/* A connection whose @first side is in TIME_WAIT, and nothing left of the other. */
static void make_time_wait(const struct ends_lab *lab, enum side first, int b)
{
	int fd[2] = { [B] = b };

	lab_connect(lab, fd);
	close(fd[first]);
	wait_eof(fd[!first]);
	close(fd[!first]);
	wait_change(lab, first, "time_wait", 1);
	wait_change(lab, !first, "ended_passive_fin", 1);
}

END(expired)
{
	const struct ends_lab *lab = &self->lab;

	lab_set(lab, B, "tcp_closestat/time_wait_guard", "0");
	lab_set(lab, B, "tcp_closestat/time_wait_ms", "250");
	make_time_wait(lab, B, 0);
	wait_change(lab, B, "time_wait_expired", 1);
	lab_end(lab, PASSIVE,
		ACTIVE " time_wait_shortened=1 time_wait_expired=1 TcpExtTW=* TcpExtTWKilled=*");
	if (lab_change(lab, B, "TcpExtTW") + lab_change(lab, B, "TcpExtTWKilled") != 1)
		die("the kernel does not agree that there was one TIME_WAIT");
}

/* Of one that is not shortened nothing tells. */
END(purged)
{
	const struct ends_lab *lab = &self->lab;

	make_time_wait(lab, B, 0);
	lab_end(lab, PASSIVE, ACTIVE " time_wait_purged=1 TcpExtTW=1");
}

/* A SYN takes over the server's TIME_WAIT. */
END(reused_by_syn)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {};

	make_time_wait(lab, A, lab_bound_socket(lab, B, 40000));
	fd[B] = lab_bound_socket(lab, B, 40000);
	lab_connect(lab, fd);
	lab_end(lab, ACTIVE " time_wait_reused=1 TcpExtTW=1 TcpCurrEstab=1",
		PASSIVE " TcpCurrEstab=1");
}

/* connect() takes over the client's TIME_WAIT, once it is a second old. */
END(reused_by_connect)
{
	const struct ends_lab *lab = &self->lab;
	int fd[2] = {}, failures = 0;
	char spec[256];

	lab_set(lab, B, "ipv4/ip_local_port_range", "40000 40000");
	lab_set(lab, B, "ipv4/tcp_tw_reuse", "1");
	make_time_wait(lab, B, 0);
	fd[B] = lab_socket(lab, B);
	for (;;) {
		int err = lab_try_connect(lab, fd[B], LAB_PORT);

		if (!err)
			break;
		if (err != EADDRNOTAVAIL)
			die("connect: %s", strerror(err));
		failures++;
		nap_ms(50);
	}
	lab_accept(lab);
	snprintf(spec, sizeof(spec),
		 ACTIVE " time_wait_reused=1 TcpExtTW=1 TcpExtTWRecycled=1 TcpCurrEstab=1 connect_failed_no_port=%d",
		 failures);
	lab_end(lab, PASSIVE " TcpCurrEstab=1", spec);
}

/*
 * A RST in the window: B has not heard A's last ACK and resets, because it has
 * data that it did not read.
 */
static void reset_time_wait(const struct ends_lab *lab)
{
	int fd[2] = {};

	lab_connect(lab, fd);
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	shutdown(fd[A], SHUT_WR);
	wait_state(fd[A], TCP_FIN_WAIT2);
	wait_state(fd[B], TCP_CLOSE_WAIT);
	lab_lose(lab, B, LOSE_ACK);
	shutdown(fd[B], SHUT_WR);
	wait_change(lab, A, "time_wait", 1);
	close(fd[B]);
}

#define UNREAD_IN_LAST_ACK "rst_sent_unread_data=1 close_wait_entered=1 " \
	"last_ack_entered=1 TcpOutRsts=1 TcpExtTCPAbortOnClose=1"

END(reset)
{
	const struct ends_lab *lab = &self->lab;

	reset_time_wait(lab);
	wait_change(lab, A, "time_wait", 0);
	lab_end(lab, ACTIVE " time_wait_reset=1 TcpExtTW=1",
		UNREAD_IN_LAST_ACK);
}

/* tcp_rfc1337: TIME_WAIT is not to be assassinated. */
END(not_reset)
{
	const struct ends_lab *lab = &self->lab;

	lab_set(lab, A, "ipv4/tcp_rfc1337", "1");
	reset_time_wait(lab);
	lab_end(lab, ACTIVE " time_wait_purged=1 TcpExtTW=1",
		UNREAD_IN_LAST_ACK);
}

/* The last ACK is lost: each FIN that comes again starts TIME_WAIT again. */
END_PAIR(rearmed)
{
	char spec[256];
	int64_t again;

	close(fd[A]);
	wait_eof(fd[B]);
	wait_change(lab, A, "fin_wait2", 1);
	lab_lose(lab, B, LOSE_ACK);
	close(fd[B]);
	until(lab_change(lab, A, "time_wait_rearmed") >= 2);
	lab_lose_nothing(lab, B);
	wait_change(lab, B, "ended_passive_fin", 1);
	again = lab_change(lab, B, "fin_retransmits");
	snprintf(spec, sizeof(spec),
		 ACTIVE " time_wait_purged=1 time_wait_rearmed=%d TcpExtTW=1", (int)again);
	lab_end(lab, spec, PASSIVE "");
}

/* A FIN_WAIT2 timewait socket that a FIN comes to is TIME_WAIT, not another one. */
END_PAIR(by_way_of_fin_wait2_twsk)
{
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	close(fd[A]);
	wait_change(lab, B, "time_wait", 1);
	lab_end(lab, PASSIVE, ACTIVE " time_wait_purged=1 TcpExtTW=1");
}

TEST_HARNESS_MAIN
