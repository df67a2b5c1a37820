// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a full socket, see conn.h. */
#include "conn.h"

#include <linux/build_bug.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "call_site.h"
#include "compat/tcp.h"
#include "event.h"
#include "fastpath.h"
#include "handoff.h"
#include "recent.h"
#include "records.h"

/* tcs_closing_state() knows them all. */
static_assert(TCP_MAX_STATES <= TCS_N_TCP_STATES);

/*
 * tcp_close() looks for data beyond copied_seq, the FIN not counted, and throws
 * it away before anything else: where some is still queued, nobody has closed upon it.
 */
static bool threw_unread_away(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (s32)(tp->rcv_nxt - READ_ONCE(tp->copied_seq) -
		     sock_flag(sk, SOCK_DONE)) > 0 &&
	       skb_queue_empty(&sk->sk_receive_queue);
}

/* Our FIN included, where the state says that we sent one. */
static bool all_acked(const struct sock *sk, int old, const struct tcs_record *rec)
{
	if (old == TCP_LAST_ACK && rec && tcs_fin_is_missing(sk, rec))
		return false;
	return tcp_sk(sk)->snd_una == tcp_sk(sk)->write_seq;
}

/*
 * Whether connect() found a port, or had one. The port has been given up by now, but of a socket
 * that was never connected sk_hash tells: it comes with a place in the table, which takes a port
 * that is free (__inet_check_established(), inet_ehash_insert()). Of others that connect() has come
 * as far as tcp_connect_init(), which makes these the same, and the SYN is queued then. A socket
 * that was connected before has others (tcp_disconnect()).
 */
static bool had_port(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->snd_una && sk->sk_hash)
		return true;
	return tp->packets_out ||
	       (tp->write_seq && tp->snd_una == tp->write_seq);
}

/* The note's answer, as far as the socket tells. */
static bool seems_moved(const struct sock *sk, int old)
{
	return old == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD) &&
	       !sock_flag(sk, SOCK_DONE) && !sk->sk_err &&
	       tcp_sk(sk)->linger2 >= 0;
}

/*
 * A handshake that two CPUs completed at once: the second child finds the first one
 * hashed, and is thrown away before it was a connection (inet_ehash_nolisten()). All
 * others give their port up first (tcp_set_state()).
 */
static bool was_second(const struct sock *sk, int old)
{
	return old == TCP_SYN_RECV && inet_csk(sk)->icsk_bind_hash &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/* A socket that connects is SS_CONNECTING; a child is accepted, or has no struct socket yet. */
static bool is_passive(const struct sock *sk)
{
	return !sk->sk_socket || sk->sk_socket->state == SS_CONNECTED;
}

/*
 * MPTCP's fast close, with SO_LINGER 0 s as with data unread: the subflow is closed without
 * being shut. Data that the application had not read is in MPTCP's own queue, out of sight.
 */
static bool fast_closed(const struct sock *sk)
{
	return sk_is_mptcp(sk) && !sk->sk_err;
}

/* tcp_connect() moves snd_nxt once the SYN was not refused. */
static bool syn_sent(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (tp->packets_out && tp->snd_nxt != tp->snd_una) ||
	       (tcs_connect_deferred(sk) && !tp->fastopen_req);
}

/*
 * Nothing may be taken for granted but @sk: a child that is given up is not locked. @rec: its
 * record, or NULL.
 */
static struct tcs_end end_of(struct sock *sk, int old, enum tcs_note note,
			     const struct tcs_record *rec)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const bool orphan = sock_flag(sk, SOCK_DEAD);
	const bool linger0 = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime;
	struct tcs_facts f;

	/* As tcs_fast_close() has it. */
	if (old == TCP_LAST_ACK && note == TCS_NOTE_NONE && all_acked(sk, old, rec))
		return (struct tcs_end){ .ended = TCS_ENDED_PASSIVE_FIN };
	if (was_second(sk, old))
		return (struct tcs_end){ .ended = TCS_ENDED_NOT };

	f = (struct tcs_facts){
		.old = old,
		.err = sk->sk_err,
		.err_soft = READ_ONCE(sk->sk_err_soft),
		.moved = note == TCS_NOTE_MOVED ||
			 (tcs_twsk_is_untracked() && seems_moved(sk, old)),
		.reset_without_rst = note == TCS_NOTE_RESET_WITHOUT_RST,
		.rst_received = note == TCS_NOTE_RST_RECEIVED,
		.rst_sent = note == TCS_NOTE_RST_SENT,
		.passive = old == TCP_SYN_RECV && is_passive(sk),
		.orphan = orphan,
		.shut = sk->sk_shutdown == SHUTDOWN_MASK ||
			(linger0 && fast_closed(sk)),
		.fin_received = sock_flag(sk, SOCK_DONE),
		.all_acked = all_acked(sk, old, rec),
		.unsent = tp->snd_nxt != tp->write_seq,
		.syn_sent = syn_sent(sk),
		.had_port = had_port(sk),
		.subflow = sk_is_mptcp(sk),
		.unread = threw_unread_away(sk),
		.linger0 = linger0,
		.linger2_off = tp->linger2 < 0,
		.repair = tp->repair,
		.net_gone = !check_net(sock_net(sk)),
	};
	if (note == TCS_NOTE_NONE && tcs_classify_asks_who(&f))
		f.done_by = tcs_done_by();

	return tcs_classify(&f);
}

