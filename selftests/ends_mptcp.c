// SPDX-License-Identifier: GPL-2.0
/* MPTCP: how its first subflow ends, as far as a subflow tells. */
#include "ends_fixture.h"
#include "netns.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int mptcp_socket(const struct ends_lab *lab, enum side side)
{
	int here = netns_here(), fd;

	netns_enter(lab->ns[side]);
	fd = socket(lab->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	netns_enter(here);
	close(here);
	return fd;
}

/* Return: whether this kernel has what is tested here. */
static bool mptcp_connect(struct ends_lab *lab, int fd[2])
{
	struct sockaddr_storage ss;
	socklen_t len = lab_address(lab, A, LAB_PORT + 1, &ss);
	int listener = mptcp_socket(lab, A), err;

	if (listener < 0)
		return false;
	if (bind(listener, (struct sockaddr *)&ss, len) || listen(listener, 1))
		die_errno("listen");
	fd[B] = mptcp_socket(lab, B);
	err = lab_try_connect(lab, fd[B], LAB_PORT + 1);
	if (err)
		die("connect: %s", strerror(err));
	wait_input(listener);
	fd[A] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd[A] < 0)
		die_errno("accept");
	/* The fourth segment of the handshake: from here on it is MPTCP both ways. */
	send_text(fd[B], "hello");
	expect_text(fd[A], "hello");
	send_text(fd[A], "hello");
	expect_text(fd[B], "hello");
	return true;
}

END(fins)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	if (!mptcp_connect(lab, fd))
		SKIP(return, "this kernel has no MPTCP");
	close(fd[B]);
	wait_eof(fd[A]);
	close(fd[A]);
	wait_change(lab, A, "ended", 1);
	wait_change(lab, B, "ended", 1);
	check(!lab_change(lab, A, "ended_rst_sent") && !lab_change(lab, A, "ended_other"),
	      "A: not by FINs");
	check(!lab_change(lab, B, "ended_rst_sent") && !lab_change(lab, B, "ended_other"),
	      "B: not by FINs");
}

/* A kernel whose MPTCP knows nothing of it closes by FINs. */
END(linger0)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	if (!mptcp_connect(lab, fd))
		SKIP(return, "this kernel has no MPTCP");
	set_linger0(fd[B]);
	close(fd[B]);
	until(lab_change(lab, B, "ended") || lab_change(lab, A, "close_wait_entered"));
	if (!lab_change(lab, B, "ended_rst_sent"))
		SKIP(return, "this kernel's MPTCP does without SO_LINGER");
	check(lab_change(lab, B, "rst_sent_linger") == 1, "not rst_sent_linger");
	wait_change(lab, A, "ended_rst_received", 1);
}

END(unread_data)
{
	struct ends_lab *lab = &self->lab;
	int fd[2];

	if (!mptcp_connect(lab, fd))
		SKIP(return, "this kernel has no MPTCP");
	send_text(fd[A], "unread");
	wait_input(fd[B]);
	close(fd[B]);
	until(lab_change(lab, B, "ended") || lab_change(lab, A, "close_wait_entered"));
	if (!lab_change(lab, B, "ended_rst_sent"))
		SKIP(return, "this kernel's MPTCP closes by FINs all the same");
	check(lab_change(lab, B, "ended_rst_sent") == 1, "not reset");
	wait_change(lab, A, "ended_rst_received", 1);
}

TEST_HARNESS_MAIN
