/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Close records: what is remembered of a connection that is closing.
 *
 * A hash table, keyed by the address of the socket or timewait socket. Both have the
 * same skc_hash (of addresses and ports, keyed by a secret), which chooses the
 * bucket: a record stays in its bucket when the one becomes the other.
 *
 * A bucket is a record itself, with a list of more. The bucket's own is for a full
 * socket: who holds the socket claims it, uses it and lets it go, and nobody else
 * looks at more than its key; no lock, no allocation. In the list are the full
 * sockets that found it taken, all timewait sockets, and whatever has a record while
 * the baseline runs. Whoever looks into the list holds the bucket's lock. A full
 * socket's record in there belongs to who holds the socket all the same, a
 * timewait socket's to who holds the bucket; whoever took one out owns it. Taking it
 * out is what makes the end of a timewait socket count once.
 *
 * Events come from tasks, softirqs and timers and may nest: interrupts are off
 * while a bucket is locked. Each CPU keeps a list of free records, so that a
 * timewait socket does not go to the allocator.
 */
#ifndef TCS_RECORDS_H
#define TCS_RECORDS_H

#include "compat/kernel.h"

/* First: list_bl.h uses cpu_relax() and does not include it (6.12). */
#include <linux/processor.h>

#include <linux/list_bl.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <net/sock.h>

#include "classify.h"

/**
 * struct tcs_record - a connection that is closing
 * @node: in a bucket's list
 * @next_free: while it is on the free list of a CPU
 * @more: the list, of a record that is a bucket
 * @key: the socket or timewait socket; NULL: a bucket's own that nobody has claimed
 * @first: when the first FIN went by, us, or TCS_BEFORE
 * @since: when it entered @state, us, or TCS_BEFORE
 * @spent_us: time in the states it has left, see tcs_record_spent(); in others anything
 * @floor: what the guard allows TIME_WAIT at the least, ticks; 0: unknown
 * @state: enum tcs_state
 * @chained: it is not a bucket's own
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
	u32 floor;
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

/* Free records of a CPU; interrupts are off for whoever looks. */
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

struct tcs_record *tcs_record_alloc_sleeping(void);
struct tcs_record *tcs_record_alloc_slow(void);
void tcs_record_free_slow(struct tcs_record *rec);
struct tcs_record *tcs_records_get_chained(const struct sock_common *key);
void tcs_records_unchain(struct tcs_record *rec);

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
 * tcs_record_alloc() - a new record, in no list
 *
 * Any context but NMI.
 *
 * Return: a record with nothing in it, or NULL.
 */
static __always_inline struct tcs_record *tcs_record_alloc(void)
{
	struct tcs_record *rec;
	unsigned long flags;

	local_irq_save(flags);
	rec = __this_cpu_read(tcs_record_free_list.first);
	if (likely(rec)) {
		__this_cpu_write(tcs_record_free_list.first, rec->next_free);
		__this_cpu_dec(tcs_record_free_list.n);
	}
	local_irq_restore(flags);
	if (unlikely(!rec))
		return tcs_record_alloc_slow();
	*rec = (struct tcs_record)TCS_NEW_RECORD;
	return rec;
}

/**
 * tcs_record_free() - free a record
 * @rec: in no list
 *
 * Any context but NMI.
 */
static __always_inline void tcs_record_free(struct tcs_record *rec)
{
	unsigned long flags;
	bool kept;

	local_irq_save(flags);
	kept = __this_cpu_read(tcs_record_free_list.n) < TCS_RECORD_FREE_LIST_MAX;
	if (likely(kept)) {
		rec->next_free = __this_cpu_read(tcs_record_free_list.first);
		__this_cpu_write(tcs_record_free_list.first, rec);
		__this_cpu_inc(tcs_record_free_list.n);
	}
	local_irq_restore(flags);
	if (unlikely(!kept))
		tcs_record_free_slow(rec);
}

static __always_inline struct tcs_record *
tcs_records_bucket(const struct sock_common *key)
{
	return &tcs_record_table[key->skc_hash & tcs_record_table_mask];
}

