// SPDX-License-Identifier: GPL-2.0
/* Who called a hooked function, see call_site.h. */
#include "call_site.h"

#include <linux/hash.h>
#include <linux/kallsyms.h>
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
	{ "tw_timer_handler", TCS_BY_TIMER },
	{ "call_timer_fn", TCS_BY_TIMER },
	/* anybody else: connect() or a transparent proxy, see default_by */
};

static const int default_by = TCS_BY_CONNECT;

/* There are about ten call sites. A slot is filled once and stays. */
#define SLOT_BITS 5
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
 * tcs_call_site() - who called
 * @addr: a return address
 *
 * Any context but NMI. Looks the symbol up the first time only.
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
			/* whoever finds the address finds what it means */
			smp_store_release(&slots[s].addr, addr);
			break;
		}
	}
	return by;
}
