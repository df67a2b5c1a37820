// SPDX-License-Identifier: GPL-2.0
/* Notes from a hook to the state change that follows it, see marks.h. */
#include "marks.h"

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>

#define SLOTS 4

struct slots {
	/* The socket with the mark in its low bits; 0: free. */
	unsigned long slot[SLOTS];
};

static DEFINE_PER_CPU(struct slots, marks);

#define MARK_BITS 3UL

static enum tcs_mark take(struct slots *s, unsigned long sk)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		unsigned long val = READ_ONCE(s->slot[i]);

		if ((val & ~MARK_BITS) == sk &&
		    cmpxchg(&s->slot[i], val, 0UL) == val)
			return val & MARK_BITS;
	}
	return TCS_MARK_NONE;
}

/**
 * tcs_mark() - leave a note for the socket's change to CLOSE
 * @sk: the socket, locked; not marked yet
 * @mark: the note
 *
 * Any context but NMI. Were all slots of a CPU in use by preempted tasks, the
 * note would be lost and the end be derived from the socket alone.
 */
void tcs_mark(const struct sock *sk, enum tcs_mark mark)
{
	struct slots *s = raw_cpu_ptr(&marks);
	unsigned long val = (unsigned long)sk | mark;
	unsigned int i;

	/* Atomic, so that it does not matter which CPU this is by now. */
	for (i = 0; i < SLOTS; i++)
		if (!READ_ONCE(s->slot[i]) &&
		    !cmpxchg(&s->slot[i], 0UL, val))
			return;
}

/**
 * tcs_unmark() - take the note that was left for a socket
 * @sk: the socket, locked
 *
 * Any context but NMI.
 *
 * Return: the note, TCS_MARK_NONE where there is none.
 */
enum tcs_mark tcs_unmark(const struct sock *sk)
{
	enum tcs_mark mark = take(raw_cpu_ptr(&marks), (unsigned long)sk);
	unsigned int cpu;

	if (likely(mark))
		return mark;
	for_each_possible_cpu(cpu) {
		mark = take(per_cpu_ptr(&marks, cpu), (unsigned long)sk);
		if (mark)
			return mark;
	}
	return TCS_MARK_NONE;
}
