// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "../families.h"

#include <string.h>

#include "lib/util.h"

static void rows_that_differ_in_a_word_are_one_family(void)
{
	static const char *const rows[][4] = {
		/* row, family, label, value */
		{ "ended_active_fin", "ended", "how", "active_fin" },
		{ "ended_rst_sent", "ended", "how", "rst_sent" },
		{ "ended_made_up", "ended", "how", "made_up" },
		{ "rst_sent_linger", "rst_sent", "cause", "linger" },
		{ "rst_sent_no_socket", "rst_sent", "cause", "no_socket" },
		{ "connect_failed_refused", "connect_failed", "cause", "refused" },
		{ "time_wait_entered", "entered", "state", "time_wait" },
		{ "fin_wait1", "sockets", "state", "fin_wait1" },
		{ "time_wait", "sockets", "state", "time_wait" },
		{ "time_wait_purged", "time_wait_ended", "how", "purged" },
		{ "time_wait_started_kernel", "time_wait_started", "length", "kernel" },
		{ "time_wait_started_tuned", "time_wait_started", "length", "tuned" },
		{ "time_wait_guarded", "time_wait_started", "length", "guarded" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char value[FAMILY_NAME_SIZE];
		struct family f;

		EXPECT(family_of_row(rows[i][0], &f, value));
		EXPECT(!strcmp(f.name, rows[i][1]));
		EXPECT(!strcmp(f.label, rows[i][2]));
		EXPECT(!strcmp(value, rows[i][3]));
		EXPECT(f.type == (strcmp(f.name, "sockets") ? METRIC_COUNTER : METRIC_GAUGE));
	}
}

static void others_are_their_own(void)
{
	char value[FAMILY_NAME_SIZE];
	struct family f;

	EXPECT(family_of_row("records", &f, value));
	EXPECT(!strcmp(f.name, "records") && !f.label && !*value && f.type == METRIC_GAUGE);
	EXPECT(family_of_row("time_wait_rearmed", &f, value));
	EXPECT(!strcmp(f.name, "time_wait_rearmed") && f.type == METRIC_COUNTER);
	EXPECT(family_of_row("made_up_later", &f, value));
	EXPECT(!strcmp(f.name, "made_up_later") && f.type == METRIC_UNKNOWN && f.help);
}

static void sums_and_clashes_are_left_out(void)
{
	static const char *const rows[] = { "ended", "version", "sockets", "entered" };
	char value[FAMILY_NAME_SIZE], row[300];
	struct family f;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT(!family_of_row(rows[i], &f, value));
	memset(row, 'a', sizeof(row));
	row[sizeof(row) - 1] = '\0';
	EXPECT(!family_of_row(row, &f, value));
	memcpy(row, "ended_", 6);
	EXPECT(!family_of_row(row, &f, value));
	/* A '*' stands for something. */
	EXPECT(family_of_row("ended_", &f, value) && f.type == METRIC_UNKNOWN);
}

static void names_of_the_kernel_are_taken_apart(void)
{
	static const char *const names[][2] = {
		{ "TW", "kernel_tw" },
		{ "TWKilled", "kernel_tw_killed" },
		{ "TCPTimeWaitOverflow", "kernel_tcp_time_wait_overflow" },
		{ "TCPAbortOnData", "kernel_tcp_abort_on_data" },
		{ "OutRsts", "kernel_out_rsts" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct family f;

		family_of_kernel(names[i][0], &f);
		EXPECT(!strcmp(f.name, names[i][1]));
	}
}

int main(void)
{
	tap_begin(4);
	RUN(rows_that_differ_in_a_word_are_one_family);
	RUN(others_are_their_own);
	RUN(sums_and_clashes_are_left_out);
	RUN(names_of_the_kernel_are_taken_apart);
	return tap_end();
}
