// SPDX-License-Identifier: GPL-2.0
/* Attaching and detaching hooks, see hook.h. */
#include "compat/hook.h"

#if defined(TCS_HOOK_FTRACE) || defined(TCS_HOOK_KPROBE)

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

static int attach_kprobe(struct tcs_hook *hook, unsigned long offset)
{
	hook->kp.addr = (kprobe_opcode_t *)(hook->addr + offset);
	return register_kprobe(&hook->kp);
}

#endif

#if defined(TCS_HOOK_FTRACE)

/* ftrace_free_filter() is exported from 5.13 on only; an emptied filter is freed. */
static void free_filter(struct tcs_hook *hook)
{
	ftrace_set_filter_ip(&hook->ops, hook->addr, 1, 0);
}

static int attach_first(struct tcs_hook *hook)
{
	int err;

	err = ftrace_set_filter_ip(&hook->ops, hook->addr, 0, 0);
	if (err)
		return err;

	err = register_ftrace_function(&hook->ops);
	if (err)
		free_filter(hook);
	return err;
}

static void detach_first(struct tcs_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	free_filter(hook);
}

#elif defined(TCS_HOOK_KPROBE)

static int attach_first(struct tcs_hook *hook)
{
	return attach_kprobe(hook, 0);
}

static void detach_first(struct tcs_hook *hook)
{
	unregister_kprobe(&hook->kp);
}

#endif

#if defined(TCS_HOOK_FTRACE) || defined(TCS_HOOK_KPROBE)

static int attach(struct tcs_hook *hook, bool behind)
{
	hook->addr = resolve(hook->symbol);
	if (!hook->addr)
		return -ENOENT;
	hook->behind = behind && TCS_BEHIND && !attach_kprobe(hook, TCS_BEHIND);
	return hook->behind ? 0 : attach_first(hook);
}

static void detach(struct tcs_hook *hook)
{
	if (hook->behind)
		unregister_kprobe(&hook->kp);
	else
		detach_first(hook);
}

#else

static int attach(struct tcs_hook *hook, bool behind)
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
 * @behind: it is to run after all other hooks of the function, where that can be done
 *
 * Process context, sleeps. The handler may run before this returns.
 *
 * Return: 0, -EOPNOTSUPP (no way to hook on this kernel or architecture),
 * -ENOENT (no such function), or what ftrace or kprobes said.
 */
int tcs_hook_attach(struct tcs_hook *hook, bool behind)
{
	int err = attach(hook, behind);

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
