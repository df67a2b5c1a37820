/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooks: a function of ours that runs at the entry of a kernel function and
 * may read and change its arguments.
 *
 * Two mechanisms, chosen when the module is built:
 *
 *  - ftrace: a callback in the function's own nop. On x86-64 since 5.11, and on
 *    arm64 since 6.2 (DYNAMIC_FTRACE_WITH_ARGS), the argument registers are
 *    saved and restored for every callback; x86-64 before that wants SAVE_REGS.
 *    It is cheaper than a kprobe, and it is never skipped: a kprobe that hits
 *    in a softirq which interrupted another kprobe's handler is dropped
 *    (kprobe::nmissed), and with it a count. ftrace guards against recursion
 *    per context at the most, so no handler may call a hooked function.
 *    FTRACE_OPS_FL_PERMANENT keeps kernel.ftrace_enabled=0 from switching the
 *    hooks off behind our back.
 *  - kprobes, where ftrace cannot change arguments.
 *
 * Hooks of one function run newest first. One that has to run after all others, those
 * that were there before included, is a kprobe on the instruction behind the patch site
 * of ftrace (TCS_BEHIND): nothing has been done there yet, the arguments are untouched.
 *
 * History of the interfaces used:
 *  - the callback takes struct ftrace_regs instead of struct pt_regs from 5.11;
 *  - struct ftrace_regs is opaque from 6.13 (arch_ftrace_regs() opens it);
 *  - ftrace_set_filter_ip() takes any address in the patch site's function from
 *    5.18, the exact patch site before. kprobes resolve a name to either.
 */
#ifndef TCS_COMPAT_HOOK_H
#define TCS_COMPAT_HOOK_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>

#if !defined(CONFIG_KPROBES)
/* Names are resolved by kprobes: without them nothing can be hooked. */
#elif defined(TCS_FORCE_KPROBES)
#define TCS_HOOK_KPROBE
#elif defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
#define TCS_HOOK_FTRACE
#elif defined(CONFIG_ARM64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define TCS_HOOK_FTRACE
#elif defined(CONFIG_X86_64) || defined(CONFIG_ARM64)
#define TCS_HOOK_KPROBE
#endif

/*
 * TCS_BEHIND: from a function's address to the instruction behind the patch site, in
 * bytes; 0: not known. On arm64 the site is two instructions long, and is itself behind
 * a kprobe on the function.
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE)
#define TCS_BEHIND	MCOUNT_INSN_SIZE
#elif defined(CONFIG_ARM64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && \
	defined(TCS_HOOK_KPROBE)
#define TCS_BEHIND	8
#else
#define TCS_BEHIND	0
#endif

/* struct tcs_args: the registers that hold a function's arguments. */
#ifdef CONFIG_X86_64

struct tcs_args {
	struct pt_regs regs;
};

static __always_inline unsigned long *tcs_arg_slot(struct tcs_args *args,
						   unsigned int n)
{
	switch (n) {
	case 0:
		return &args->regs.di;
	case 1:
		return &args->regs.si;
	case 2:
		return &args->regs.dx;
	default:
		return &args->regs.cx;
	}
}

#else

struct tcs_args {
	unsigned long regs[9];		/* x0 ... x8 */
};

static __always_inline unsigned long *tcs_arg_slot(struct tcs_args *args,
						   unsigned int n)
{
	return &args->regs[n];
}

#endif

/**
 * tcs_arg() - read an argument of the hooked function
 * @args: the handler's argument
 * @n: which argument, 0 to 3
 */
#define tcs_arg(args, n) (*tcs_arg_slot(args, n))

/**
 * tcs_set_arg() - change an argument of the hooked function
 * @args: the handler's argument
 * @n: which argument, 0 to 3
 * @val: its new value
 */
#define tcs_set_arg(args, n, val) \
	(*tcs_arg_slot(args, n) = (unsigned long)(val))

/**
 * struct tcs_hook - one hooked function
 * @symbol: the function's name
 * @needed_for: the loss without it, for the log
 * @addr: where the name was found; 0: nowhere
 * @attached: the handler is in place
 * @behind: it is in place as a kprobe behind the patch site
 *
 * Handlers run in the context of the hooked function and must not sleep.
 */
