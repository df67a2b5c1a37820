// SPDX-License-Identifier: GPL-2.0
/* Attaching and detaching hooks, see hook.h. */
#include "compat/kernel.h"
#include "compat/hook.h"

#if defined(TCS_HOOK_FTRACE)

/*
 * Where a function is. kallsyms_lookup_name() is not exported since 5.7; a
 * kprobe that is never armed finds the same, and skips a leading ENDBR.
 */
static unsigned long resolve(const char *symbol)
{
	struct kprobe kp = {
		.symbol_name = symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

/* ftrace_free_filter() is exported from 5.13 on only; an emptied filter is freed. */
static void free_filter(struct tcs_hook *hook)
{
	ftrace_set_filter_ip(&hook->ops, hook->addr, 1, 0);
}

static int attach(struct tcs_hook *hook)
{
	int err;

	hook->addr = resolve(hook->symbol);
	if (!hook->addr)
		return -ENOENT;

	err = ftrace_set_filter_ip(&hook->ops, hook->addr, 0, 0);
	if (err)
		return err;

	err = register_ftrace_function(&hook->ops);
	if (err)
		free_filter(hook);
	return err;
}

static void detach(struct tcs_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	free_filter(hook);
}

#elif defined(TCS_HOOK_KPROBE)

static int attach(struct tcs_hook *hook)
{
	int err;

	hook->kp.symbol_name = hook->symbol;
	err = register_kprobe(&hook->kp);
	if (!err)
		hook->addr = (unsigned long)hook->kp.addr;
	return err;
}

static void detach(struct tcs_hook *hook)
{
	unregister_kprobe(&hook->kp);
}

#else

static int attach(struct tcs_hook *hook)
{
	return -EOPNOTSUPP;
}

static void detach(struct tcs_hook *hook)
{
}

#endif

/**
 * tcs_hook_attach() - put a hook in place
 * @hook: which; not attached
 *
 * Process context, sleeps. The handler may run before this returns.
 *
 * Return: 0, -EOPNOTSUPP (no way to hook on this kernel or architecture),
 * -ENOENT (no such function), or what ftrace or kprobes said.
 */
int tcs_hook_attach(struct tcs_hook *hook)
{
	int err = attach(hook);

	hook->attached = !err;
	return err;
}

/**
 * tcs_hook_detach() - take a hook away
 * @hook: which; one that is not attached is left alone
 *
 * Process context, sleeps: when it returns, the handler runs nowhere any more.
 */
void tcs_hook_detach(struct tcs_hook *hook)
{
	if (!hook->attached)
		return;
	detach(hook);
	hook->attached = false;
}
