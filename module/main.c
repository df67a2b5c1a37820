// SPDX-License-Identifier: GPL-2.0
/* How TCP connections end, and how long TIME_WAIT lasts: init and exit. */

#include <linux/module.h>

#include "baseline.h"
#include "compat/tw_timeout.h"
#include "counters.h"
#include "event.h"
#include "fault_inject.h"
#include "hook_selftest.h"
#include "hooks.h"
#include "pernet.h"
#include "probes.h"
#include "procfs.h"
#include "recent.h"
#include "records.h"
#include "sysctl.h"

static int fault_step;
#ifdef TCS_INJECT_STEP
module_param(fault_step, int, 0);
#endif

static int __init step(int (*init)(void))
{
	return TCS_FAULT_STEP && !--fault_step ? -ENOMEM : init();
}

/*
 * The tracepoints come before the hooks, and go after them: a note that a hook leaves
 * for a socket's change to CLOSE is always taken. Counting starts when the hooks
 * have been tested, and the files come last: whoever finds them finds everything.
 */
static int __init tcs_init(void)
{
	int err;

	tcs_counters_init();
	err = step(tcs_tw_timeout_look);
	if (err)
		return err;
	err = step(tcs_records_init);
	if (err)
		return err;
	err = step(tcs_recent_init);
	if (err)
		goto undo_records;
	err = step(tcs_pernet_init);
	if (err)
		goto undo_recent;
	err = step(tcs_probes_attach);
	if (err)
		goto undo_pernet;
	tcs_hooks_attach();
	err = step(tcs_hook_selftest_init);
	if (err)
		goto undo_hooks;
	err = step(tcs_baseline);
	if (err)
		goto undo_hook_selftest;
	err = step(tcs_sysctl_init);
	if (err)
		goto undo_hook_selftest;
	err = step(tcs_procfs_init);
	if (err)
		goto undo_sysctl;
	return 0;

undo_sysctl:
	tcs_sysctl_exit();
undo_hook_selftest:
	tcs_counting(false);
	tcs_hook_selftest_exit();
undo_hooks:
	tcs_hooks_detach();
	tcs_probes_detach();
undo_pernet:
	tcs_pernet_exit();
undo_recent:
	tcs_recent_exit();
undo_records:
	tcs_records_exit();
	return err;
}

static void __exit tcs_exit(void)
{
	if (TCS_FAULT_SYNC)
		tcs_records_exit();
	tcs_procfs_exit();
	tcs_sysctl_exit();
	tcs_counting(false);
	tcs_hook_selftest_exit();
	tcs_hooks_detach();
	tcs_probes_detach();
	tcs_pernet_exit();
	tcs_recent_exit();
	if (!TCS_FAULT_SYNC)
		tcs_records_exit();
}

module_init(tcs_init);
module_exit(tcs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Per-namespace statistics of closing TCP connections, and a tunable TIME_WAIT");
MODULE_VERSION("0.1.0");
/* Kbuild's findings in the kernel's headers. */
MODULE_INFO(features, TCS_FEATURES);
