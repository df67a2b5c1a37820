// SPDX-License-Identifier: GPL-2.0
/* Notes from a hook to the state change that follows it, see marks.h. */
#include "marks.h"

#include <linux/cpumask.h>

DEFINE_PER_CPU(struct tcs_marks, tcs_marks);

/**
 * tcs_mark_slow() - tcs_mark(), where tasks that were preempted hold all slots
 * @sk: the socket, locked; not marked yet
 * @mark: the note
 *
 * Were the slots of all CPUs taken, the note would be lost and the connection be
 * counted as ended twice.
 */
void tcs_mark_slow(const struct sock *sk, enum tcs_mark mark)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		struct tcs_marks *m = per_cpu_ptr(&tcs_marks, cpu);

		for (i = 0; i < TCS_MARK_SLOTS; i++)
			if (!cmpxchg(&m->slot[i], 0UL,
				     (unsigned long)sk | mark))
				return;
	}
}

/**
 * tcs_unmark_slow() - tcs_unmark(), where the note is not in the first slot
 * @sk: the socket, locked
 *
 * Return: the note, TCS_MARK_NONE where there is none on any CPU.
 */
enum tcs_mark tcs_unmark_slow(const struct sock *sk)
{
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		struct tcs_marks *m = per_cpu_ptr(&tcs_marks, cpu);

		for (i = 0; i < TCS_MARK_SLOTS; i++) {
			const unsigned long val = READ_ONCE(m->slot[i]);

			if ((val & ~TCS_MARK_BITS) == (unsigned long)sk &&
			    cmpxchg(&m->slot[i], val, 0UL) == val)
				return val & TCS_MARK_BITS;
		}
	}
	return TCS_MARK_NONE;
}
