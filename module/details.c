// SPDX-License-Identifier: GPL-2.0
/* The trace event's details of a connection, see details.h. */
#include "details.h"

/* First: list_bl.h uses cpu_relax() and does not include it (6.12). */
#include <linux/processor.h>

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/list_bl.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/uidgid.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "event.h"
#include "idle.h"
#include "reserve.h"

/**
 * struct entry - what happened to a connection so far
 * @node: of a chained entry
 * @more: of a slot: the entries chained behind it
 * @key: socket or timewait socket; NULL: a free slot
 * @begun: when it entered SYN_SENT, or ESTABLISHED where the peer connects, us; 0: not seen
 * @closing: a FIN went by, @told.idle_us says how long it had been idle
 * @closed: our FIN did, @told.pid says who sent it, else who called connect()
 * @chained: it was allocated: it is not a slot
 * @told: of a timewait socket, all but the lifetime; of a full socket pid, comm, and idle_us
 *	where @closing says so
 */
struct entry {
	union {
		struct hlist_bl_node node;
		struct hlist_bl_head more;
	};
	const struct sock_common *key;
	u64 begun;
	bool closing;
	bool closed;
	bool chained;
	struct tcs_told told;
};

const struct tcs_told tcs_told_nothing = {
	.bytes_sent = TCS_UNKNOWN,
	.bytes_received = TCS_UNKNOWN,
	.lifetime_us = TCS_UNKNOWN,
	.idle_us = TCS_UNKNOWN,
	.uid = TCS_UNKNOWN,
};

/* A variable that is loaded costs no more instructions than a constant. */
unsigned int tcs_states_watched __read_mostly = TCS_STATES_OF_CLOSING;

/* Entries may be made: whoever takes one out sees that the key is on. */
static bool allowed;

/* Set before the key goes on, and until nobody is left who saw it on. */
static struct entry *table;
static unsigned int table_bits;

static TCS_RESERVE(entries, struct entry, 1024);

static struct entry *slot_of(const struct sock_common *key)
{
	return &table[hash_ptr(key, table_bits)];
}

static void lock(struct entry *slot, unsigned long *flags) __acquires(bitlock)
{
	local_irq_save(*flags);
	hlist_bl_lock(&slot->more);
}

static void unlock(struct entry *slot, unsigned long flags) __releases(bitlock)
{
	hlist_bl_unlock(&slot->more);
	local_irq_restore(flags);
}

static noinline struct entry *search(struct entry *slot, const struct sock_common *key)
{
	struct entry *e, *found = NULL;
	struct hlist_bl_node *pos;
	unsigned long flags;

	lock(slot, &flags);
	hlist_bl_for_each_entry(e, pos, &slot->more, node)
		if (e->key == key)
			found = e;
	unlock(slot, flags);
	return found;
}

static inline struct entry *find_chained(struct entry *slot,
					 const struct sock_common *key)
{
	return hlist_bl_empty(&slot->more) ? NULL : search(slot, key);
}

static inline struct entry *find(const struct sock_common *key)
{
	struct entry *slot = slot_of(key);

	return likely(READ_ONCE(slot->key) == key) ? slot : find_chained(slot, key);
}

/* Without memory nothing is known but the socket's own part, at its end. */
static noinline struct entry *make_chained(struct entry *slot,
					   const struct sock_common *key)
{
	struct entry *e = tcs_reserve_alloc(&entries);
	unsigned long flags;

	if (!e)
		return NULL;
	e->key = key;
	e->chained = true;
	lock(slot, &flags);
	hlist_bl_add_head(&e->node, &slot->more);
	unlock(slot, flags);
	return e;
}

/*
 * A chained entry, or a new one, of which nothing is known yet: its told is undefined but for the
 * pid.
 */
static noinline struct entry *make(struct entry *slot, const struct sock_common *key)
{
	struct entry *e = find_chained(slot, key);

	if (e || !READ_ONCE(allowed))
		return e;
	e = cmpxchg(&slot->key, NULL, key) ? make_chained(slot, key) : slot;
	if (e) {
		e->begun = 0;
		e->closing = false;
		e->closed = false;
		e->told.pid = 0;
	}
	return e;
}

static noinline void free_chained(struct entry *e)
{
	struct entry *slot = slot_of(e->key);
	unsigned long flags;

	lock(slot, &flags);
	__hlist_bl_del(&e->node);
	unlock(slot, flags);
	tcs_reserve_free(&entries, e);
}

static void release(struct entry *e)
{
	if (unlikely(e->chained))
		free_chained(e);
	else
		/* Pairs with the cmpxchg() of the next one that takes it. */
		smp_store_release(&e->key, NULL);
}

static struct entry *find_or_make(const struct sock_common *key)
{
	struct entry *slot = slot_of(key);

