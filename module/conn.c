// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a full socket, see conn.h. */
#include "conn.h"

#include <linux/build_bug.h>
#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "compat/timewait.h"
#include "event.h"
#include "marks.h"
#include "records.h"

/* tcs_closing_state() knows them all. */
static_assert(TCP_MAX_STATES <= TCS_N_TCP_STATES);

static bool may_be_marked(const struct sock *sk, int old)
{
	return old == TCP_FIN_WAIT2 || old == TCP_CLOSING || sk->sk_err;
}

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

/* What the mark would say, as far as the socket tells. */
static bool seems_moved(const struct sock *sk, int old)
{
	return old == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD) &&
	       !sock_flag(sk, SOCK_DONE) && !sk->sk_err &&
	       tcp_sk(sk)->linger2 >= 0;
}

static noinline struct tcs_end end_of(struct sock *sk, int old, enum tcs_mark mark)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcs_facts f = {
		.old = old,
		.err = sk->sk_err,
		.err_soft = READ_ONCE(sk->sk_err_soft),
		.moved = mark == TCS_MARK_MOVED ||
			 (tcs_is_blind() && seems_moved(sk, old)),
		.reset_without_rst = mark == TCS_MARK_RESET_WITHOUT_RST,
		.orphan = sock_flag(sk, SOCK_DEAD),
		.shut = sk->sk_shutdown == SHUTDOWN_MASK,
		.fin_received = sock_flag(sk, SOCK_DONE),
		.all_acked = all_acked(sk),
		.unsent = tp->snd_nxt != tp->write_seq,
		.syn_sent = tp->packets_out,
		.unread = threw_unread_away(sk),
		.linger0 = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime,
		.linger2_off = tp->linger2 < 0,
		.repair = tp->repair,
		.tw_full = tcs_tw_full(sock_net(sk)),
		.acked_now = tcp_jiffies32 - tp->rcv_tstamp <= 1,
		.in_task = sock_owned_by_user(sk),
		.net_gone = !check_net(sock_net(sk)),
	};

	return tcs_classify(&f);
}

/*
 * When a full socket enters a state. What a segment brings about happened when
 * TCP looked at its clock to process that segment (tcp_mstamp_refresh()); that
 * saves reading the clock for all but what the application does.
 */
static __always_inline u64 time_of(const struct sock *sk, enum tcs_state to)
{
	if (to == TCS_FIN_WAIT1 || to == TCS_LAST_ACK)
		return ktime_get_ns();
	return tcp_sk(sk)->tcp_clock_cache;
}

/*
 * The record of a socket that begins to close; listed while the baseline runs,
 * which looks there.
 */
static noinline void begin_record(struct tcs_stats __percpu *stats,
				  const struct sock *sk, enum tcs_state state)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec = NULL;

	if (!tcs_in_baseline())
		rec = tcs_records_claim(key);
	if (likely(rec))
		tcs_add(stats, TCS_RECORD_MADE);
	else
		rec = tcs_new_record(stats);
	if (unlikely(!rec))
		return;
	rec->state = state;
	rec->since = time_of(sk, state);
	rec->first = rec->since;
	rec->spent_us[0] = 0;
	rec->spent_us[1] = 0;
	if (unlikely(rec->listed))
		tcs_records_put(rec, key);
}

static noinline void move_record(struct tcs_where w, const struct sock *sk,
				 struct tcs_record *rec, enum tcs_state to)
{
	/* RFC 9293, figure 5: FIN_WAIT2 and CLOSING come after FIN_WAIT1. */
	const enum tcs_state from = to == TCS_LAST_ACK ? TCS_CLOSE_WAIT :
							 TCS_FIN_WAIT1;
	const u64 now = time_of(sk, to);

	tcs_spend(&w, rec, from, now);
	rec->state = to;
	rec->since = now;
}

static noinline void move_listed(struct tcs_where w, const struct sock *sk,
				 enum tcs_state to)
{
	struct tcs_record *rec = tcs_records_get_listed(&sk->__sk_common);

	if (rec)
		move_record(w, sk, rec, to);
}

/*
 * While the baseline runs. A socket that has no record is not in the gauges yet,
 * and gets one, so that the baseline leaves it alone.
 */
static noinline void move_in_baseline(struct tcs_where w, const struct sock *sk,
				      enum tcs_state from, enum tcs_state to)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec, *fresh = tcs_new_record(w.stats);
	struct tcs_bucket b;

	if (fresh) {
		fresh->state = to;
		fresh->since = time_of(sk, to);
	}
	b = tcs_records_lock(key);
	rec = tcs_records_find(&b, key);
	if (!rec && fresh)
		tcs_records_insert(&b, fresh, key);
	tcs_records_unlock(&b);
	if (!rec)
		return;

	if (fresh)
		tcs_drop_record(w.stats, fresh);
	tcs_add(w.stats, TCS_LEFT + from);
	move_record(w, sk, rec, to);
}

