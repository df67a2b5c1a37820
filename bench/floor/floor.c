// SPDX-License-Identifier: GPL-2.0
/*
 * The floor for any module that is called when connections close: callbacks that do
 * nothing, on what tcp_closestat is attached to. Without a hook the tracepoint
 * alone.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/tracepoint.h>
#include <net/sock.h>

static char *hook;
module_param(hook, charp, 0);
MODULE_PARM_DESC(hook, "function with an empty hook at its entry");

static bool by_kprobe;
module_param(by_kprobe, bool, 0);
MODULE_PARM_DESC(by_kprobe, "hook by a kprobe, not by ftrace");

static struct tracepoint *state_tracepoint;

static void on_state(void *data, const struct sock *sk, const int old, const int new)
{
}

static void find_tracepoint(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state"))
		state_tracepoint = tp;
}

static void notrace on_entry(unsigned long ip, unsigned long parent,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

static struct ftrace_ops ops = { .func = on_entry };

static int on_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe kprobe = { .pre_handler = on_kprobe };

static int attach_hook(void)
{
	int err;

	if (by_kprobe) {
		kprobe.symbol_name = hook;
		return register_kprobe(&kprobe);
	}
	err = ftrace_set_filter(&ops, hook, strlen(hook), 1);
	return err ?: register_ftrace_function(&ops);
}

static int __init floor_init(void)
{
	int err;

	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!state_tracepoint)
		return -ENOENT;
	err = tracepoint_probe_register(state_tracepoint, on_state, NULL);
	if (err || !hook)
		return err;
	err = attach_hook();
	if (err) {
		tracepoint_probe_unregister(state_tracepoint, on_state, NULL);
		tracepoint_synchronize_unregister();
	}
	return err;
}

static void __exit floor_exit(void)
{
	if (hook && by_kprobe)
		unregister_kprobe(&kprobe);
	else if (hook)
		unregister_ftrace_function(&ops);
	tracepoint_probe_unregister(state_tracepoint, on_state, NULL);
	tracepoint_synchronize_unregister();
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Empty callbacks where tcp_closestat has its own");
