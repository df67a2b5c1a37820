/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes from a hook to the state change that follows it.
 *
 * tcp_time_wait() and tcp_reset() end in tcp_done(), without sleeping, which
 * raises the change to CLOSE. What the hook knows, the change wants to know. A
 * few slots per CPU carry it: a softirq may nest in a task, and a task may be
 * preempted or moved to another CPU in between.
 */
#ifndef TCS_MARKS_H
#define TCS_MARKS_H

#include "compat/kernel.h"

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

#define TCS_MARK_SLOTS	4
#define TCS_MARK_BITS	3UL

enum tcs_mark {
	TCS_MARK_NONE,
	TCS_MARK_MOVED,			/* goes on as a timewait socket */
	TCS_MARK_RESET_WITHOUT_RST,	/* data after close, or after the peer's FIN */
};

struct tcs_marks {
	/* The socket with the mark in its low bits; 0: free. */
	unsigned long slot[TCS_MARK_SLOTS];
};

DECLARE_PER_CPU(struct tcs_marks, tcs_marks);

/* How many TCS_MARK_RESET_WITHOUT_RST there are: all but always none. */
extern atomic_t tcs_reset_marks;

struct sock;

void tcs_mark_anywhere(const struct sock *sk, enum tcs_mark mark);
enum tcs_mark tcs_unmark(const struct sock *sk);

/**
 * tcs_mark() - leave a note for the socket's change to CLOSE
 * @sk: the socket, locked; not marked yet
 * @mark: the note
 *
 * Any context but NMI.
 *
 * Return: whether it could be left where it is looked for first; if not,
 * tcs_mark_anywhere() has to be called.
 */
static __always_inline bool tcs_mark(const struct sock *sk, enum tcs_mark mark)
{
	struct tcs_marks *m = raw_cpu_ptr(&tcs_marks);

	/* Atomic, so that it does not matter which CPU this is by now. */
	return likely(!cmpxchg(&m->slot[0], 0UL, (unsigned long)sk | mark));
}

/**
 * tcs_unmark_moved() - take TCS_MARK_MOVED, if it was left for a socket a moment ago
 * @sk: the socket, locked
 *
 * Any context but NMI.
 *
 * Return: whether it was found where it should be; tcs_unmark() looks everywhere.
 */
static __always_inline bool tcs_unmark_moved(const struct sock *sk)
{
	struct tcs_marks *m = raw_cpu_ptr(&tcs_marks);
	const unsigned long val = (unsigned long)sk | TCS_MARK_MOVED;

	return likely(cmpxchg(&m->slot[0], val, 0UL) == val);
}

#endif /* TCS_MARKS_H */
