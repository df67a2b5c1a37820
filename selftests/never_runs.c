// SPDX-License-Identifier: GPL-2.0
/*
 * Builds whose hook is on a function that is never called, or not by all who have to: the
 * module has to find that out when it is loaded.
 */
#include "kselftest_harness.h"

#include "clock.h"
#include "kmsg.h"
#include "setting.h"
#include "modload.h"
#include "pair.h"
#include "rows.h"
#include "tuned.h"

FIXTURE(never_runs) {
	struct wire w;
	int kmsg;
};

FIXTURE_SETUP(never_runs)
{
	wire_make(&self->w);
	self->kmsg = kmsg_open();
	ASSERT_EQ(0, module_load());
}

FIXTURE_TEARDOWN(never_runs)
{
	EXPECT_EQ(0, module_unload());
	wire_break(&self->w);
}

TEST_F(never_runs, is_said_once)
{
	EXPECT_TRUE(kmsg_find(self->kmsg, "hook on tcp_abort never runs"));
	EXPECT_FALSE(kmsg_find(self->kmsg, "never runs"));
}

static int set(int ns, const char *path, const char *value)
{
	return setting_write(ns, path, value, strlen(value));
}

TEST_F(never_runs, tuning_is_refused)
{
	const int ns = self->w.ns[0];

	EXPECT_EQ(-EOPNOTSUPP, set(ns, SETTING("time_wait_ms"), "1000"));
	EXPECT_EQ(-EOPNOTSUPP, set(ns, SETTING("time_wait_ms"), "60000"));
	EXPECT_EQ(-EOPNOTSUPP, set(ns, SETTING_ALIAS, "1"));
	EXPECT_EQ(60000, setting_get(ns, SETTING("time_wait_ms")));
	EXPECT_EQ(60, setting_get(ns, SETTING_ALIAS));
}

TEST_F(never_runs, it_counts_all_the_same)
{
	struct wire *w = &self->w;
	struct diag_sock s;
	struct rows r;
	struct pair p;

	pair_open(&p, w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	s = pair_find(&p, 0);
	EXPECT_LT(50000, s.left_ms);
	EXPECT_GE(60000, s.left_ms);
	rows_read(&r, w->ns[0]);
	EXPECT_EQ(1, rows_get(&r, "fin_wait1_entered"));
	EXPECT_EQ(1, rows_get(&r, "fin_wait2_entered"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(1, rows_get(&r, "ended"));
	rows_read(&r, w->ns[1]);
	EXPECT_EQ(1, rows_get(&r, "ended_passive_fin"));
	EXPECT_EQ(1, rows_get(&r, "last_ack_entered"));
	EXPECT_EQ(0, rows_get(&r, "last_ack"));
}

/* As where the compiler has put the end of a timewait socket into its timer's handler. */
TEST(not_by_the_timer)
{
	const int kmsg = kmsg_open();
	struct wire w;
	struct pair p;
	struct rows r;

	module_variant("never_by_timer");
	wire_make(&w);
	ASSERT_EQ(0, module_load());
	EXPECT_TRUE(kmsg_find(kmsg, "hook on inet_twsk_deschedule_put never runs"));
	/* It can be tuned, and is not followed: no gauge stays up. */
	tune(w.ns[0], 50, false);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	until(!pair_state(&p, 0));
	rows_read(&r, w.ns[0]);
	EXPECT_EQ(1, rows_get(&r, "ended_active_fin"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	/* Nor does the guard let a segment bring the end of one nearer. */
	tune(w.ns[0], 60000, true);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	tune(w.ns[0], 1000, true);
	wire_repeat_fin(&w, 1);
	EXPECT_LT(30000, pair_find(&p, 0).left_ms);
	EXPECT_EQ(0, module_unload());
	wire_break(&w);
	close(kmsg);
}

/* What can be hooked is tested where the length cannot. */
TEST(length_is_not_hooked)
{
	const int kmsg = kmsg_open();
	struct wire w;
	struct pair p;
	struct rows r;

	module_variant("no_schedule");
	wire_make(&w);
	ASSERT_EQ(0, module_load());
	EXPECT_TRUE(kmsg_find(kmsg, "cannot hook tcs_no_such_function"));
	EXPECT_TRUE(kmsg_find(kmsg, "hook on tcp_abort never runs"));
	EXPECT_EQ(-EOPNOTSUPP, set(w.ns[0], SETTING("time_wait_ms"), "1000"));
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	rows_read(&r, w.ns[0]);
	EXPECT_EQ(1, rows_get(&r, "ended_active_fin"));
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	EXPECT_EQ(0, module_unload());
	wire_break(&w);
	close(kmsg);
}

/* The loopback comes up after the load: what was followed until then is in no gauge any more. */
TEST(found_out_late)
{
	const int kmsg = kmsg_open();
	struct pair p, q;
	struct wire w;
	struct rows r;
	int err;

	module_variant("never_by_timer");
	wire_make(&w);
	ASSERT_EQ(0, system("ip link set lo down"));
	err = module_load();
	EXPECT_EQ(0, err);
	pair_open(&p, &w, AF_INET);
	pair_to_time_wait(&p, PATH_FULL);
	pair_open(&q, &w, AF_INET);
	pair_to_fin_wait2(&q, PATH_TIMEWAIT);
	rows_read(&r, w.ns[0]);
	EXPECT_EQ(1, rows_get(&r, "time_wait"));
	EXPECT_EQ(1, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(0, rows_get(&r, "time_wait_purged"));
	EXPECT_LE(1, rows_get(&r, "records"));

	ASSERT_EQ(0, system("ip link set lo up"));
	until(kmsg_find(kmsg, "hook on inet_twsk_deschedule_put never runs"));
	until(!row_now(w.ns[0], "time_wait"));
	rows_read(&r, w.ns[0]);
	EXPECT_EQ(0, rows_get(&r, "fin_wait2"));
	EXPECT_EQ(0, rows_get(&r, "records"));
	EXPECT_EQ(1, rows_get(&r, "time_wait_entered"));
	EXPECT_EQ(1, rows_get(&r, "time_wait_purged"));
	/* The peer's FIN comes, and counts nothing. */
	pair_finish(&q);
	rows_read(&r, w.ns[0]);
	EXPECT_EQ(0, rows_get(&r, "time_wait"));
	EXPECT_EQ(1, rows_get(&r, "time_wait_entered"));
	EXPECT_EQ(0, module_unload());
	wire_break(&w);
	close(kmsg);
}

int main(int argc, char **argv)
{
	module_variant("never_runs");
	return test_harness_run(argc, argv);
}