/*
 * A full TCP socket changes its state, not to CLOSE. What is called, is called
 * last: nothing has to be kept for later.
 */
static __always_inline void change(const struct sock *sk, int old, int new)
{
	const enum tcs_state from = tcs_closing_state(old);
	const enum tcs_state to = tcs_closing_state(new);
	const struct tcs_where w = tcs_where(sock_net(sk));
	struct tcs_record *rec;
	bool more;

	tcs_add(w.stats, TCS_ENTERED + to);
	if (from == TCS_NOT_CLOSING) {
		if (w.durations || tcs_in_baseline())
			begin_record(w.stats, sk, to);
		return;
	}
	if (tcs_in_baseline()) {
		move_in_baseline(w, sk, from, to);
		return;
	}
	tcs_add(w.stats, TCS_LEFT + from);
	rec = tcs_records_own(&sk->__sk_common, &more);
	if (rec)
		move_record(w, sk, rec, to);
	else if (unlikely(more))
		move_listed(w, sk, to);
}

/*
 * Between tcs_mini_begin() and its change to CLOSE a socket is still in the
 * kernel's hash, and the baseline may have come by and counted it once more.
 */
static noinline void disown(const struct sock *sk)
{
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);
	struct tcs_where w;

	if (!rec)
		return;
	w = tcs_where(sock_net(sk));
	tcs_add(w.stats, TCS_LEFT + rec->state);
	tcs_end_record(w.stats, rec);
}

/* As good as always for a passive close: no need to gather facts. */
static __always_inline bool ends_in_last_ack(const struct sock *sk, int old)
{
	return old == TCP_LAST_ACK && !sk->sk_err && all_acked(sk);
}

/* The last steps of a socket's closing; @rec: its record, or NULL */
static __always_inline void finish(const struct tcs_where *w,
				   const struct sock *sk, enum tcs_state from,
				   struct tcs_record *rec, struct tcs_end how,
				   u64 now)
{
	if (rec)
		tcs_spend(w, rec, from, now);
	/* While the baseline runs, one without a record is not in the gauges. */
	if (from != TCS_NOT_CLOSING && (rec || !tcs_in_baseline()))
		tcs_add(w->stats, TCS_LEFT + from);
	tcs_end_connection(w, &sk->__sk_common, inet_sk(sk)->inet_sport, rec,
			   how, now, 0);
	if (rec)
		tcs_end_record(w->stats, rec);
}

static noinline void close_passive(const struct sock *sk)
{
	const struct tcs_where w = tcs_where(sock_net(sk));
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);
	const struct tcs_end how = { .ended = TCS_ENDED_PASSIVE_FIN };

	/* The ACK of our FIN is a segment, see time_of(). */
	finish(&w, sk, TCS_LAST_ACK, rec, how, tcp_sk(sk)->tcp_clock_cache);
}

static noinline void close_other(struct sock *sk, int old, enum tcs_mark mark)
{
	const struct tcs_where w = tcs_where(sock_net(sk));
	const enum tcs_state from = tcs_closing_state(old);
	struct tcs_record *rec = NULL;

	if (from != TCS_NOT_CLOSING)
		rec = tcs_records_get(&sk->__sk_common);
	finish(&w, sk, from, rec, end_of(sk, old, mark),
	       rec ? ktime_get_ns() : 0);
}

/* A full TCP socket changes its state to CLOSE, with a note for that or without. */
static __always_inline void close_marked(struct sock *sk, int old,
					 enum tcs_mark mark)
{
	if (mark == TCS_MARK_MOVED) {
		/* It goes on: all was done in tcs_mini_begin(). */
		if (tcs_in_baseline())
			disown(sk);
	} else if (tcs_is_counting()) {
		close_other(sk, old, mark);
	}
}

static noinline void close_unmark(struct sock *sk, int old)
{
	close_marked(sk, old, tcs_unmark_slow(sk));
}

/* A full TCP socket changes its state to CLOSE. */
static __always_inline void close(struct sock *sk, int old)
{
	enum tcs_mark mark = TCS_MARK_NONE;

	if (ends_in_last_ack(sk, old)) {
		if (tcs_is_counting())
			close_passive(sk);
		return;
	}
	if (may_be_marked(sk, old)) {
		mark = tcs_unmark(sk);
		if (mark == TCS_MARK_NONE) {
			close_unmark(sk, old);
			return;
		}
	}
	close_marked(sk, old, mark);
}

static __always_inline bool cares(int tcp_state)
{
	return (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING |
		TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSE) >> tcp_state & 1;
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
	if (!cares(new) || old == new || sk->sk_protocol != IPPROTO_TCP)
		return;
	if (new == TCP_CLOSE)
		close((struct sock *)sk, old);
	else if (tcs_is_counting())
		change(sk, old, new);
}