	return likely(READ_ONCE(slot->key) == key) ? slot : make(slot, key);
}

/*
 * The process, as /proc/PID/comm has its name, not the thread. Its leader stays as long as
 * it has threads.
 */
static inline void tell_task(struct tcs_told *told)
{
	if (!in_task())
		return;
	told->pid = current->tgid;
	memcpy(told->comm, current->group_leader->comm, sizeof(told->comm));
	told->comm[sizeof(told->comm) - 1] = '\0';
}

static void tell_no_task(struct tcs_told *told)
{
	told->pid = 0;
	memset(told->comm, 0, sizeof(told->comm));
}

static u64 cgroup_of(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct cgroup *cgroup = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);

	return cgroup ? cgroup_id(cgroup) : 0;
#else
	return 0;
#endif
}

/*
 * The part that a socket knows itself until its last moment. TCP counts a FIN among the
 * bytes received (tcp_rcv_nxt_update()), and retransmitted bytes among those sent. The
 * kernel's own number of a user is that in the initial user namespace.
 */
static inline void tell_socket(struct tcs_told *told, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const kuid_t uid = READ_ONCE(sk->sk_uid);

	told->bytes_sent = tp->bytes_sent - tp->bytes_retrans;
	told->bytes_received = tp->bytes_received - sock_flag(sk, SOCK_DONE);
	told->uid = uid_valid(uid) ? __kuid_val(uid) : TCS_UNKNOWN;
	told->cgroup = cgroup_of(sk);
	told->err = 0;
}

static s64 lifetime(const struct entry *e, u64 now)
{
	if (!e->begun)
		return TCS_UNKNOWN;
	return now > e->begun ? now - e->begun : 0;
}

/**
 * tcs_details_open() - a socket connects, or is connected to
 * @sk: the socket, locked by the kernel
 * @new: TCP state that it enters: SYN_SENT, or ESTABLISHED from another than that
 *
 * A connect that fails is reported with the process that called connect(). Any context but
 * NMI; the key is on.
 */
void tcs_details_open(const struct sock *sk, int new)
{
	struct entry *e = find_or_make(&sk->__sk_common);

	if (!e)
		return;
	e->closing = false;
	e->closed = false;
	if (new == TCP_SYN_SENT) {
		e->begun = tcs_now();
		e->told.pid = 0;
		tell_task(&e->told);
	} else {
		e->begun = tcs_now_of(sk);
	}
}

/**
 * tcs_details_fin() - a FIN goes by
 * @sk: the socket, locked by the kernel
 * @old: TCP state that it leaves
 * @new: TCP state that it enters: FIN_WAIT1 or LAST_ACK, by close() or shutdown(), or CLOSE_WAIT
 *
 * Any context but NMI; the key is on.
 */
void tcs_details_fin(const struct sock *sk, int old, int new)
{
	struct entry *e = find_or_make(&sk->__sk_common);

	if (!e)
		return;
	if (tcs_closing_state(old) == TCS_NOT_CLOSING) {
		e->closing = true;
		e->told.idle_us = tcs_idle(sk);
	}
	if (new != TCP_CLOSE_WAIT) {
		e->closed = true;
		e->told.pid = 0;
		tell_task(&e->told);
	}
}

/* From a full socket and its entry; @failed: connect() did, whose caller is reported. */
static inline void tell(struct tcs_told *told, const struct sock *sk,
			const struct entry *e, bool failed, u64 now)
{
	tell_socket(told, sk);
	told->lifetime_us = e ? lifetime(e, now) : TCS_UNKNOWN;
	told->idle_us = e && e->closing ? e->told.idle_us : TCS_UNKNOWN;
	if (e && (e->closed || failed) && e->told.pid) {
		told->pid = e->told.pid;
		memcpy(told->comm, e->told.comm, sizeof(told->comm));
	} else {
		tell_no_task(told);
	}
}

/**
 * tcs_details_move() - a timewait socket in FIN_WAIT2 takes a socket's place
 * @sk: the socket, locked by the kernel
 * @to: the timewait socket, which nobody else can see yet
 *
 * Any context but NMI, preemption off; the key is on.
 */
void tcs_details_move(const struct sock *sk, const struct sock_common *to)
{
	struct entry *from = find(&sk->__sk_common), *e = find_or_make(to);

	if (e) {
		e->begun = from ? from->begun : 0;
		tell(&e->told, sk, from, false, 0);
	}
	if (from)
		release(from);
}

/**
 * tcs_details_end() - the connection of a full socket ends
 * @sk: the socket, locked by the kernel
 * @old: TCP state that it leaves
 * @how: how it ends; may be TCS_ENDED_NOT
 * @by_task: a process ends it, unless one has sent a FIN before
 * @now: us, CLOCK_MONOTONIC
 * @told: filled
 *
 * Its entry is gone then. Any context but NMI; the key is on.
 */
