// SPDX-License-Identifier: GPL-2.0
/*
 * close() in CLOSE_WAIT gets no memory for its FIN, and resets, as there are too many
 * orphans: all that was sent is acknowledged, but no FIN ends the connection.
 *
 * Needs a kernel that can be told to fail (CONFIG_FAILSLAB). Each allocation of close() fails
 * in turn; that it was the FIN's is seen by the peer, which knows of the reset alone.
 */
#include "ends_fixture.h"
#include "inject.h"
#include "orphans.h"

/* In FIN_WAIT2, which is no timewait socket for a minute; or reset, as there is one already. */
static bool orphan_is_reset(const struct ends_lab *lab)
{
	int fd[2] = {};

	lab_connect(lab, fd);
	shutdown(fd[B], SHUT_WR);
	wait_state(fd[B], TCP_FIN_WAIT2);
	close(fd[B]);
	return lab_change(lab, B, "rst_sent_memory");
}

/*
 * A connection whose peer closes first; allocation @nth of our close() fails.
 *
 * Return: whether there was one to fail.
 */
static bool close_last(const struct ends_lab *lab, unsigned int nth)
{
	const int64_t before = lab_change(lab, A, "ended");
	struct site site;
	int fd[2] = {};
	bool failed;

	lab_connect(lab, fd);
	shutdown(fd[A], SHUT_WR);
	wait_eof(fd[B]);
	set_opt(fd[B], SOL_TCP, TCP_QUICKACK, 1);
	wait_state(fd[A], TCP_FIN_WAIT2);
	inject_fail(nth);
	close(fd[B]);
	failed = !inject_left(nth, &site);
	wait_change(lab, A, "ended", before + 1);
	close(fd[A]);
	return failed;
}

/* Where the FIN went out, the answer to it is there before close() looks for orphans, or not. */
static void each_allocation_fails(const struct ends_lab *lab)
{
	unsigned int nth = 0, missing = 0;
	bool failed;

	lab_set(lab, B, "ipv4/tcp_fin_timeout", "120");
	until(orphan_is_reset(lab));
	inject_begin();
	do {
		const int64_t resets = lab_change(lab, A, "ended_rst_received");
		const int64_t memory = lab_change(lab, B, "rst_sent_memory");
		const int64_t passive = lab_change(lab, B, "ended_passive_fin");

		failed = close_last(lab, ++nth);
		if (lab_change(lab, A, "ended_rst_received") == resets)
			continue;
		missing++;
		check(lab_change(lab, B, "rst_sent_memory") == memory + 1 &&
		      lab_change(lab, B, "ended_passive_fin") == passive, "%u", nth);
	} while (failed);
	inject_end();
	fprintf(stderr, "# %u allocations, the FIN was missing %u times\n", nth - 1, missing);
	check(missing, "%u allocations", nth - 1);
}

END(no_memory_for_the_fin)
{
	if (!inject_possible())
		SKIP(return, "this kernel cannot be told to fail");
	without_orphans(&self->lab, each_allocation_fails);
}

TEST_HARNESS_MAIN