/* The slow path of a change to anything but CLOSE, see tcs_fast_change(). */
static noinline void change_slow(const struct sock *sk, unsigned int old,
				 unsigned int new)
{
	const enum tcs_state from = tcs_closing_state(old);
	const struct tcs_net *tn;
	struct tcs_record *rec;

	if (!tcs_is_counting())
		return;
	tn = tcs_net_of(sock_net(sk));
	rec = tcs_records_get(&sk->__sk_common);
	/* Closing before the module came, and the baseline has not seen it yet. */
	if (!rec && tcs_in_baseline() && from != TCS_NOT_CLOSING)
		rec = tcs_adopt(tn, &sk->__sk_common, from);
	tcs_entered(tn->stats, new);
	if (rec)
		tcs_record_move(tn, sk, rec, new);
	else if (from == TCS_NOT_CLOSING &&
		 (READ_ONCE(tn->histograms) || tcs_in_baseline()))
		tcs_record_begin(tn, sk, new);
}

/* Somebody listens to the trace event, which reports opening as well. */
static noinline void change_traced(const struct sock *sk, unsigned int old,
				   unsigned int new)
{
	if (tcs_closing_state(new) == TCS_NOT_CLOSING) {
		/* The caller of connect() is known since SYN_SENT. */
		if (old != TCP_SYN_SENT)
			tcs_details_open(sk, new);
		return;
	}
	if (new != TCP_FIN_WAIT2 && new != TCP_CLOSING)
		tcs_details_fin(sk, old, new);
	if (!tcs_fast_change(sk, new, true))
		change_slow(sk, old, new);
}

/* Calls nothing but at its end, as the fast path: the callback's own registers are enough. */
static noinline void change(const struct sock *sk, unsigned int old, unsigned int new)
{
	if (tcs_details_are_on())
		change_traced(sk, old, new);
	else
		change_slow(sk, old, new);
}

/*
 * Between tcs_twsk_begin() and its change to CLOSE a socket is still in the
 * kernel's hash, and the baseline may have come by and counted it once more.
 */
static void disown(const struct tcs_net *tn, const struct sock *sk)
{
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);

	if (!rec)
		return;
	tcs_add(tn->stats, TCS_LEFT + rec->state);
	tcs_end_record(tn->stats, rec);
}

/*
 * Whether a process ends the connection: close(), connect() or ss -K. Segments of the
 * socket's backlog are processed in a task as well.
 */
static bool ended_by_task(const struct sock *sk, struct tcs_end how,
			  enum tcs_note note)
{
	if (note == TCS_NOTE_RESET_WITHOUT_RST || !check_net(sock_net(sk)))
		return false;
	if (how.ended == TCS_ENDED_RST_SENT)
		return how.rst != TCS_RST_DATA_AFTER_CLOSE &&
		       how.rst != TCS_RST_MEMORY && how.rst != TCS_RST_TIMEOUT;
	return how.ended == TCS_ENDED_OTHER;
}

