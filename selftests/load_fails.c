// SPDX-License-Identifier: GPL-2.0
/*
 * Each step of loading fails in turn, under traffic: nothing of the module may be left,
 * and the next load has to find everything as it was.
 */
#include <fcntl.h>

#include <kselftest.h>

#include "clock.h"
#include "fail.h"
#include "module_files.h"
#include "modload.h"
#include "netns.h"
#include "rows.h"
#include "traffic.h"

/* More steps than there will ever be. */
#define MAX_STEPS	64

static bool anything_left(void)
{
	static const char *const files[] = {
		FILES_OF_ALL, FILES_OF_EACH, SETTINGS_OF_EACH, SETTINGS_OF_INITIAL,
		EVENT_DIR,
	};
	bool left = module_loaded();
	unsigned int i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!faccessat(AT_FDCWD, files[i], F_OK, AT_SYMLINK_NOFOLLOW)) {
			ksft_print_msg("%s is left\n", files[i]);
			left = true;
		}
	return left;
}

/* Return: whether it could be loaded: there is no such step. */
static bool load_failing(int step, bool *ok)
{
	char parameters[32];
	int err;

	snprintf(parameters, sizeof(parameters), "fault_step=%d", step);
	err = module_load_with(parameters);
	if (!err)
		return true;
	ksft_print_msg("step %d fails: %s\n", step, strerror(-err));
	*ok &= err == -ENOMEM && !anything_left();
	return false;
}

int main(void)
{
	int ns, step, err;
	bool ok = true;
	pid_t load;

	ksft_print_header();
	module_variant("load_fails");
	ksft_set_plan(2);
	ns = netns_new();
	load = traffic_start(ns);
	for (step = 1; step < MAX_STEPS && !load_failing(step, &ok); step++)
		;
	ksft_print_msg("%d steps\n", step - 1);
	ksft_test_result(ok && step > 1 && step < MAX_STEPS,
			 "each step of loading fails cleanly\n");
	/* It is alive: it counts. */
	until(row_now(ns, "time_wait_entered") > 10);
	err = module_unload();
	ksft_test_result(!err && !anything_left(), "the load after that\n");
	traffic_stop(load);
	ksft_finished();
}
