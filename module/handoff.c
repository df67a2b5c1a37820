// SPDX-License-Identifier: GPL-2.0
/* Notes from a hook to the state change that follows it, see handoff.h. */
#include "handoff.h"

#include <linux/cpumask.h>

DEFINE_PER_CPU(struct tcs_notes, tcs_notes);
atomic_t tcs_reset_notes = ATOMIC_INIT(0);

static bool try_to_leave(struct tcs_notes *m, unsigned long val)
{
	unsigned int i;

	for (i = 0; i < TCS_NOTE_SLOTS; i++) {
		if (cmpxchg(&m->slot[i], 0UL, val))
			continue;
		if ((val & TCS_NOTE_BITS) != TCS_NOTE_MOVED)
			atomic_inc(&tcs_reset_notes);
		return true;
	}
	return false;
}

/**
 * tcs_note_leave_anywhere() - tcs_note_leave(), where an interrupted event has the slot
 * @sk: the socket, locked; not noted yet
 * @note: the note
 *
 * Were the slots of all CPUs taken, the note would be lost and the connection be
 * counted as ended twice.
 */
void tcs_note_leave_anywhere(const struct sock *sk, enum tcs_note note)
{
	const unsigned long val = (unsigned long)sk | note;
	unsigned int cpu;

	if (try_to_leave(raw_cpu_ptr(&tcs_notes), val))
		return;
	for_each_possible_cpu(cpu)
		if (try_to_leave(per_cpu_ptr(&tcs_notes, cpu), val))
			return;
}

/**
 * tcs_note_take() - take the note that was left for a socket, wherever it is
 * @sk: the socket, locked
 *
 * Any context but NMI.
 *
 * Return: the note, TCS_NOTE_NONE where there is none on any CPU.
 */
enum tcs_note tcs_note_take(const struct sock *sk)
{
	unsigned int cpu, i;

	/* A look at every CPU there may be is dear on a large machine. */
	if (tcs_note_take_moved(sk))
		return TCS_NOTE_MOVED;
	for_each_possible_cpu(cpu) {
		struct tcs_notes *m = per_cpu_ptr(&tcs_notes, cpu);

		for (i = 0; i < TCS_NOTE_SLOTS; i++) {
			const unsigned long val = READ_ONCE(m->slot[i]);

			if ((val & ~TCS_NOTE_BITS) != (unsigned long)sk ||
			    cmpxchg(&m->slot[i], val, 0UL) != val)
				continue;
			if ((val & TCS_NOTE_BITS) != TCS_NOTE_MOVED)
				atomic_dec(&tcs_reset_notes);
			return val & TCS_NOTE_BITS;
		}
	}
	return TCS_NOTE_NONE;
}
