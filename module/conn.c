// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a full socket, see conn.h. */
#include "conn.h"

#include <linux/build_bug.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "compat/timewait.h"
#include "event.h"
#include "handoff.h"
#include "records.h"

/* tcs_closing_state() knows them all. */
static_assert(TCP_MAX_STATES <= TCS_N_TCP_STATES);

/*
 * tcp_close() looks for data beyond copied_seq, the FIN not counted, and throws
 * it away before anything else: what is still queued, nobody has closed upon.
 */
static bool threw_unread_away(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (s32)(tp->rcv_nxt - READ_ONCE(tp->copied_seq) -
		     sock_flag(sk, SOCK_DONE)) > 0 &&
	       skb_queue_empty(&sk->sk_receive_queue);
}

static bool all_acked(const struct sock *sk)
{
	return tcp_sk(sk)->snd_una == tcp_sk(sk)->write_seq;
}

/* What the note would say, as far as the socket tells. */
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

static noinline struct tcs_end end_of(struct sock *sk, int old, enum tcs_note note)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcs_facts f = {
		.old = old,
		.err = sk->sk_err,
		.err_soft = READ_ONCE(sk->sk_err_soft),
		.moved = note == TCS_NOTE_MOVED ||
			 (tcs_twsk_is_untracked() && seems_moved(sk, old)),
		.reset_without_rst = note == TCS_NOTE_RESET_WITHOUT_RST,
		.orphan = sock_flag(sk, SOCK_DEAD),
		.shut = sk->sk_shutdown == SHUTDOWN_MASK,
		.fin_received = sock_flag(sk, SOCK_DONE),
		.all_acked = all_acked(sk),
		.unsent = tp->snd_nxt != tp->write_seq,
		/* tcp_connect() moves snd_nxt once the SYN was not refused. */
		.syn_sent = tp->packets_out && tp->snd_nxt != tp->snd_una,
		.unread = threw_unread_away(sk),
		.linger0 = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime,
		.linger2_off = tp->linger2 < 0,
		.repair = tp->repair,
		.tw_full = tcs_tw_full(sock_net(sk)),
		.acked_now = tcp_jiffies32 - tp->rcv_tstamp <= 1,
		.in_task = sock_owned_by_user(sk),
		.net_gone = !check_net(sock_net(sk)),
	};

	if (was_second(sk, old))
		return (struct tcs_end){ .ended = TCS_ENDED_NOT };
	return tcs_classify(&f);
}

/* When a full socket enters a state. What the application does has to read a clock. */
static u64 time_of(const struct sock *sk, int new)
{
	return new == TCP_FIN_WAIT1 || new == TCP_LAST_ACK ? tcs_now() :
							     tcs_now_of(sk);
}

static __always_inline void begin(struct tcs_record *rec, enum tcs_state state,
				  u64 now)
{
	rec->state = state;
	rec->since = now;
	rec->first = now;
}

/* Where the bucket's own record is taken. */
static noinline void begin_chained(const struct tcs_net *tn,
				   const struct sock *sk, enum tcs_state state,
				   u64 now)
{
	struct tcs_record *rec = tcs_new_record(tn->stats);

	if (unlikely(!rec))
		return;
	begin(rec, state, now);
	tcs_records_put(rec, &sk->__sk_common);
}

static __always_inline void begin_record(const struct tcs_net *tn,
					 const struct sock *sk,
					 enum tcs_state state, u64 now)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec = tcs_records_bucket(key);

	if (!tcs_records_claim(rec, key)) {
		begin_chained(tn, sk, state, now);
		return;
	}
	tcs_add(tn->stats, TCS_RECORD_MADE);
	begin(rec, state, now);
}

static __always_inline void move_record(const struct tcs_net *tn,
					struct tcs_record *rec,
					enum tcs_state from, enum tcs_state to,
					u64 now)
{
	tcs_account(tn, rec, from, now);
	rec->state = to;
	rec->since = now;
}

/* What needs the clock is kept out of the way of what does not. */
static noinline void begin_active(const struct tcs_net *tn, const struct sock *sk)
{
	begin_record(tn, sk, TCS_FIN_WAIT1, tcs_now());
}

static noinline void begin_passive(const struct tcs_net *tn,
				   const struct sock *sk)
{
	begin_record(tn, sk, TCS_CLOSE_WAIT, tcs_now_of(sk));
}

static noinline void move_passive(const struct tcs_net *tn,
				  struct tcs_record *rec)
{
	move_record(tn, rec, TCS_CLOSE_WAIT, TCS_LAST_ACK, tcs_now());
}

