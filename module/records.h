/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Close records: the memory of a connection that is closing.
 *
 * A hash table, keyed by the address of the socket or timewait socket. Both have the
 * same skc_hash (of addresses and ports, keyed by a secret), which chooses the
 * bucket: a record stays in its bucket when the one becomes the other.
 *
 * A record is one of two kinds:
 *
 *  - the slot embedded in its bucket, for a full socket. The holder of the socket's
 *    lock claims it, uses it and releases it, and nobody else looks at more than its
 *    key: no lock, no allocation.
 *  - a chained one, allocated, in a list behind the slot: full sockets that found the
 *    slot taken, all timewait sockets, and every record made while the baseline runs.
 *    The list is walked under the bucket's lock. A full socket's record in there
 *    belongs to the holder of the socket's lock all the same; a timewait socket's
 *    belongs to the holder of the bucket's lock.
 *
 * Three verbs: get finds a full socket's record of either kind; put chains a record;
 * detach takes a chained one out, and whoever gets it owns it, which is what makes the
 * end of a timewait socket count once. tcs_record_release() ends a record of any kind,
 * attached or detached.
 *
 * Events come from tasks, softirqs and timers and may nest: interrupts are off
 * while a bucket is locked. Each CPU keeps a list of free records, so that a
 * timewait socket does not go to the allocator.
 */
#ifndef TCS_RECORDS_H
#define TCS_RECORDS_H

/* First: list_bl.h uses cpu_relax() and does not include it (6.12). */
#include <linux/processor.h>

#include <linux/list_bl.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <net/sock.h>

#include "classify.h"

/**
 * struct tcs_record - a connection that is closing
 * @node: of a chained record
 * @next_free: while it is on the free list of a CPU
 * @more: of a slot: the records chained behind it
 * @key: the socket or timewait socket; NULL: a free slot, or a detached record
 * @first: when the first FIN went by, us, or TCS_BEFORE
 * @since: when it entered @state, us, or TCS_BEFORE
 * @spent_us: time in the states it has left, see tcs_record_spent(); undefined for others, but
 *	for FIN_WAIT2 of a timewait socket with a known @first: how long the connection had been
 *	idle then, TCS_UNKNOWN
 * @floor: of a timewait socket: the guard's minimum for TIME_WAIT, ticks; 0: unknown
 * @before_fin: in LAST_ACK: TCP's write_seq when it was entered, before the FIN was queued
 * @state: enum tcs_state
 * @chained: it was allocated: it is not a slot
 */
struct tcs_record {
	union {
		struct hlist_bl_node node;
		struct tcs_record *next_free;
		struct hlist_bl_head more;
	};
	const struct sock_common *key;
	u64 first;
	u64 since;
	u64 spent_us[2];
	union {
		u32 floor;
		u32 before_fin;
	};
	u8 state;
	bool chained;
};

/* A time before the module looked; later than any, so that nothing is seen to pass. */
#define TCS_BEFORE	U64_MAX

/* A record of which nothing is known yet. */
#define TCS_NEW_RECORD \
	{ .first = TCS_BEFORE, .since = TCS_BEFORE, .chained = true }

struct tcs_bucket {
	struct hlist_bl_head *head;
	unsigned long flags;
};

/* Free records of a CPU, accessed with interrupts off. */
struct tcs_record_free_list {
	struct tcs_record *first;
	unsigned int n;
};

#define TCS_RECORD_FREE_LIST_MAX	64

DECLARE_PER_CPU(struct tcs_record_free_list, tcs_record_free_list);
extern struct tcs_record *tcs_record_table;
extern unsigned int tcs_record_table_mask;

int tcs_records_init(void);
void tcs_records_exit(void);

struct tcs_record *tcs_record_alloc(bool may_sleep);
void tcs_record_free(struct tcs_record *rec);
void tcs_record_release_chained(struct tcs_record *rec);
struct tcs_record *tcs_records_get_chained(const struct sock_common *key);
void tcs_records_put(struct tcs_record *rec, const struct sock_common *key);
bool tcs_records_put_if_absent(struct tcs_record *rec,
			       const struct sock_common *key);
struct tcs_record *tcs_records_detach(const struct sock_common *key);

/**
 * tcs_record_spent() - where a record keeps the time spent in a state
 * @rec: the record
 * @state: a state that it may have left, not TIME_WAIT
 *
 * A connection passes two of the states at most: FIN_WAIT1 and either FIN_WAIT2 or
 * CLOSING, or CLOSE_WAIT and LAST_ACK (RFC 9293, figure 5).
 */
