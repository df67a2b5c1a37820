/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Close records: what is remembered of a connection that is closing.
 *
 * A hash table of small objects, keyed by the address of the socket or
 * mini-socket. Both have the same skc_hash (of addresses and ports, keyed by a
 * secret), which chooses the bucket: a record stays in its bucket when the one
 * becomes the other. Whoever looks for a record holds its bucket's lock. A full
 * socket's record belongs to who holds the socket, a mini-socket's to who holds the
 * bucket; whoever took one out of the table owns it. Taking it out is what makes an end count once.
 *
 * Events come from tasks, softirqs and timers and may nest: interrupts are off
 * while a bucket is locked. Each CPU keeps some free records at hand, so that a
 * close does not go to the allocator.
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
 * @node: in its bucket
 * @next_free: while it is at hand on a CPU
 * @key: the socket or mini-socket
 * @first: when the first FIN went by, ns; 0: before the module looked
 * @since: when it entered @state, ns; 0: before the module looked
 * @spent_us: time in the states it has left (TIME_WAIT is the last)
 * @floor: what the guard allows TIME_WAIT at the least, ticks; 0: unknown
 * @state: enum tcs_state
 */
struct tcs_record {
	union {
		struct hlist_bl_node node;
		struct tcs_record *next_free;
	};
	const struct sock_common *key;
	u64 first;
	u64 since;
	u64 spent_us[TCS_TIME_WAIT];
	u32 floor;
	u8 state;
};

struct tcs_bucket {
	struct hlist_bl_head *head;
	unsigned long flags;
};

/* Free records at hand on a CPU; interrupts are off for whoever looks. */
struct tcs_record_stock {
	struct tcs_record *first;
	unsigned int n;
};

#define TCS_RECORD_STOCK_MAX	64

DECLARE_PER_CPU(struct tcs_record_stock, tcs_record_stock);
extern struct hlist_bl_head *tcs_record_table;
extern unsigned int tcs_record_table_mask;

int tcs_records_init(void);
void tcs_records_exit(void);

struct tcs_record *tcs_record_alloc_sleeping(void);
struct tcs_record *tcs_record_alloc_slow(void);
void tcs_record_free_slow(struct tcs_record *rec);

/**
 * tcs_record_alloc() - a new record, in no bucket
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
	rec = __this_cpu_read(tcs_record_stock.first);
	if (likely(rec)) {
		__this_cpu_write(tcs_record_stock.first, rec->next_free);
		__this_cpu_dec(tcs_record_stock.n);
	}
	local_irq_restore(flags);
	if (unlikely(!rec))
		return tcs_record_alloc_slow();
	*rec = (struct tcs_record){};
	return rec;
}

/**
 * tcs_record_free() - free a record
 * @rec: in no bucket
 *
 * Any context but NMI.
 */
static __always_inline void tcs_record_free(struct tcs_record *rec)
{
	unsigned long flags;
	bool kept;

	local_irq_save(flags);
	kept = __this_cpu_read(tcs_record_stock.n) < TCS_RECORD_STOCK_MAX;
	if (likely(kept)) {
		rec->next_free = __this_cpu_read(tcs_record_stock.first);
		__this_cpu_write(tcs_record_stock.first, rec);
		__this_cpu_inc(tcs_record_stock.n);
	}
	local_irq_restore(flags);
	if (unlikely(!kept))
		tcs_record_free_slow(rec);
}

static inline struct hlist_bl_head *
tcs_records_bucket(const struct sock_common *key)
{
	return &tcs_record_table[key->skc_hash & tcs_record_table_mask];
}

/**
 * tcs_records_none() - whether there surely is no record
 * @key: of the record, which nobody else may be putting into the table
 *
 * Cheaper than to lock the bucket and look.
 */
static inline bool tcs_records_none(const struct sock_common *key)
{
	return hlist_bl_empty(tcs_records_bucket(key));
}

/**
 * tcs_records_lock() - lock the bucket that a record belongs to
 * @key: of the record
 *
 * Return: the bucket, to be given to the functions below.
 */
static __always_inline struct tcs_bucket
tcs_records_lock(const struct sock_common *key) __acquires(bitlock)
{
	struct tcs_bucket b = { .head = tcs_records_bucket(key) };

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
 * tcs_records_find() - find a record
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
 * tcs_records_insert() - put a record into its bucket
 * @b: the bucket of @key, locked
 * @rec: in no bucket
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
 * tcs_records_remove() - take a record that was found out of the table
 * @rec: in a bucket that is locked; the caller's afterwards
 */
static inline void tcs_records_remove(struct tcs_record *rec)
{
	__hlist_bl_del(&rec->node);
}

/**
 * tcs_records_get() - find the record of a full socket
 * @key: the socket, locked by the kernel
 *
 * Any context but NMI. Nobody but who holds the socket changes the record, or
 * takes it out of the table.
 *
 * Return: the record, or NULL.
 */
static __always_inline struct tcs_record *
tcs_records_get(const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	tcs_records_unlock(&b);
	return rec;
}

/**
 * tcs_records_take() - take a record out of the table
 * @key: of the record
 *
 * Any context but NMI.
 *
 * Return: the record, now the caller's, or NULL.
 */
static __always_inline struct tcs_record *
tcs_records_take(const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec)
		tcs_records_remove(rec);
	tcs_records_unlock(&b);
	return rec;
}

/**
 * tcs_records_put() - put a record into the table
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

#endif /* TCS_RECORDS_H */