/**
 * tcs_records_claim() - have a full socket's record in its bucket's own
 * @rec: the bucket's own
 * @key: the socket, locked by the kernel, without a record
 *
 * Any context but NMI, not while the baseline runs.
 *
 * Return: whether; there is anything in the record then but its key.
 */
static __always_inline bool tcs_records_claim(struct tcs_record *rec,
					      const struct sock_common *key)
{
	return likely(!cmpxchg(&rec->key, NULL, key));
}

/**
 * tcs_records_is() - whether a bucket's own is the record of a full socket
 * @rec: the bucket's own
 * @key: the socket, locked by the kernel
 */
static __always_inline bool tcs_records_is(const struct tcs_record *rec,
					   const struct sock_common *key)
{
	return READ_ONCE(rec->key) == key;
}

/**
 * tcs_records_more() - whether the record of a full socket may be in the list
 * @rec: the bucket's own, which is not that
 */
static __always_inline bool tcs_records_more(const struct tcs_record *rec)
{
	return unlikely(!hlist_bl_empty(&rec->more));
}

/**
 * tcs_records_get() - find the record of a full socket
 * @key: the socket, locked by the kernel
 *
 * Any context but NMI. Nobody but who holds the socket changes the record, or
 * lets it go.
 *
 * Return: the record, or NULL.
 */
static __always_inline struct tcs_record *
tcs_records_get(const struct sock_common *key)
{
	struct tcs_record *rec = tcs_records_bucket(key);

	if (tcs_records_is(rec, key))
		return rec;
	return tcs_records_more(rec) ? tcs_records_get_chained(key) : NULL;
}

/**
 * tcs_records_release() - the end of a full socket's record that is a bucket's own
 * @rec: of tcs_records_claim()
 *
 * Any context but NMI.
 */
static __always_inline void tcs_records_release(struct tcs_record *rec)
{
	/* Pairs with cmpxchg() of who claims it next. */
	smp_store_release(&rec->key, NULL);
}

/**
 * tcs_records_lock() - lock the list of the bucket that a record belongs to
 * @key: of the record
 *
 * Return: the bucket, to be given to the functions below.
 */
static __always_inline struct tcs_bucket
tcs_records_lock(const struct sock_common *key) __acquires(bitlock)
{
	struct tcs_bucket b = { .head = &tcs_records_bucket(key)->more };

	local_irq_save(b.flags);
	hlist_bl_lock(b.head);
	return b;
}

/**
 * tcs_records_unlock() - unlock a bucket
 * @b: of tcs_records_lock()
 */
static inline void tcs_records_unlock(const struct tcs_bucket *b)
	__releases(bitlock)
{
	hlist_bl_unlock(b->head);
	local_irq_restore(b->flags);
}

/**
 * tcs_records_find() - find a record in a list
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
 * tcs_records_insert() - put a record into a list
 * @b: the bucket of @key, locked
 * @rec: in no list
 * @key: of which no record is in the table
 */
static inline void tcs_records_insert(const struct tcs_bucket *b,
				      struct tcs_record *rec,
				      const struct sock_common *key)
{
	rec->key = key;
	hlist_bl_add_head(&rec->node, b->head);
}

/**
 * tcs_records_remove() - take a record that was found out of its list
 * @rec: in a bucket that is locked; the caller's afterwards
 */
static inline void tcs_records_remove(struct tcs_record *rec)
{
	__hlist_bl_del(&rec->node);
}

/**
 * tcs_records_put() - put a record into a list
 * @rec: the caller's, no longer so afterwards
 * @key: of which no record is in the table
 *
 * Any context but NMI.
 */
static __always_inline void tcs_records_put(struct tcs_record *rec,
					    const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);

	tcs_records_insert(&b, rec, key);
	tcs_records_unlock(&b);
}

struct tcs_record *tcs_records_take(const struct sock_common *key);

#endif /* TCS_RECORDS_H */