static __always_inline u64 *tcs_record_spent(struct tcs_record *rec,
					     enum tcs_state state)
{
	return &rec->spent_us[state != TCS_FIN_WAIT1 &&
			      state != TCS_CLOSE_WAIT];
}

/**
 * tcs_records_slot() - the record that is embedded in a bucket
 * @key: a socket or timewait socket of that bucket
 */
static __always_inline struct tcs_record *
tcs_records_slot(const struct sock_common *key)
{
	return &tcs_record_table[key->skc_hash & tcs_record_table_mask];
}

/**
 * tcs_records_claim() - make the slot of a bucket a full socket's record
 * @rec: of tcs_records_slot()
 * @key: the socket, locked by the kernel, without a record
 *
 * Any context but NMI, not while the baseline runs.
 *
 * Return: whether the slot was free; its fields but the key are undefined then.
 */
static __always_inline bool tcs_records_claim(struct tcs_record *rec,
					      const struct sock_common *key)
{
	return likely(!cmpxchg(&rec->key, NULL, key));
}

/**
 * tcs_records_is() - whether a slot is the record of a full socket
 * @rec: of tcs_records_slot()
 * @key: the socket, locked by the kernel
 */
static __always_inline bool tcs_records_is(const struct tcs_record *rec,
					   const struct sock_common *key)
{
	return READ_ONCE(rec->key) == key;
}

/**
 * tcs_records_more() - whether records are chained behind a slot
 * @rec: of tcs_records_slot()
 */
static __always_inline bool tcs_records_more(const struct tcs_record *rec)
{
	return unlikely(!hlist_bl_empty(&rec->more));
}

/**
 * tcs_records_get() - find the record of a full socket
 * @key: the socket, locked by the kernel
 *
 * Any context but NMI. Nobody but the holder of the socket's lock changes the record
 * or releases it.
 *
 * Return: the record, or NULL.
 */
static __always_inline struct tcs_record *
tcs_records_get(const struct sock_common *key)
{
	struct tcs_record *rec = tcs_records_slot(key);

	if (tcs_records_is(rec, key))
		return rec;
	return tcs_records_more(rec) ? tcs_records_get_chained(key) : NULL;
}

/**
 * tcs_record_release() - the end of a record
 * @rec: of tcs_records_get() or tcs_records_detach(), not used afterwards
 *
 * Any context but NMI.
 */
static __always_inline void tcs_record_release(struct tcs_record *rec)
{
	if (unlikely(rec->chained))
		tcs_record_release_chained(rec);
	else
		/* Pairs with the cmpxchg() of the next one that claims it. */
		smp_store_release(&rec->key, NULL);
}

/**
 * tcs_records_lock() - lock the chain of the bucket that a record belongs to
 * @key: of the record
 *
 * Return: the bucket, to be given to the functions below.
 */
static __always_inline struct tcs_bucket
tcs_records_lock(const struct sock_common *key) __acquires(bitlock)
{
	struct tcs_bucket b = { .head = &tcs_records_slot(key)->more };

	local_irq_save(b.flags);
	hlist_bl_lock(b.head);
	return b;
}

/**
 * tcs_records_unlock() - unlock a bucket
 * @b: of tcs_records_lock()
 */
static __always_inline void tcs_records_unlock(const struct tcs_bucket *b)
	__releases(bitlock)
{
	hlist_bl_unlock(b->head);
	local_irq_restore(b->flags);
}

/**
 * tcs_records_find() - find a chained record
 * @b: its bucket, locked
 * @key: of the record
 *
 * Return: the record, which may be used until the bucket is unlocked, or NULL.
 */
static __always_inline struct tcs_record *
tcs_records_find(const struct tcs_bucket *b, const struct sock_common *key)
{
	struct hlist_bl_node *pos;
	struct tcs_record *rec;

	hlist_bl_for_each_entry(rec, pos, b->head, node)
		if (rec->key == key)
			return rec;
	return NULL;
}

/**
 * tcs_records_add() - chain a record
 * @b: its bucket, locked
 * @rec: detached
 * @key: a socket or timewait socket of that bucket without a chained record
 */
static __always_inline void tcs_records_add(const struct tcs_bucket *b,
					    struct tcs_record *rec,
					    const struct sock_common *key)
{
	rec->key = key;
	hlist_bl_add_head(&rec->node, b->head);
}

#endif /* TCS_RECORDS_H */
