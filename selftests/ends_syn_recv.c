// SPDX-License-Identifier: GPL-2.0
/* Handshakes of which no connection comes: nothing ends, and nobody is told. */
#include "ends_fixture.h"

/*
 * The server has no way back when the last segment of the handshake comes, which it finds out
 * when the child's socket has been made (tcp_v4_syn_recv_sock()).
 */
END(no_way_back)
{
	const struct ends_lab *lab = &self->lab;
	int fd = lab_socket(lab, B), err;

	lab_lose(lab, A, LOSE_ACK);
	err = lab_try_connect(lab, fd, LAB_PORT);
	if (err)
		die("connect: %s", strerror(err));
	lab_sh(lab, A, "ip route add unreachable %s",
	       lab->family == AF_INET ? "10.9.0.2" : "fd09::2");
	send_text(fd, "data");
	until(lab_change(lab, A, "TcpExtListenDrops") >= 1);
	check(!lab_change(lab, A, "ended"), "%ld ended", lab_change(lab, A, "ended"));
	check(!lab_change(lab, B, "ended"), "%ld ended", lab_change(lab, B, "ended"));
}

TEST_HARNESS_MAIN