void tcs_details_end(const struct sock *sk, int old, struct tcs_end how,
		     bool by_task, u64 now, struct tcs_told *told)
{
	const bool failed = how.ended == TCS_ENDED_CONNECT_FAILED;
	struct entry *e = find(&sk->__sk_common);

	tell(told, sk, e, failed, now);
	if (e)
		release(e);
	if (failed) {
		/* The errno of a connect() that found no port is in no socket. */
		told->err = how.connect == TCS_CONNECT_NO_PORT ?
				    EADDRNOTAVAIL : READ_ONCE(sk->sk_err);
		return;
	}
	if (old == TCP_ESTABLISHED)
		told->idle_us = tcs_idle(sk);
	if (by_task && !told->pid)
		tell_task(told);
}

/**
 * tcs_details_without() - the details of an end while nobody listens to the event
 * @sk: the socket, locked by the kernel
 * @how: how it ends
 * @by_task: a process ends it
 * @first: when the first FIN went by, us, CLOCK_MONOTONIC; TCS_BEFORE: not known, or there was
 *	none
 * @told: filled
 *
 * Any context but NMI.
 */
void tcs_details_without(const struct sock *sk, struct tcs_end how, bool by_task,
			 u64 first, struct tcs_told *told)
{
	const int old = READ_ONCE(sk->sk_state);

	*told = tcs_told_nothing;
	tell_socket(told, sk);
	if (how.ended == TCS_ENDED_CONNECT_FAILED)
		told->err = how.connect == TCS_CONNECT_NO_PORT ?
				    EADDRNOTAVAIL : READ_ONCE(sk->sk_err);
	else if (how.ended == TCS_ENDED_TIMEOUT)
		told->idle_us = tcs_idle_before_timeout(sk, tcs_now());
	else if (old == TCP_ESTABLISHED)
		told->idle_us = tcs_idle(sk);
	else
		told->idle_us = tcs_idle_before(sk, first, tcs_now());
	if (by_task || (told->err && how.connect == TCS_CONNECT_NO_PORT))
		tell_task(told);
}

/**
 * tcs_details_take() - take the details of a timewait socket
 * @key: the timewait socket
 * @now: us, CLOCK_MONOTONIC
 * @told: filled
 *
 * Once, by the caller that traces its end. Any context but NMI; the key is on.
 */
void tcs_details_take(const struct sock_common *key, u64 now,
		      struct tcs_told *told)
{
	struct entry *e = find(key);

	*told = tcs_told_nothing;
	if (!e)
		return;
	*told = e->told;
	told->lifetime_us = lifetime(e, now);
	release(e);
}

/**
 * tcs_details_forget() - the end of a socket is not told
 * @key: the socket, locked by the kernel
 *
 * Any context but NMI.
 */
void tcs_details_forget(const struct sock_common *key)
{
	struct entry *e;

	if (!tcs_details_are_on())
		return;
	e = find(key);
	if (e)
		release(e);
}

/**
 * tcs_details_prepare() - make the table
 *
 * Process context, sleeps. The key is off, and nobody is left who saw it on.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_details_prepare(void)
{
	/* A slot for each 256 KiB of memory: 4096 of them, 448 KiB, for 1 GiB. */
	const unsigned long slots = totalram_pages() >> (18 - PAGE_SHIFT);

	table_bits = clamp_t(unsigned int, ilog2(slots | 1), 10, 16);
	table = kvcalloc(1UL << table_bits, sizeof(*table), GFP_KERNEL);
	if (table && !tcs_reserve_init(&entries))
		return 0;
	kvfree(table);
	table = NULL;
	return -ENOMEM;
}

/**
 * tcs_details_allow() - whether entries may be made
 * @allow: whether; only while the key is on, and nobody is left who saw it off
 *
 * Process context.
 */
void tcs_details_allow(bool allow)
{
	WRITE_ONCE(allowed, allow);
	WRITE_ONCE(tcs_states_watched, TCS_STATES_OF_CLOSING |
		   (allow ? TCS_STATES_OF_OPENING : 0));
}

/**
 * tcs_details_free() - free the table and what is still in it
 *
 * Process context, sleeps. The key is off, and nobody is left who saw it on.
 */
void tcs_details_free(void)
{
	struct hlist_bl_node *pos, *next;
	struct entry *e;
	unsigned long i;

	for (i = 0; i < 1UL << table_bits; i++) {
		hlist_bl_for_each_entry_safe(e, pos, next, &table[i].more, node)
			kfree(e);
		cond_resched();
	}
	kvfree(table);
	table = NULL;
	tcs_reserve_exit(&entries);
}
