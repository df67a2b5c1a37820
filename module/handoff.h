/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes from a hook to the state change that follows it.
 *
 * tcp_time_wait() and tcp_reset() end in tcp_done(), without sleeping, which
 * raises the change to CLOSE, and needs to know what the hook knows. A
 * few slots per CPU carry it: a softirq may nest in a task, and a task may be
 * preempted or moved to another CPU in between.
 */
#ifndef TCS_HANDOFF_H
#define TCS_HANDOFF_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

#define TCS_NOTE_SLOTS	4
#define TCS_NOTE_BITS	7UL

enum tcs_note {
	TCS_NOTE_NONE,
	TCS_NOTE_MOVED,			/* a timewait socket takes its place */
	TCS_NOTE_RESET_WITHOUT_RST,	/* data after close, or after the peer's FIN */
	TCS_NOTE_RST_RECEIVED,
	TCS_NOTE_RST_SENT,		/* by a timer, which ends it next */
};

struct tcs_notes {
	/* The socket with the note in its low bits; 0: free. */
	unsigned long slot[TCS_NOTE_SLOTS];
};

DECLARE_PER_CPU(struct tcs_notes, tcs_notes);

/* How many there are of all but TCS_NOTE_MOVED: all but always none. */
extern atomic_t tcs_reset_notes;

struct sock;

void tcs_note_leave_anywhere(const struct sock *sk, enum tcs_note note);
enum tcs_note tcs_note_take(const struct sock *sk);

/**
 * tcs_note_leave() - leave a note for the socket's change to CLOSE
 * @sk: the socket, locked; not noted yet
 * @note: the note
 *
 * Any context but NMI.
 *
 * Return: whether it could be left where it is looked for first; if not,
 * tcs_note_leave_anywhere() has to be called.
 */
static inline bool tcs_note_leave(const struct sock *sk, enum tcs_note note)
{
	struct tcs_notes *m = raw_cpu_ptr(&tcs_notes);

	/* Atomic, so that it does not matter which CPU this is by now. */
	return likely(!cmpxchg(&m->slot[0], 0UL, (unsigned long)sk | note));
}

/**
 * tcs_note_take_moved() - take TCS_NOTE_MOVED, if it was left for a socket a moment ago
 * @sk: the socket, locked
 *
 * Any context but NMI.
 *
 * Return: whether it was found where it should be; tcs_note_take() looks everywhere.
 */
static inline bool tcs_note_take_moved(const struct sock *sk)
{
	struct tcs_notes *m = raw_cpu_ptr(&tcs_notes);
	const unsigned long val = (unsigned long)sk | TCS_NOTE_MOVED;

	return likely(cmpxchg(&m->slot[0], val, 0UL) == val);
}

#endif /* TCS_HANDOFF_H */
