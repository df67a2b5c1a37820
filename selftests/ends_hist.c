// SPDX-License-Identifier: GPL-2.0
/* How long connections took to close: which histogram moves, and where. */
#include <inttypes.h>
#include <stdlib.h>

#include "ends_fixture.h"
#include "setting.h"

#define HIST_ROWS	512

/* One reading of /proc/net/tcp_closestat_hist. */
struct hist {
	unsigned int n;
	struct {
		char state[16];
		char le[16];
		uint64_t value;
	} row[HIST_ROWS];
};

static void hist_read(struct hist *hist, int ns)
{
	static char text[65536];
	char *line, *save;

	if (setting_read(ns, "/proc/thread-self/net/tcp_closestat_hist", text,
			 sizeof(text)) < 0)
		die_errno("cannot read tcp_closestat_hist");
	hist->n = 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (hist->n == HIST_ROWS ||
		    sscanf(line, "%15s %15s %" SCNu64, hist->row[hist->n].state,
			   hist->row[hist->n].le, &hist->row[hist->n].value) != 3)
			die("not a row: '%s'", line);
		hist->n++;
	}
}

static int64_t hist_change(const struct hist *from, const struct hist *to,
			   const char *state, const char *le)
{
	unsigned int i;

	for (i = 0; i < to->n; i++)
		if (!strcmp(to->row[i].state, state) && !strcmp(to->row[i].le, le))
			return to->row[i].value - from->row[i].value;
	die("no row '%s %s'", state, le);
}

/* The bound of the only bucket that moved, by one; "": none has. */
static const char *moved_bucket(const struct hist *from, const struct hist *to,
				const char *state)
{
	const char *bucket = "";
	uint64_t below = 0;
	unsigned int i;

	for (i = 0; i < to->n; i++) {
		const uint64_t upto = to->row[i].value - from->row[i].value;

		if (strcmp(to->row[i].state, state) ||
		    !strcmp(to->row[i].le, "sum_us") ||
		    !strcmp(to->row[i].le, "count"))
			continue;
		if (upto != below) {
			if (*bucket || upto != below + 1)
				die("%s moved in more than one place", state);
			bucket = to->row[i].le;
		}
		below = upto;
	}
	if ((int64_t)below != hist_change(from, to, state, "count"))
		die("%s: buckets and count differ", state);
	return bucket;
}

static void expect_bucket(const struct hist *from, const struct hist *to,
			  const char *state, const char *wanted)
{
	const char *moved = moved_bucket(from, to, state);

	if (strcmp(moved, wanted))
		die("%s moved at '%s', not at '%s'", state, moved, wanted);
}

static void expect_count(const struct hist *from, const struct hist *to,
			 const char *state, int64_t wanted)
{
	check(hist_change(from, to, state, "count") == wanted, "%s: %" PRId64, state,
	      hist_change(from, to, state, "count"));
}

/*
 * B is in CLOSE_WAIT for 2 s and a little, A in FIN_WAIT2.
 * Return: whether it was surely less than what the bucket of 2 s ends with.
 */
static bool hold_close_wait(const struct ends_lab *lab, struct hist before[2],
			    struct hist after[2])
{
	int64_t began, seen, let_go, over;
	int fd[2] = {};

	hist_read(&before[A], lab->ns[A]);
	hist_read(&before[B], lab->ns[B]);
	lab_connect(lab, fd);
	began = now_ns();
	close(fd[A]);
	wait_eof(fd[B]);
	seen = now_ns();
	while (now_ns() < seen + 2 * NS_PER_S)
		nap_ms(1);
	let_go = now_ns();
	close(fd[B]);
	until(!row_now(lab->ns[B], "last_ack") && !row_now(lab->ns[B], "close_wait"));
	until(!row_now(lab->ns[A], "fin_wait2"));
	over = now_ns();
	hist_read(&after[A], lab->ns[A]);
	hist_read(&after[B], lab->ns[B]);

	check(hist_change(&before[B], &after[B], "close_wait", "sum_us") * 1000 + 1000 >=
	      let_go - seen, "less time than it was held");
	check(hist_change(&before[B], &after[B], "close_wait", "sum_us") * 1000 <=
	      over - began, "more time than there was");
	return over - began <= 2097152000;
}

