// SPDX-License-Identifier: GPL-2.0
/* The callers of kernel functions, see call_site.h. */
#include "call_site.h"

#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

static const struct {
	const char *symbol;
	int by;
} known[] = {
	{ "inet_twsk_deschedule_put", TCS_BY_DESCHEDULE },
	{ "tcp_timewait_state_process", TCS_BY_SEGMENT },
	{ "tcp_v4_rcv", TCS_BY_RECEIVE },
	{ "tcp_v6_rcv", TCS_BY_RECEIVE },
	{ "inet_twsk_purge", TCS_BY_NETNS },
	{ "tcp_abort", TCS_BY_HAND },
	{ "tcs_purge", TCS_BY_HAND },
	{ "tcp_rcv_state_process", TCS_BY_DATA },
	{ "tcp_time_wait", TCS_BY_TIME_WAIT },
	{ "tcp_keepalive_timer", TCS_BY_KEEPALIVE },
	{ "tcp_close", TCS_BY_CLOSE },
	{ "__tcp_close", TCS_BY_CLOSE },
	{ "tw_timer_handler", TCS_BY_TIMER },
	{ "call_timer_fn", TCS_BY_TIMER },
	/* anybody else: connect() or a transparent proxy, see default_by */
};

static const int default_by = TCS_BY_CONNECT;

/* There are some thirty call sites. A slot is filled once and stays. */
#define SLOT_BITS 6
static struct {
	unsigned long addr;
	int by;
} slots[1 << SLOT_BITS];

static noinline int resolve(unsigned long addr)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;
	size_t len;

	/* The return address may be the first one of the next function. */
	sprint_symbol_no_offset(name, addr - 1);
	/* Compilers append .isra.0, .constprop.0, .part.0, .cold */
	len = strcspn(name, ". ");

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].symbol) == len &&
		    !strncmp(known[i].symbol, name, len))
			return known[i].by;
	return default_by;
}

/**
 * tcs_call_site() - which caller of interest a return address belongs to
 * @addr: a return address
 *
 * Any context but NMI. Looks the symbol up the first time only, as long as there are no
 * more call sites than slots.
 *
 * Return: enum tcs_ended_by, TCS_BY_DESCHEDULE or TCS_BY_DATA.
 */
int tcs_call_site(unsigned long addr)
{
	unsigned int slot = hash_long(addr, SLOT_BITS);
	unsigned int i;
	int by;

	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		unsigned int s = (slot + i) % ARRAY_SIZE(slots);

		/* pairs with the release below */
		if (smp_load_acquire(&slots[s].addr) == addr)
			return READ_ONCE(slots[s].by);
		if (!slots[s].addr)
			break;
	}

	by = resolve(addr);
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		unsigned int s = (slot + i) % ARRAY_SIZE(slots);

		/*
		 * 1 reserves the slot: no return address is that low. Two CPUs
		 * that do so for one address waste a slot, no more.
		 */
		if (!READ_ONCE(slots[s].addr) &&
		    !cmpxchg(&slots[s].addr, 0UL, 1UL)) {
			WRITE_ONCE(slots[s].by, by);
			/* a reader that finds the address finds its meaning */
			smp_store_release(&slots[s].addr, addr);
			break;
		}
	}
	return by;
}

/*
 * The same for functions on a stack. There are any number of those: none may take the slot
 * of a call site for good, so that each takes the one of another. Addresses of the kernel
 * have their highest byte full of ones; here that byte is the meaning of the address.
 */
#define FRAME_BITS	8
#define FRAME_BY_SHIFT	56
#define FRAME_BY	(0xffUL << FRAME_BY_SHIFT)
static unsigned long frames[1 << FRAME_BITS];

static int frame(unsigned long addr)
{
	unsigned long *slot = &frames[hash_long(addr, FRAME_BITS)];
	const unsigned long val = READ_ONCE(*slot);
	int by;

	if ((val | FRAME_BY) == addr)
		return val >> FRAME_BY_SHIFT;
	by = resolve(addr);
	WRITE_ONCE(*slot, (addr & ~FRAME_BY) |
			  (unsigned long)by << FRAME_BY_SHIFT);
	return by;
}

/*
 * The function that was called, where the call that returns to @addr names it: one that
 * ends in another is not on the stack any more when that runs.
 *
 * Return: its address, or 0.
 */
static unsigned long callee(unsigned long addr)
{
#if defined(CONFIG_X86_64)
	/* call rel32 */
	if (*(const u8 *)(addr - 5) == 0xe8)
		return addr + *(const s32 *)(addr - 4);
#elif defined(CONFIG_ARM64)
	const u32 insn = le32_to_cpup((const __le32 *)(addr - 4));

	/* bl imm26 */
	if (insn >> 26 == 0x25)
		return addr - 4 + ((s64)((u64)insn << 38) >> 36);
#endif
	return 0;
}

/* Return: enum tcs_done_by, TCS_DONE_UNKNOWN: none of them, look at its caller. */
static enum tcs_done_by done_by(unsigned long addr)
{
	const unsigned long called = callee(addr);

	/* As if it had returned to what follows its first byte. */
	if (called && frame(called + 1) == TCS_BY_TIME_WAIT)
		return TCS_DONE_NO_TIMEWAIT;
	switch (frame(addr)) {
	case TCS_BY_TIME_WAIT:
		return TCS_DONE_NO_TIMEWAIT;
	case TCS_BY_DATA:
		return TCS_DONE_SEGMENT;
	case TCS_BY_KEEPALIVE:
		return TCS_DONE_TIMER;
	case TCS_BY_CLOSE:
		return TCS_DONE_CLOSE;
	}
	return TCS_DONE_UNKNOWN;
}

/**
 * tcs_done_by() - which function ends the socket whose change to CLOSE this is
 *
 * Any context but NMI, in the callback of that change. Walks the stack: for rare ends.
 *
 * Return: which, TCS_DONE_UNKNOWN for others and where the kernel cannot walk it.
 */
enum tcs_done_by tcs_done_by(void)
{
	enum tcs_done_by by = TCS_DONE_UNKNOWN;
#ifdef CONFIG_STACKTRACE
	unsigned long addr[16];
	unsigned int n, i;

	n = stack_trace_save(addr, ARRAY_SIZE(addr), 1);
	for (i = 0; i < n && by == TCS_DONE_UNKNOWN; i++)
		by = done_by(addr[i]);
#endif
	return by;
}
