// SPDX-License-Identifier: GPL-2.0
/* The table of close records, see records.h. */
#include "records.h"

#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

struct tcs_record *tcs_record_table __read_mostly;
unsigned int tcs_record_table_mask __read_mostly;
DEFINE_PER_CPU(struct tcs_record_free_list, tcs_record_free_list);

static struct kmem_cache *cache;

/* One bucket for each 128 KiB of memory: 8192 of them, 512 KiB, for 1 GiB. */
static unsigned int choose_size(void)
{
	unsigned long buckets = totalram_pages() >> (17 - PAGE_SHIFT);

	return 1U << clamp_t(unsigned int, ilog2(buckets | 1), 10, 17);
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
	/* A cache line each, where those have 64 bytes. */
	BUILD_BUG_ON(sizeof(struct tcs_record) != 64);

	cache = KMEM_CACHE(tcs_record, 0);
	if (!cache)
		return -ENOMEM;

	tcs_record_table_mask = choose_size() - 1;
	tcs_record_table = kvcalloc(tcs_record_table_mask + 1,
				    sizeof(*tcs_record_table), GFP_KERNEL);
	if (!tcs_record_table) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	return 0;
}

static void free_table(void)
{
	struct hlist_bl_node *pos, *next;
	struct tcs_record *rec;
	unsigned int i;

	for (i = 0; i <= tcs_record_table_mask; i++) {
		hlist_bl_for_each_entry_safe(rec, pos, next,
					     &tcs_record_table[i].more, node)
			kmem_cache_free(cache, rec);
		cond_resched();
	}
	kvfree(tcs_record_table);
}

static void drain_free_lists(void)
{
	struct tcs_record *rec;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct tcs_record_free_list *s = per_cpu_ptr(&tcs_record_free_list, cpu);

		while ((rec = s->first)) {
			s->first = rec->next_free;
			kmem_cache_free(cache, rec);
		}
	}
}

/**
 * tcs_records_exit() - free the table and what is still in it
 *
 * Process context, sleeps. Nothing may be attached that uses the table.
 */
void tcs_records_exit(void)
{
	free_table();
	drain_free_lists();
	kmem_cache_destroy(cache);
}

static struct tcs_record *alloc(gfp_t gfp)
{
	struct tcs_record *rec = kmem_cache_alloc(cache, gfp);

	if (rec)
		*rec = (struct tcs_record)TCS_NEW_RECORD;
	return rec;
}

/**
 * tcs_record_alloc_sleeping() - a new record, in no list
 *
 * Process context, sleeps.
 *
 * Return: a record with nothing in it, or NULL.
 */
struct tcs_record *tcs_record_alloc_sleeping(void)
{
	return alloc(GFP_KERNEL);
}

/**
 * tcs_record_alloc_slow() - tcs_record_alloc(), where the free list is empty
 *
 * Return: a record with nothing in it, or NULL.
 */
struct tcs_record *tcs_record_alloc_slow(void)
{
	return alloc(GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * tcs_record_free_slow() - tcs_record_free(), where the free list is full
 * @rec: in no list
 */
void tcs_record_free_slow(struct tcs_record *rec)
{
	kmem_cache_free(cache, rec);
}

/**
 * tcs_records_get_chained() - tcs_records_get(), where the bucket's own is another's
 * @key: the socket, locked by the kernel
 *
 * Any context but NMI.
 *
 * Return: the record, or NULL.
 */
struct tcs_record *tcs_records_get_chained(const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	tcs_records_unlock(&b);
	return rec;
}

/**
 * tcs_records_unchain() - the end of a full socket's record that is in a list
 * @rec: the record; the caller holds the socket
 *
 * Any context but NMI.
 */
void tcs_records_unchain(struct tcs_record *rec)
{
	const struct tcs_bucket b = tcs_records_lock(rec->key);

	tcs_records_remove(rec);
	tcs_records_unlock(&b);
	tcs_record_free(rec);
}

/**
 * tcs_records_take() - take a timewait socket's record out of its list
 * @key: the timewait socket
 *
 * Any context but NMI.
 *
 * Return: the record, now the caller's, or NULL.
 */
struct tcs_record *tcs_records_take(const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec)
		tcs_records_remove(rec);
	tcs_records_unlock(&b);
	return rec;
}
