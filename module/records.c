// SPDX-License-Identifier: GPL-2.0
/* The table of close records, see records.h. */
#include "records.h"

#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

static struct hlist_bl_head *table;
static unsigned int table_bits;
static struct kmem_cache *cache;

/* One bucket for each 64 KiB of memory: 16384 of them, 128 KiB, for 1 GiB. */
static unsigned int choose_bits(void)
{
	unsigned long buckets = totalram_pages() >> (16 - PAGE_SHIFT);

	return clamp_t(unsigned int, ilog2(buckets | 1), 10, 18);
}

/**
 * tcs_records_init() - make the table
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM.
 */
int tcs_records_init(void)
{
	BUILD_BUG_ON(sizeof(struct tcs_record) > 128);

	cache = KMEM_CACHE(tcs_record, 0);
	if (!cache)
		return -ENOMEM;

	table_bits = choose_bits();
	table = kvcalloc(1UL << table_bits, sizeof(*table), GFP_KERNEL);
	if (!table) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	return 0;
}

/**
 * tcs_records_exit() - free the table and what is still in it
 *
 * Process context, sleeps. Nothing may be attached that uses the table.
 */
void tcs_records_exit(void)
{
	struct hlist_bl_node *pos, *next;
	struct tcs_record *rec;
	unsigned long i;

	for (i = 0; i < 1UL << table_bits; i++) {
		hlist_bl_for_each_entry_safe(rec, pos, next, &table[i], node)
			kmem_cache_free(cache, rec);
		cond_resched();
	}
	kvfree(table);
	kmem_cache_destroy(cache);
}

/**
 * tcs_record_alloc() - a new record, in no bucket
 *
 * Any context but NMI.
 *
 * Return: a zeroed record, or NULL.
 */
struct tcs_record *tcs_record_alloc(void)
{
	return kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * tcs_record_free() - free a record
 * @rec: in no bucket; may be NULL
 */
void tcs_record_free(struct tcs_record *rec)
{
	if (rec)
		kmem_cache_free(cache, rec);
}

/**
 * tcs_records_lock() - lock the bucket that a record belongs to
 * @key: of the record
 *
 * Events come from tasks, softirqs and timers, and may nest: interrupts are
 * off while the lock is held.
 *
 * Return: the bucket, to be given to the functions below.
 */
struct tcs_bucket tcs_records_lock(const void *key)
{
	struct tcs_bucket b = { .head = &table[hash_ptr(key, table_bits)] };

	local_irq_save(b.flags);
	hlist_bl_lock(b.head);
	return b;
}

/**
 * tcs_records_unlock() - unlock a bucket
 * @b: of tcs_records_lock()
 */
void tcs_records_unlock(struct tcs_bucket *b)
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
struct tcs_record *tcs_records_find(const struct tcs_bucket *b, const void *key)
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
void tcs_records_insert(const struct tcs_bucket *b, struct tcs_record *rec,
			const void *key)
{
	rec->key = key;
	hlist_bl_add_head(&rec->node, b->head);
}

/**
 * tcs_records_take() - take a record out of the table
 * @key: of the record
 *
 * Any context but NMI.
 *
 * Return: the record, now the caller's, or NULL.
 */
struct tcs_record *tcs_records_take(const void *key)
{
	struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec)
		hlist_bl_del(&rec->node);
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
void tcs_records_put(struct tcs_record *rec, const void *key)
{
	struct tcs_bucket b = tcs_records_lock(key);

	tcs_records_insert(&b, rec, key);
	tcs_records_unlock(&b);
}
