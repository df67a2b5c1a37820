// SPDX-License-Identifier: GPL-2.0
/* How TCP connections end, and how long TIME_WAIT lasts: init and exit. */
#include "compat/kernel.h"

#include <linux/module.h>

#include "baseline.h"
#include "broken.h"
#include "counters.h"
#include "event.h"
#include "pernet.h"
#include "probes.h"
#include "procfs.h"
#include "prove.h"
#include "records.h"
#include "sysctl.h"
#include "timewait.h"

/*
 * The tracepoints come before the hooks, and go after them: what a hook notes
 * for a socket's change to CLOSE is always taken. Counting starts when the hooks
 * are proven, and the files come last: whoever finds them finds everything.
 */
static int __init tcs_init(void)
{
	int err;

	tcs_counters_init();
	err = tcs_records_init();
	if (err)
		return err;
	err = tcs_pernet_init();
	if (err)
		goto undo_records;
	err = tcs_probes_attach();
	if (err)
		goto undo_pernet;
	tcs_timewait_attach();
	err = tcs_prove_init();
	if (err)
		goto undo_timewait;
	err = tcs_baseline();
	if (err)
		goto undo_prove;
	err = tcs_sysctl_init();
	if (err)
		goto undo_prove;
	err = tcs_procfs_init();
	if (err)
		goto undo_sysctl;
	return 0;

undo_sysctl:
	tcs_sysctl_exit();
undo_prove:
	tcs_counting(false);
	tcs_prove_exit();
undo_timewait:
	tcs_timewait_detach();
	tcs_probes_detach();
undo_pernet:
	tcs_pernet_exit();
undo_records:
	tcs_records_exit();
	return err;
}

static void __exit tcs_exit(void)
{
	if (TCS_BROKEN_SYNC)
		tcs_records_exit();
	tcs_procfs_exit();
	tcs_sysctl_exit();
	tcs_counting(false);
	tcs_prove_exit();
	tcs_timewait_detach();
	tcs_probes_detach();
	tcs_pernet_exit();
	if (!TCS_BROKEN_SYNC)
		tcs_records_exit();
}

module_init(tcs_init);
module_exit(tcs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Per-namespace statistics of closing TCP connections, and a tunable TIME_WAIT");
MODULE_VERSION("0.1.0");
