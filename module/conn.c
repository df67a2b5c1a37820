// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a full socket, see conn.h. */
#include "conn.h"

#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "compat/timewait.h"
#include "event.h"
#include "marks.h"
#include "records.h"

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

/* The first FIN of a connection went by. */
static __always_inline void begin(const struct tcs_where *w,
				  const struct sock *sk, enum tcs_state state)
{
	struct tcs_record *rec;

	tcs_add(w->stats, TCS_ENTERED + state);
	if (!w->durations && !tcs_in_baseline())
		return;
	rec = tcs_new_record(w);
	if (unlikely(!rec))
		return;
	rec->state = state;
	rec->since = time_of(sk, state);
	rec->first = rec->since;
	tcs_records_put(rec, &sk->__sk_common);
}

/*
 * The record of a socket while the baseline runs. One that has none is not in the
 * gauges yet, and gets one with no state, so that the baseline leaves it alone.
 */
static noinline struct tcs_record *get_or_make(struct tcs_where where,
					       const struct sock_common *key)
{
	const struct tcs_where *w = &where;
	struct tcs_record *rec, *fresh = tcs_new_record(w);
	struct tcs_bucket b;

	if (fresh)
		fresh->state = TCS_NOT_CLOSING;
	b = tcs_records_lock(key);
	rec = tcs_records_find(&b, key);
	if (!rec && fresh) {
		tcs_records_insert(&b, fresh, key);
		rec = fresh;
		fresh = NULL;
	}
	tcs_records_unlock(&b);
	if (fresh)
		tcs_drop_record(w, fresh);
	return rec;
}

/*
 * From one closing state to the next. The record knows better than the socket
 * which state is left: the socket's may be older than the module.
 */
static __always_inline void move(const struct tcs_where *w, struct sock *sk,
				 enum tcs_state from, enum tcs_state to)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec = NULL;
	bool known = true;

	tcs_add(w->stats, TCS_ENTERED + to);
	if (tcs_in_baseline()) {
		rec = get_or_make(*w, key);
		known = rec && rec->state != TCS_NOT_CLOSING;
	} else if (!tcs_records_none(key)) {
		rec = tcs_records_get(key);
	}

	if (rec) {
		const u64 now = time_of(sk, to);

		if (likely(known))
			from = rec->state;
		tcs_spend(w, rec, now);
		rec->state = to;
		rec->since = now;
	}
	if (likely(known))
		tcs_add(w->stats, TCS_LEFT + from);
}

/**
 * tcs_conn_change() - a full TCP socket changes its state, not to CLOSE
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state
 * @new: TCP state, one that tcs_conn_cares() for
 *
 * Any context but NMI.
 */
void tcs_conn_change(struct sock *sk, int old, int new)
{
	const enum tcs_state from = tcs_closing_state(old);
	const enum tcs_state to = tcs_closing_state(new);
	struct tcs_where w;

	/* tcp_close() sets the state that it finds, in FIN_WAIT2 and others. */
	if (old == new || !tcs_is_counting())
		return;

	tcs_event_begin();
	w = tcs_where(sock_net(sk));
	if (from == TCS_NOT_CLOSING)
		begin(&w, sk, to);
	else
		move(&w, sk, from, to);
	tcs_event_end();
}

/*
 * Between tcs_mini_begin() and its change to CLOSE a socket is still in the
 * kernel's hash, and the baseline may have come by and counted it once more.
 */
static noinline void disown(struct sock *sk)
{
	struct tcs_record *rec = tcs_records_take(&sk->__sk_common);
	struct tcs_where w;

	if (!rec)
		return;
	tcs_event_begin();
	w = tcs_where(sock_net(sk));
	tcs_add(w.stats, TCS_LEFT + rec->state);
	tcs_drop_record(&w, rec);
	tcs_event_end();
}

/* It leaves a closing state for CLOSE. Return: its record, out of the table. */
static __always_inline struct tcs_record *leave(const struct tcs_where *w,
						struct sock *sk,
						enum tcs_state from, u64 now)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec = NULL;
	bool known = !tcs_in_baseline();

	if (!known || !tcs_records_none(key))
		rec = tcs_records_take(key);
	if (rec) {
		known = true;
		from = rec->state;
		tcs_spend(w, rec, now);
	}
	if (likely(known))
		tcs_add(w->stats, TCS_LEFT + from);
	return rec;
}

/* As good as always for a passive close: no need to gather facts. */
static __always_inline bool ends_in_last_ack(const struct sock *sk, int old)
{
	return old == TCP_LAST_ACK && !sk->sk_err && all_acked(sk);
}

/**
 * tcs_conn_close() - a full TCP socket changes its state to CLOSE
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state; nothing happens where it is CLOSE already
 *
 * Any context but NMI.
 */
void tcs_conn_close(struct sock *sk, int old)
{
	const enum tcs_state from = tcs_closing_state(old);
	enum tcs_mark mark = TCS_MARK_NONE;
	struct tcs_record *rec = NULL;
	struct tcs_where w;
	struct tcs_end how;
	u64 now = 0;

	if (old == TCP_CLOSE)
		return;
	if (may_be_marked(sk, old)) {
		mark = tcs_unmark(sk);
		/* It goes on: all was done in tcs_mini_begin(). */
		if (mark == TCS_MARK_MOVED) {
			if (tcs_in_baseline())
				disown(sk);
			return;
		}
	}
	if (!tcs_is_counting())
		return;

	tcs_event_begin();
	w = tcs_where(sock_net(sk));
	if (ends_in_last_ack(sk, old)) {
		how.ended = TCS_ENDED_PASSIVE_FIN;
		/* The ACK of our FIN is a segment, see time_of(). */
		now = tcp_sk(sk)->tcp_clock_cache;
	} else {
		how = end_of(sk, old, mark);
		if (from != TCS_NOT_CLOSING)
			now = ktime_get_ns();
	}
	if (from != TCS_NOT_CLOSING)
		rec = leave(&w, sk, from, now);
	tcs_end_connection(&w, &sk->__sk_common, inet_sk(sk)->inet_sport, rec,
			   how, now, 0);
	if (rec)
		tcs_drop_record(&w, rec);
	tcs_event_end();
}