/* A connection ends, and has no timewait socket. */
static void end(const struct tcs_net *tn, struct sock *sk, int old,
		enum tcs_note note)
{
	const enum tcs_state from = tcs_closing_state(old);
	struct tcs_record *rec = from == TCS_NOT_CLOSING ?
				 NULL : tcs_records_get(&sk->__sk_common);
	const struct tcs_end how = end_of(sk, old, note, rec);
	struct tcs_told told, *tell = NULL;
	u64 now = 0;

	/* While the baseline runs, one without a record is not in the gauges. */
	if (from != TCS_NOT_CLOSING && (rec || !tcs_in_baseline()))
		tcs_add(tn->stats, TCS_LEFT + from);
	if (rec || tcs_details_are_on())
		now = how.ended == TCS_ENDED_PASSIVE_FIN ? tcs_now_of(sk) :
							   tcs_now();
	if (rec)
		tcs_account(tn, rec, from, now);
	if (tcs_details_are_on()) {
		tell = &told;
		tcs_details_end(sk, old, how, ended_by_task(sk, how, note), now,
				tell);
	} else if (tcs_recent_wants(how) || tcs_unanswered(tcp_sk(sk))) {
		tell = &told;
		tcs_details_without(sk, how, ended_by_task(sk, how, note),
				    rec ? rec->first : TCS_BEFORE, tell);
	}
	tcs_end_connection(tn, &sk->__sk_common, inet_sk(sk)->inet_sport, rec,
			   how, now, 0, tell);
	if (rec)
		tcs_end_record(tn->stats, rec);
}

/*
 * The slow path of a change to CLOSE, see tcs_fast_close().
 *
 * A note may have been left for it. Not only where the socket has an error: a process
 * that reads SO_ERROR meanwhile clears that, without the lock. A note that stays would
 * have a slot for good.
 */
static noinline void close_slow(struct sock *sk, int old)
{
	const struct tcs_net *tn = tcs_net_of(sock_net(sk));
	enum tcs_note note = TCS_NOTE_NONE;

	/* One that continues as a timewait socket was in one of these, see tcs_twsk_begin(). */
	if (old == TCP_FIN_WAIT2 || old == TCP_CLOSING ||
	    atomic_read(&tcs_reset_notes))
		note = tcs_note_take(sk);
	if (note != TCS_NOTE_MOVED) {
		if (tcs_is_counting())
			end(tn, sk, old, note);
		else
			tcs_details_forget(&sk->__sk_common);
	} else if (tcs_in_baseline()) {
		disown(tn, sk);
	}
}

static noinline void close_traced(struct sock *sk, int old)
{
	if (!tcs_fast_close(sk, old, true))
		close_slow(sk, old);
}

static noinline void close(struct sock *sk, int old)
{
	if (tcs_details_are_on())
		close_traced(sk, old);
	else
		close_slow(sk, old);
}

static inline bool cares(unsigned int tcp_state)
{
	return READ_ONCE(tcs_states_watched) >> tcp_state % 32 & 1;
}

/**
 * tcs_conn_state() - a socket changes its state
 * @data: nothing
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state
 * @new: TCP state
 *
 * The callback of the tracepoint inet_sock_set_state: ten times a connection, so
 * the fast path is tried first. Any context but NMI.
 */
void notrace tcs_conn_state(void *data, const struct sock *sk, const int old,
			    const int new)
{
	/*
	 * Most are about opening, which is not even watched but for the trace event's
	 * sake. tcp_close() sets the state that it finds, in
	 * FIN_WAIT2 and others. SCTP, DCCP and MPTCP raise it as well.
	 */
	if (!cares(new) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (new == TCP_CLOSE) {
		if (!tcs_fast_close(sk, old, false) && old != TCP_CLOSE)
			close((struct sock *)sk, old);
	} else if (old != new) {
		if (!tcs_fast_change(sk, new, false))
			change(sk, old, new);
	}
}
