/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for events, which come with preemption off.
 *
 * Without PREEMPT_RT that is kmalloc() with GFP_ATOMIC. With it the allocator's locks
 * sleep, and it may not be called where preemption is off, neither to allocate nor to
 * free (Documentation/core-api/real-time/differences.rst). A reserve is a free list that
 * a worker fills, and takes from where it has become long.
 */
#ifndef TCS_RESERVE_H
#define TCS_RESERVE_H

#include <linux/slab.h>
#include <linux/types.h>

#ifdef CONFIG_PREEMPT_RT

#include <linux/spinlock.h>
#include <linux/workqueue.h>

/**
 * struct tcs_reserve - a reserve of objects of one size
 * @lock: of @first and @n
 * @first: a free object, in whose first bytes the next one's address is
 * @n: how many are free
 * @size: of an object, bytes, at least that of a pointer
 * @low: how many the worker fills it up to; it takes away what is above twice as many
 * @work: the worker's
 */
struct tcs_reserve {
	raw_spinlock_t lock;
	void *first;
	unsigned int n;
	const unsigned int size;
	const unsigned int low;
	struct work_struct work;
};

void tcs_reserve_work(struct work_struct *work);

#define TCS_RESERVE(_name, _type, _low)					\
	struct tcs_reserve _name = {					\
		.lock = __RAW_SPIN_LOCK_UNLOCKED(_name.lock),		\
		.size = sizeof(_type),					\
		.low = _low,						\
		.work = __WORK_INITIALIZER(_name.work, tcs_reserve_work), \
	}

int tcs_reserve_init(struct tcs_reserve *r);
void tcs_reserve_exit(struct tcs_reserve *r);
void *tcs_reserve_alloc(struct tcs_reserve *r);
void tcs_reserve_free(struct tcs_reserve *r, void *object);

#else

/* Constant, so that the compiler knows the size. */
struct tcs_reserve {
	unsigned int size;
};

#define TCS_RESERVE(_name, _type, _low) \
	const struct tcs_reserve _name = { .size = sizeof(_type) }

static inline int tcs_reserve_init(const struct tcs_reserve *r)
{
	return 0;
}

static inline void tcs_reserve_exit(const struct tcs_reserve *r)
{
}

static inline void *tcs_reserve_alloc(const struct tcs_reserve *r)
{
	return kmalloc(r->size, GFP_ATOMIC | __GFP_NOWARN);
}

static inline void tcs_reserve_free(const struct tcs_reserve *r, void *object)
{
	kfree(object);
}

#endif

#endif /* TCS_RESERVE_H */