END(close_wait_of_2_s)
{
	const struct ends_lab *lab = &self->lab;
	static struct hist before[2], after[2];
	int attempts = 0;

	/* On a busy machine it may take longer than it should. */
	while (!hold_close_wait(lab, before, after))
		if (++attempts == 10)
			die("no two seconds that are less than 2.09");

	expect_bucket(&before[B], &after[B], "close_wait", "2097152");
	expect_bucket(&before[B], &after[B], "close", "2097152");
	expect_count(&before[B], &after[B], "last_ack", 1);
	expect_bucket(&before[B], &after[B], "fin_wait1", "");
	expect_bucket(&before[B], &after[B], "fin_wait2", "");
	expect_bucket(&before[B], &after[B], "closing", "");
	expect_bucket(&before[B], &after[B], "time_wait", "");

	expect_bucket(&before[A], &after[A], "fin_wait2", "2097152");
	expect_bucket(&before[A], &after[A], "close", "2097152");
	expect_count(&before[A], &after[A], "fin_wait1", 1);
	expect_bucket(&before[A], &after[A], "closing", "");
	expect_bucket(&before[A], &after[A], "close_wait", "");
	expect_bucket(&before[A], &after[A], "last_ack", "");
	expect_bucket(&before[A], &after[A], "time_wait", "");
}

/* B comes to TIME_WAIT. */
static void close_b_first(const int fd[2])
{
	close(fd[B]);
	wait_eof(fd[A]);
	close(fd[A]);
}

/* TIME_WAIT's time is booked when it is over. */
END(time_wait)
{
	const struct ends_lab *lab = &self->lab;
	static struct hist before, after;
	int64_t began, over;
	int fd[2] = {};

	lab_set(lab, B, "tcp_closestat/time_wait_guard", "0");
	lab_set(lab, B, "tcp_closestat/time_wait_ms", "500");
	hist_read(&before, lab->ns[B]);
	lab_connect(lab, fd);
	began = now_ns();
	close_b_first(fd);
	wait_change(lab, B, "time_wait_expired", 1);
	over = now_ns();
	hist_read(&after, lab->ns[B]);
	expect_count(&before, &after, "time_wait", 1);
	check(hist_change(&before, &after, "time_wait", "sum_us") > 400000,
	      "too short");
	check(hist_change(&before, &after, "time_wait", "sum_us") * 1000 <= over - began,
	      "more time than there was");
}

/* The kernel's own length, which needs no record: its timer says when it began. */
END(time_wait_of_the_kernel)
{
	const struct ends_lab *lab = &self->lab;
	static struct hist before, after;
	int64_t began, over;
	int fd[2] = {};

	hist_read(&before, lab->ns[B]);
	lab_connect(lab, fd);
	began = ticked_ns();
	close_b_first(fd);
	wait_change(lab, B, "time_wait", 1);
	check(!row_now(lab->ns[B], "records"), "a record");
	lab_set(lab, B, "tcp_closestat/time_wait_purge", "1");
	wait_change(lab, B, "time_wait_purged", 1);
	over = now_ns();
	hist_read(&after, lab->ns[B]);
	expect_count(&before, &after, "time_wait", 1);
	/* Counted in ticks. */
	check(hist_change(&before, &after, "time_wait", "sum_us") * 1000 <=
	      over - began + 2 * tick_ns(), "more time than there was");
}

/* One that the guard has given the kernel's own length, among shorter ones. */
END(time_wait_guarded)
{
	const struct ends_lab *lab = &self->lab;
	static struct hist before, after;
	int fd[2] = {};

	lab_set(lab, B, "ipv4/tcp_timestamps", "0");
	lab_set(lab, B, "tcp_closestat/time_wait_ms", "500");
	hist_read(&before, lab->ns[B]);
	lab_connect(lab, fd);
	close_b_first(fd);
	wait_change(lab, B, "time_wait", 1);
	wait_change(lab, B, "time_wait_guarded", 1);
	lab_set(lab, B, "tcp_closestat/time_wait_purge", "1");
	wait_change(lab, B, "time_wait_purged", 1);
	hist_read(&after, lab->ns[B]);
	expect_count(&before, &after, "time_wait", 1);
}

/* Switched off, durations stay where they are and counts do not care. */
END(switched_off)
{
	const struct ends_lab *lab = &self->lab;
	static struct hist before, after;
	int fd[2] = {};
	unsigned int i;

	lab_set(lab, A, "tcp_closestat/histograms", "0");
	lab_set(lab, B, "tcp_closestat/histograms", "0");
	hist_read(&before, lab->ns[B]);
	lab_connect(lab, fd);
	close(fd[B]);
	wait_change(lab, B, "fin_wait2", 1);
	close(fd[A]);
	lab_end(lab, "ended_passive_fin=1 close_wait_entered=1 last_ack_entered=1",
		"ended_active_fin=1 fin_wait1_entered=1 fin_wait2_entered=1 time_wait_entered=1 time_wait_purged=1 TcpExtTW=1");
	hist_read(&after, lab->ns[B]);
	for (i = 0; i < after.n; i++)
		check(after.row[i].value == before.row[i].value, "%s %s moved",
		      after.row[i].state, after.row[i].le);
}

TEST_HARNESS_MAIN
