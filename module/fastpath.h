/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path: all of a close in which nothing out of the ordinary happens.
 *
 * A connection raises some ten events, and the six about closing are nearly always the
 * same. Three functions deal with them, inlined into the callback of the tracepoint and
 * of the hook. Each returns whether it is done. Where it is not, it has changed nothing,
 * and the caller does the whole step by the slow path: conn.c, twsk.c.
 *
 * It is off, for all connections,
 *
 *  - while nothing counts: before the hooks were tested, and while the module goes;
 *  - while the baseline runs: every closing socket needs a record then;
 *  - where timewait sockets are not tracked;
 *  - while the trace event is enabled;
 *
 * which is one static key, tcs_fastpath_key; further, where a connection ends,
 *
 *  - once a namespace had a TIME_WAIT of its own (tcs_length_is_tuned());
 *  - while there is a note anywhere that a reset was no RST (tcs_reset_notes);
 *
 * and, for one connection,
 *
 *  - where records are chained in its bucket, one of which may be its own;
 *  - where it ends otherwise than by both FINs, or CLOSING comes into it, or the peer was
 *    not answered (recent.h);
 *  - where the first note slot of the CPU is taken, by an event that was interrupted.
 *
 * Its rules:
 *
 *  - The slow path alone is a correct module (-DTCS_NO_FASTPATH builds that), so this
 *    can be wrong in nothing but speed: a row it changes, the slow path changes as well.
 *  - No loop, no lock, no allocation. One cell is counted for each event.
 *  - While the trace event is enabled the callbacks take the slow path, which begins with
 *    the fast path once more, by a key of its own and with what the event reports (@traced):
 *    not even the test of a key is left here for it.
 *  - A function that is called is called last (event.h), so that the callback, which
 *    runs for every change of state, saves no registers.
 *  - Measure what is added: bench/check, and bench/functions for the instructions.
 */
#ifndef TCS_FASTPATH_H
#define TCS_FASTPATH_H

#include <linux/atomic.h>
#include <linux/kconfig.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp_states.h>

#include "details.h"
#include "event.h"
#include "handoff.h"
#include "tw_length.h"

static __always_inline bool tcs_fastpath_is_on(bool traced)
{
	if (__is_defined(TCS_NO_FASTPATH))
		return false;
	return traced ? static_branch_likely(&tcs_fastpath_traced_key) :
			static_branch_likely(&tcs_fastpath_key);
}

/**
 * tcs_fast_change() - a full socket enters a closing state
 * @sk: the socket, locked by the kernel
 * @new: TCP state: FIN_WAIT1, FIN_WAIT2, CLOSING, CLOSE_WAIT or LAST_ACK
 * @traced: the trace event is enabled; a constant, as for the others
 *
 * Return: whether that was all.
 */
static __always_inline bool tcs_fast_change(const struct sock *sk,
					    unsigned int new, bool traced)
{
	const struct tcs_net *tn;
	struct tcs_record *rec;

	if (!tcs_fastpath_is_on(traced))
		return false;
	tn = tcs_net_of(sock_net(sk));
	if (new == TCP_FIN_WAIT1 || new == TCP_CLOSE_WAIT) {
		tcs_entered(tn->stats, new);
		if (READ_ONCE(tn->histograms))
			tcs_record_begin(tn, sk, new);
		return true;
	}
	rec = tcs_records_slot(&sk->__sk_common);
	if (likely(tcs_records_is(rec, &sk->__sk_common))) {
		tcs_entered(tn->stats, new);
		tcs_record_move(tn, sk, rec, new);
		return true;
	}
	if (tcs_records_more(rec))
		return false;
	tcs_entered(tn->stats, new);
	return true;
}

/**
 * tcs_unanswered() - whether data came, and none went out
 * @tp: the socket, whose FIN and the peer's went by
 *
 * TCP counts the FIN among the bytes that came.
 */
static __always_inline bool tcs_unanswered(const struct tcp_sock *tp)
{
	return unlikely(!tp->bytes_sent) && tp->bytes_received > 1;
}

/**
 * tcs_fast_close() - a full socket enters CLOSE
 * @sk: the socket, locked by the kernel
 * @old: TCP state that it leaves
 * @traced: the trace event is enabled
 *
 * Either its FIN was acknowledged in LAST_ACK, or tcs_fast_time_wait() has dealt with
 * it and left a note.
 *
 * Return: whether that was all.
 */
static __always_inline bool tcs_fast_close(const struct sock *sk, int old, bool traced)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcs_net *tn;
	struct tcs_record *rec;

	if (!tcs_fastpath_is_on(traced))
		return false;
	if (old == TCP_FIN_WAIT2)
		return tcs_note_take_moved(sk);
	/*
	 * The error alone does not say that no note is about this socket: SO_ERROR
	 * clears it without the lock.
	 */
	if (old != TCP_LAST_ACK || sk->sk_err || tp->snd_una != tp->write_seq ||
	    atomic_read(&tcs_reset_notes) || tcs_unanswered(tp))
		return false;
	tn = tcs_net_of(sock_net(sk));
	rec = tcs_records_slot(&sk->__sk_common);
	if (likely(tcs_records_is(rec, &sk->__sk_common))) {
		if (unlikely(tcs_fin_is_missing(sk, rec)))
			return false;
		tcs_add(tn->stats, TCS_LAST_ACK_TO_CLOSE);
		if (traced)
			tcs_end_traced(tn, sk, rec, TCS_ENDED_PASSIVE_FIN, 0);
		else
			tcs_record_end(tn, sk, rec, TCS_LAST_ACK);
		return true;
	}
	if (tcs_records_more(rec))
		return false;
	tcs_add(tn->stats, TCS_LAST_ACK_TO_CLOSE);
	if (traced)
		tcs_end_traced(tn, sk, NULL, TCS_ENDED_PASSIVE_FIN, 0);
	return true;
}

/**
 * tcs_fast_time_wait() - a full socket in FIN_WAIT2 becomes a TIME_WAIT of 60 s
 * @sk: the socket, locked by the kernel; holds its namespace, or preemption is off
 * @tw: its timewait socket
 * @traced: the trace event is enabled
 *
 * Such a TIME_WAIT needs no record: its timer tells when it began.
 *
 * Return: whether that was all, until @sk enters CLOSE.
 */
static __always_inline bool tcs_fast_time_wait(const struct sock *sk,
					       const struct inet_timewait_sock *tw,
					       bool traced)
{
	const struct sock_common *key = &sk->__sk_common;
	const struct tcs_net *tn;
	struct tcs_record *rec;

	if (!tcs_fastpath_is_on(traced) || tcs_length_is_tuned() ||
	    tw->tw_substate != TCP_TIME_WAIT ||
	    unlikely(sk->sk_state != TCP_FIN_WAIT2))
		return false;
	rec = tcs_records_slot(key);
	if (unlikely(!tcs_records_is(rec, key)) && tcs_records_more(rec))
		return false;
	if (!tcs_note_leave(sk, TCS_NOTE_MOVED))
		return false;
	tn = tcs_net_of(sock_net(sk));
	tcs_add(tn->stats, TCS_FIN_WAIT2_TO_TIME_WAIT);
	if (traced)
		tcs_end_traced(tn, sk, tcs_records_is(rec, key) ? rec : NULL,
			       TCS_ENDED_ACTIVE_FIN, TCS_KERNEL_TIME_WAIT_MS);
	else if (likely(tcs_records_is(rec, key)))
		tcs_record_end(tn, sk, rec, TCS_FIN_WAIT2);
	return true;
}

#endif /* TCS_FASTPATH_H */
