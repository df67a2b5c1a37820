// SPDX-License-Identifier: GPL-2.0
/* Notes from a hook to the state change that follows it, see marks.h. */
#include "marks.h"

#include <linux/cpumask.h>

DEFINE_PER_CPU(struct tcs_marks, tcs_marks);
atomic_t tcs_reset_marks = ATOMIC_INIT(0);

static bool try_to_mark(struct tcs_marks *m, unsigned long val)
{
	unsigned int i;

	for (i = 0; i < TCS_MARK_SLOTS; i++) {
		if (cmpxchg(&m->slot[i], 0UL, val))
			continue;
		if ((val & TCS_MARK_BITS) == TCS_MARK_RESET_WITHOUT_RST)
			atomic_inc(&tcs_reset_marks);
		return true;
	}
	return false;
}

/**
 * tcs_mark_anywhere() - tcs_mark(), where somebody who was interrupted has the slot
 * @sk: the socket, locked; not marked yet
 * @mark: the note
 *
 * Were the slots of all CPUs taken, the note would be lost and the connection be
 * counted as ended twice.
 */
void tcs_mark_anywhere(const struct sock *sk, enum tcs_mark mark)
{
	const unsigned long val = (unsigned long)sk | mark;
	unsigned int cpu;

	if (try_to_mark(raw_cpu_ptr(&tcs_marks), val))
		return;
	for_each_possible_cpu(cpu)
		if (try_to_mark(per_cpu_ptr(&tcs_marks, cpu), val))
			return;
}

/**
 * tcs_unmark() - take the note that was left for a socket, wherever it is
 * @sk: the socket, locked
 *
 * Any context but NMI.
 *
 * Return: the note, TCS_MARK_NONE where there is none on any CPU.
 */
enum tcs_mark tcs_unmark(const struct sock *sk)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		struct tcs_marks *m = per_cpu_ptr(&tcs_marks, cpu);

		for (i = 0; i < TCS_MARK_SLOTS; i++) {
			const unsigned long val = READ_ONCE(m->slot[i]);

			if ((val & ~TCS_MARK_BITS) != (unsigned long)sk ||
			    cmpxchg(&m->slot[i], val, 0UL) != val)
				continue;
			if ((val & TCS_MARK_BITS) == TCS_MARK_RESET_WITHOUT_RST)
				atomic_dec(&tcs_reset_marks);
			return val & TCS_MARK_BITS;
		}
	}
	return TCS_MARK_NONE;
}
