// SPDX-License-Identifier: GPL-2.0
/* Finding, attaching and detaching tracepoints, see tracepoint.h. */
#include "compat/tracepoint.h"

#include <linux/printk.h>
#include <linux/string.h>

struct lookup {
	struct tcs_tracepoint *tps;
	unsigned int n;
};

static void match(struct tracepoint *tp, void *priv)
{
	const struct lookup *l = priv;
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->tps[i].name, tp->name))
			l->tps[i].tp = tp;
}

static void detach(struct tcs_tracepoint *tps, unsigned int n)
{
	while (n--) {
		tracepoint_probe_unregister(tps[n].tp, tps[n].callback, NULL);
		tps[n].tp = NULL;
	}
	tracepoint_synchronize_unregister();
}

/**
 * tcs_tracepoints_attach() - attach all callbacks, or none
 * @tps: callbacks
 * @n: how many
 *
 * Process context, sleeps. Callbacks may run before this returns.
 *
 * Return: 0, -ENOENT (the kernel has no such tracepoint), or what the kernel
 * said; then nothing is attached and no callback runs any more.
 */
int tcs_tracepoints_attach(struct tcs_tracepoint *tps, unsigned int n)
{
	struct lookup l = { .tps = tps, .n = n };
	unsigned int i;
	int err;

	for_each_kernel_tracepoint(match, &l);
	for (i = 0; i < n; i++) {
		err = -ENOENT;
		if (tps[i].tp)
			err = tracepoint_probe_register(tps[i].tp,
							tps[i].callback, NULL);
		if (err) {
			pr_err("cannot attach to tracepoint %s: %d\n",
			       tps[i].name, err);
			detach(tps, i);
			return err;
		}
	}
	return 0;
}

/**
 * tcs_tracepoints_detach() - detach all callbacks
 * @tps: those that were attached
 * @n: how many
 *
 * Process context, sleeps: when it returns, no callback runs any more.
 */
void tcs_tracepoints_detach(struct tcs_tracepoint *tps, unsigned int n)
{
	detach(tps, n);
}