/* RFC 9293, figure 5: FIN_WAIT2 and CLOSING come after FIN_WAIT1. */
static noinline void move_active(const struct tcs_net *tn, const struct sock *sk,
				 struct tcs_record *rec, unsigned int new)
{
	move_record(tn, rec, TCS_FIN_WAIT1, tcs_closing_state(new),
		    tcs_now_of(sk));
}

static __always_inline void move(const struct tcs_net *tn, const struct sock *sk,
				 struct tcs_record *rec, unsigned int new)
{
	if (new == TCP_LAST_ACK)
		move_passive(tn, rec);
	else
		move_active(tn, sk, rec, new);
}

static noinline void move_chained(const struct tcs_net *tn,
				  const struct sock *sk, unsigned int new)
{
	struct tcs_record *rec = tcs_records_get_chained(&sk->__sk_common);

	if (rec)
		move(tn, sk, rec, new);
}

/*
 * While the baseline runs, which looks for records in the lists. A socket that has
 * none gets one, so that the baseline leaves it alone; it is not in the gauges yet
 * if it was closing before.
 */
static noinline void change_in_baseline(const struct tcs_net *tn,
					const struct sock *sk, unsigned int old,
					unsigned int new)
{
	const struct sock_common *key = &sk->__sk_common;
	const enum tcs_state from = tcs_closing_state(old);
	struct tcs_record *rec, *fresh = tcs_new_record(tn->stats);
	struct tcs_bucket b;

	if (fresh) {
		fresh->state = tcs_closing_state(new);
		fresh->since = time_of(sk, new);
		if (from == TCS_NOT_CLOSING)
			fresh->first = fresh->since;
	}
	b = tcs_records_lock(key);
	rec = tcs_records_find(&b, key);
	if (!rec && fresh)
		tcs_records_insert(&b, fresh, key);
	tcs_records_unlock(&b);

	if (!rec && from != TCS_NOT_CLOSING)
		tcs_add(tn->stats, TCS_BASELINE + from);
	tcs_entered(tn->stats, new);
	if (!rec)
		return;
	if (fresh)
		tcs_drop_record(tn->stats, fresh);
	move(tn, sk, rec, new);
}

/* What is called, is called last, here and below: nothing has to be kept for later. */
static __always_inline void change_usual(const struct tcs_net *tn,
					 const struct sock *sk, unsigned int new)
{
	struct tcs_record *rec;

	tcs_entered(tn->stats, new);
	if (new == TCP_FIN_WAIT1) {
		if (READ_ONCE(tn->histograms))
			begin_active(tn, sk);
		return;
	}
	if (new == TCP_CLOSE_WAIT) {
		if (READ_ONCE(tn->histograms))
			begin_passive(tn, sk);
		return;
	}
	rec = tcs_records_bucket(&sk->__sk_common);
	if (likely(tcs_records_is(rec, &sk->__sk_common)))
		move(tn, sk, rec, new);
	else if (tcs_records_more(rec))
		move_chained(tn, sk, new);
}

static noinline void change_unusual(const struct tcs_net *tn,
				    const struct sock *sk, unsigned int old,
				    unsigned int new)
{
	if (!tcs_is_counting())
		return;
	if (tcs_in_baseline())
		change_in_baseline(tn, sk, old, new);
	else
		change_usual(tn, sk, new);
}

/* A full TCP socket changes its state, not to CLOSE. */
static __always_inline void change(const struct sock *sk, unsigned int old,
				   unsigned int new)
{
	const struct tcs_net *tn = tcs_net_of(sock_net(sk));

	if (tcs_is_usual())
		change_usual(tn, sk, new);
	else
		change_unusual(tn, sk, old, new);
}

/*
 * Between tcs_twsk_begin() and its change to CLOSE a socket is still in the
 * kernel's hash, and the baseline may have come by and counted it once more.
 */
static noinline void disown(const struct tcs_net *tn, const struct sock *sk)
{
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);

	if (!rec)
		return;
	tcs_add(tn->stats, TCS_LEFT + rec->state);
	tcs_end_record(tn->stats, rec);
}

static noinline void close_other(const struct tcs_net *tn, struct sock *sk,
				 int old, enum tcs_note note)
{
	const enum tcs_state from = tcs_closing_state(old);
	const struct tcs_end how = end_of(sk, old, note);
	struct tcs_record *rec = NULL;
	u64 now = 0;

	if (from != TCS_NOT_CLOSING)
		rec = tcs_records_get(&sk->__sk_common);
	if (rec) {
		now = tcs_now();
		tcs_account(tn, rec, from, now);
	}
	/* While the baseline runs, one without a record is not in the gauges. */
	if (from != TCS_NOT_CLOSING && (rec || !tcs_in_baseline()))
		tcs_add(tn->stats, TCS_LEFT + from);
	tcs_end_connection(tn, &sk->__sk_common, inet_sk(sk)->inet_sport, rec,
			   how, now, 0);
	if (rec)
		tcs_end_record(tn->stats, rec);
}