struct tcs_hook {
	const char *symbol;
	const char *needed_for;
	unsigned long addr;
	bool attached;
	bool behind;
#if defined(TCS_HOOK_FTRACE)
	struct ftrace_ops ops;
#endif
#if defined(TCS_HOOK_FTRACE) || defined(TCS_HOOK_KPROBE)
	struct kprobe kp;
#endif
};

/*
 * TCS_HOOK(name, symbol, needed_for, handler) defines struct tcs_hook @name, for
 *	static void handler(struct tcs_args *args, unsigned long caller);
 * where @caller is the return address in the caller of the hooked function.
 */
#if defined(TCS_HOOK_FTRACE) || defined(TCS_HOOK_KPROBE)

static __always_inline unsigned long tcs_kprobe_caller(struct pt_regs *regs)
{
#ifdef CONFIG_X86_64
	/* At entry the return address is on top of the stack. */
	return *(unsigned long *)regs->sp;
#else
	return regs->regs[30];
#endif
}

#define TCS_KPROBE_HANDLER(_name, _handler)				\
static int __kprobes _name##_kp(struct kprobe *kp, struct pt_regs *regs) \
{									\
	_handler((struct tcs_args *)regs, tcs_kprobe_caller(regs));	\
	return 0;							\
}

#endif

#if defined(TCS_HOOK_FTRACE)

#ifndef TCS_HAVE_FTRACE_REGS
#define TCS_FREGS struct pt_regs *fregs
#define TCS_FTRACE_FLAGS (FTRACE_OPS_FL_SAVE_REGS | \
			  FTRACE_OPS_FL_RECURSION_SAFE | \
			  FTRACE_OPS_FL_PERMANENT)
#define tcs_ftrace_args(fregs) ((struct tcs_args *)(fregs))
#else
#define TCS_FREGS struct ftrace_regs *fregs
/* DYNAMIC_FTRACE_WITH_ARGS: the arguments are there without SAVE_REGS */
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#define TCS_FTRACE_FLAGS FTRACE_OPS_FL_PERMANENT
#else
#define TCS_FTRACE_FLAGS (FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_PERMANENT)
#endif
#ifdef arch_ftrace_regs
#define tcs_ftrace_args(fregs) \
	((struct tcs_args *)&arch_ftrace_regs(fregs)->regs)
#else
#define tcs_ftrace_args(fregs) ((struct tcs_args *)&(fregs)->regs)
#endif
#endif

#define TCS_HOOK(_name, _symbol, _needed_for, _handler)			\
static void notrace _name##_cb(unsigned long ip, unsigned long caller,	\
			       struct ftrace_ops *ops, TCS_FREGS)	\
{									\
	_handler(tcs_ftrace_args(fregs), caller);			\
}									\
TCS_KPROBE_HANDLER(_name, _handler)					\
static struct tcs_hook _name = {					\
	.symbol = _symbol,						\
	.needed_for = _needed_for,					\
	.ops = { .func = _name##_cb, .flags = TCS_FTRACE_FLAGS },	\
	.kp = { .pre_handler = _name##_kp },				\
}

#elif defined(TCS_HOOK_KPROBE)

#define TCS_HOOK(_name, _symbol, _needed_for, _handler)			\
TCS_KPROBE_HANDLER(_name, _handler)					\
static struct tcs_hook _name = {					\
	.symbol = _symbol,						\
	.needed_for = _needed_for,					\
	.kp = { .pre_handler = _name##_kp },				\
}

#else

#define TCS_HOOK(_name, _symbol, _needed_for, _handler)			\
static __maybe_unused void (*_name##_cb)(struct tcs_args *, unsigned long) = \
	_handler;							\
static struct tcs_hook _name = {					\
	.symbol = _symbol,						\
	.needed_for = _needed_for,					\
}

#endif

int tcs_hook_attach(struct tcs_hook *hook, bool behind);
void tcs_hook_detach(struct tcs_hook *hook);

#endif /* TCS_COMPAT_HOOK_H */
