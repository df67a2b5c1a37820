// SPDX-License-Identifier: GPL-2.0
/* The table of close records, see records.h. */
#include "records.h"

#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "fault_inject.h"
#include "reserve.h"

struct tcs_record *tcs_record_table __read_mostly;
unsigned int tcs_record_table_mask __read_mostly;
DEFINE_PER_CPU(struct tcs_record_free_list, tcs_record_free_list);

static TCS_RESERVE(reserve, struct tcs_record, 4096);

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

	tcs_record_table_mask = choose_size() - 1;
	tcs_record_table = kvcalloc(tcs_record_table_mask + 1,
				    sizeof(*tcs_record_table), GFP_KERNEL);
	if (tcs_record_table && !tcs_reserve_init(&reserve))
		return 0;
	kvfree(tcs_record_table);
	return -ENOMEM;
}

static void free_table(void)
{
	struct hlist_bl_node *pos, *next;
	struct tcs_record *rec;
	unsigned int i;

	for (i = 0; i <= tcs_record_table_mask; i++) {
		hlist_bl_for_each_entry_safe(rec, pos, next,
					     &tcs_record_table[i].more, node)
			kfree(rec);
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
			kfree(rec);
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
	tcs_reserve_exit(&reserve);
}

/**
 * tcs_record_alloc() - allocate a record
 * @may_sleep: the caller may
 *
 * Any context but NMI.
 *
 * Return: a detached record with no time known, or NULL.
 */
struct tcs_record *tcs_record_alloc(bool may_sleep)
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
		rec = may_sleep ? kmalloc(sizeof(*rec), GFP_KERNEL) :
				  tcs_reserve_alloc(&reserve);
	if (likely(rec))
		*rec = (struct tcs_record)TCS_NEW_RECORD;
	return rec;
}

/**
 * tcs_record_free() - free a record
 * @rec: allocated, in no list
 *
 * Any context but NMI.
 */
void tcs_record_free(struct tcs_record *rec)
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
		tcs_reserve_free(&reserve, rec);
}

/**
 * tcs_record_release_chained() - tcs_record_release() of an allocated record
 * @rec: a full socket's, still chained, or a detached one
 *
 * Any context but NMI.
 */
void tcs_record_release_chained(struct tcs_record *rec)
{
	struct tcs_bucket b;

	if (rec->key) {
		b = tcs_records_lock(rec->key);
		__hlist_bl_del(&rec->node);
		tcs_records_unlock(&b);
	}
	if (!TCS_FAULT_LEAK)
		tcs_record_free(rec);
}

/**
 * tcs_records_get_chained() - tcs_records_get(), where the slot is another socket's
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
 * tcs_records_put() - chain a record
 * @rec: detached; the caller's no longer, where @key is a timewait socket
 * @key: a socket or timewait socket without a record
 *
 * Any context but NMI.
 */
void tcs_records_put(struct tcs_record *rec, const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);

	tcs_records_add(&b, rec, key);
	tcs_records_unlock(&b);
}

/**
 * tcs_records_put_if_absent() - tcs_records_put(), unless there is a chained record
 * @rec: detached; still so where this fails
 * @key: a socket or timewait socket
 *
 * Any context but NMI.
 *
 * Return: whether it was put.
 */
bool tcs_records_put_if_absent(struct tcs_record *rec,
			       const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	const bool absent = !tcs_records_find(&b, key);

	if (absent)
		tcs_records_add(&b, rec, key);
	tcs_records_unlock(&b);
	return absent;
}

/**
 * tcs_records_detach() - take a chained record out of the table
 * @key: the socket or timewait socket
 *
 * Any context but NMI.
 *
 * Return: the record, now the caller's, or NULL where there is none, or where
 * another CPU was faster.
 */
struct tcs_record *tcs_records_detach(const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec) {
		__hlist_bl_del(&rec->node);
		rec->key = NULL;
	}
	tcs_records_unlock(&b);
	return rec;
}