static noinline void close_passive_record(const struct tcs_net *tn,
					  const struct sock *sk,
					  struct tcs_record *rec)
{
	tcs_account_last(tn, rec, TCS_LAST_ACK, tcs_now_of(sk));
	tcs_end_own_record(tn->stats, rec);
}

/* With a record in a list, or traced. */
static noinline void close_passive_slow(const struct tcs_net *tn,
					const struct sock *sk)
{
	const struct tcs_end how = { .ended = TCS_ENDED_PASSIVE_FIN };
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);

	if (rec)
		tcs_account_last(tn, rec, TCS_LAST_ACK, tcs_now_of(sk));
	if (trace_tcp_close_enabled())
		tcs_trace_end(&sk->__sk_common, ntohs(inet_sk(sk)->inet_sport),
			      rec, how, 0);
	if (rec)
		tcs_end_record(tn->stats, rec);
}

static __always_inline void close_passive(const struct tcs_net *tn,
					  const struct sock *sk)
{
	struct tcs_record *rec = tcs_records_bucket(&sk->__sk_common);

	tcs_add(tn->stats, TCS_PASSIVE);
	if (trace_tcp_close_enabled())
		close_passive_slow(tn, sk);
	else if (likely(tcs_records_is(rec, &sk->__sk_common)))
		close_passive_record(tn, sk, rec);
	else if (tcs_records_more(rec))
		close_passive_slow(tn, sk);
}

/*
 * As good as always for a passive close: no need to gather facts. Where there are notes,
 * one may be about this socket; its error need not tell, see close_noted().
 */
static __always_inline bool ends_in_last_ack(const struct sock *sk)
{
	return !sk->sk_err && all_acked(sk) && !atomic_read(&tcs_reset_notes);
}

/*
 * A note may have been left for the change to CLOSE. Not only where the socket has an
 * error: a process that asks for SO_ERROR meanwhile takes that away, without the lock. A
 * note that stays would have a slot for good.
 */
static noinline void close_noted(const struct tcs_net *tn, struct sock *sk,
				 int old)
{
	enum tcs_note note = TCS_NOTE_NONE;

	if (tcs_closing_state(old) != TCS_NOT_CLOSING)
		note = tcs_note_take(sk);
	if (note == TCS_NOTE_MOVED) {
		/* It goes on: all was done in tcs_twsk_begin(). */
		if (tcs_in_baseline())
			disown(tn, sk);
	} else if (tcs_is_counting()) {
		if (old == TCP_LAST_ACK && note == TCS_NOTE_NONE &&
		    !tcs_in_baseline() && ends_in_last_ack(sk))
			close_passive(tn, sk);
		else
			close_other(tn, sk, old, note);
	}
}

/* A full TCP socket changes its state to CLOSE. */
static __always_inline void close(struct sock *sk, int old)
{
	if (tcs_is_usual()) {
		if (old == TCP_LAST_ACK && ends_in_last_ack(sk)) {
			close_passive(tcs_net_of(sock_net(sk)), sk);
			return;
		}
		/* As good as always it goes on. */
		if (old == TCP_FIN_WAIT2 && tcs_note_take_moved(sk))
			return;
	}
	if (old != TCP_CLOSE)
		close_noted(tcs_net_of(sock_net(sk)), sk, old);
}

static __always_inline bool cares(unsigned int tcp_state)
{
	return (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING |
		TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSE) >>
	       tcp_state % 32 & 1;
}

/**
 * tcs_conn_state() - a socket changes its state
 * @data: nothing
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state
 * @new: TCP state
 *
 * The callback of the tracepoint inet_sock_set_state: ten times a connection, so
 * what is usual goes straight through. Any context but NMI.
 */
void notrace tcs_conn_state(void *data, const struct sock *sk, const int old,
			    const int new)
{
	/*
	 * Most are about opening. tcp_close() sets the state that it finds, in
	 * FIN_WAIT2 and others. SCTP, DCCP and MPTCP raise it as well.
	 */
	if (!cares(new) || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (new == TCP_CLOSE)
		close((struct sock *)sk, old);
	else if (old != new)
		change(sk, old, new);
}
