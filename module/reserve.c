// SPDX-License-Identifier: GPL-2.0
/* Free lists that a worker fills, see reserve.h. */
#include "reserve.h"

#ifdef CONFIG_PREEMPT_RT

static void push(struct tcs_reserve *r, void *object)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	*(void **)object = r->first;
	r->first = object;
	r->n++;
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

static void *pop(struct tcs_reserve *r)
{
	unsigned long flags;
	void *object;

	raw_spin_lock_irqsave(&r->lock, flags);
	object = r->first;
	if (object) {
		r->first = *(void **)object;
		r->n--;
	}
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return object;
}

static bool is_short(const struct tcs_reserve *r)
{
	return READ_ONCE(r->n) < r->low;
}

static bool is_long(const struct tcs_reserve *r)
{
	return READ_ONCE(r->n) > 2 * r->low;
}

/* Without memory it keeps what it has by then. */
static int fill(struct tcs_reserve *r)
{
	while (is_short(r)) {
		void *object = kmalloc(r->size, GFP_KERNEL);

		if (!object)
			return -ENOMEM;
		push(r, object);
	}
	return 0;
}

/**
 * tcs_reserve_init() - fill a reserve for the first time
 * @r: the reserve, empty
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM, and the reserve is empty.
 */
int tcs_reserve_init(struct tcs_reserve *r)
{
	const int err = fill(r);

	if (err)
		tcs_reserve_exit(r);
	return err;
}

/**
 * tcs_reserve_work() - what the worker of a reserve does
 * @work: of the reserve
 *
 * Process context, sleeps. Without memory the reserve stays short until the next object is
 * taken, which calls the worker again.
 */
void tcs_reserve_work(struct work_struct *work)
{
	struct tcs_reserve *r = container_of(work, struct tcs_reserve, work);

	fill(r);
	while (is_long(r))
		kfree(pop(r));
}

/**
 * tcs_reserve_exit() - undo tcs_reserve_init()
 * @r: the reserve, which nobody takes from or gives to any more
 *
 * Process context, sleeps.
 */
void tcs_reserve_exit(struct tcs_reserve *r)
{
	void *object;

	cancel_work_sync(&r->work);
	while ((object = pop(r)))
		kfree(object);
}

/**
 * tcs_reserve_alloc() - take an object
 * @r: the reserve
 *
 * Any context but NMI, with preemption off as well.
 *
 * Return: the object, uninitialised, or NULL where the reserve has none left.
 */
void *tcs_reserve_alloc(struct tcs_reserve *r)
{
	void *object = pop(r);

	if (is_short(r))
		schedule_work(&r->work);
	return object;
}

/**
 * tcs_reserve_free() - give an object back
 * @r: the reserve that it is from
 * @object: the object, or NULL
 *
 * Any context but NMI, with preemption off as well.
 */
void tcs_reserve_free(struct tcs_reserve *r, void *object)
{
	if (!object)
		return;
	push(r, object);
	if (is_long(r))
		schedule_work(&r->work);
}

#endif /* CONFIG_PREEMPT_RT */
