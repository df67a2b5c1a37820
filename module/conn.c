// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection, see conn.h. */
#include "conn.h"

#include <linux/ktime.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "compat/timewait.h"
#include "marks.h"
#include "pernet.h"
#include "records.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Nothing counts before the hooks were proven. */
static bool counting;

/*
 * While the sockets that were closing before the module came are collected,
 * every socket gets a record, and one without is not in the gauges yet. After
 * that every closing socket is in the gauges, whether it has a record or not.
 */
static bool baseline_running;
static bool baseline_failed;

/*
 * FIN_WAIT2 mini-sockets whose record could not be allocated. Any other has a
 * record until it leaves FIN_WAIT2: one without has left already, on another
 * CPU.
 */
static atomic_t unrecorded = ATOMIC_INIT(0);

/* Where the events of a namespace go. */
struct where {
	struct tcs_stats __percpu *stats;
	bool durations;
};

static struct where where_is(const struct net *net)
{
	struct tcs_net *tn = tcs_live_net(net);

	return (struct where){
		.stats = tcs_stats_of(tn),
		.durations = !tn || READ_ONCE(tn->histograms),
	};
}

static bool wants_record(const struct where *w)
{
	return w->durations || READ_ONCE(baseline_running);
}

static struct tcs_record *new_record(const struct where *w)
{
	struct tcs_record *rec = tcs_record_alloc();

	if (rec) {
		tcs_add(w->stats, TCS_RECORD_MADE);
		return rec;
	}
	tcs_add(w->stats, TCS_RECORD_FAILURES);
	if (READ_ONCE(baseline_running))
		WRITE_ONCE(baseline_failed, true);
	return NULL;
}

static void drop_record(const struct where *w, struct tcs_record *rec)
{
	if (!rec)
		return;
	tcs_record_free(rec);
	tcs_add(w->stats, TCS_RECORD_FREED);
}

/* The record leaves its state: book the time that it was in there. */
static void spend(const struct where *w, struct tcs_record *rec, u64 now)
{
	u64 us;

	if (!rec->since)
		return;
	us = (now - rec->since) / NSEC_PER_USEC;
	if (rec->state < TCS_TIME_WAIT)
		rec->spent_us[rec->state] += us;
	if (w->durations)
		tcs_hist_add(w->stats, rec->state, us);
}

static void trace_end(const struct sock_common *skc, u16 sport,
		      const struct tcs_record *rec, struct tcs_end end,
		      u32 time_wait_ms)
{
	struct tcs_close c = {
		.netns = read_pnet(&skc->skc_net)->ns.inum,
		.family = skc->skc_family,
		.sport = sport,
		.dport = ntohs(skc->skc_dport),
		.end = end,
		.time_wait_ms = time_wait_ms,
	};

	if (rec)
		memcpy(c.spent_us, rec->spent_us, sizeof(c.spent_us));
	ipv6_addr_set_v4mapped(skc->skc_rcv_saddr, &c.saddr);
	ipv6_addr_set_v4mapped(skc->skc_daddr, &c.daddr);
#if IS_ENABLED(CONFIG_IPV6)
	if (skc->skc_family == AF_INET6) {
		c.saddr = skc->skc_v6_rcv_saddr;
		c.daddr = skc->skc_v6_daddr;
	}
#endif
	trace_tcp_close(&c);
}

/* One connection ended: exactly one count, at most one duration, one event. */
static void end_connection(const struct where *w, const struct sock_common *skc,
			   __be16 sport, const struct tcs_record *rec,
			   struct tcs_end end, u64 now, u32 time_wait_ms)
{
	if (end.ended == TCS_ENDED_NOT)
		return;
	if (end.ended == TCS_ENDED_RST_SENT)
		tcs_add(w->stats, TCS_RST + end.rst);
	else
		tcs_add(w->stats, TCS_ENDED + end.ended);

	if (rec && rec->first && w->durations)
		tcs_hist_add(w->stats, TCS_HIST_CLOSE,
			     (now - rec->first) / NSEC_PER_USEC);
	if (trace_tcp_close_enabled())
		trace_end(skc, ntohs(sport), rec, end, time_wait_ms);
}

static bool may_be_marked(const struct sock *sk, int old)
{
	return old == TCP_FIN_WAIT2 || old == TCP_CLOSING || sk->sk_err;
}

/* tcp_close() looks for data beyond copied_seq, the FIN not counted. */
static bool has_unread(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (s32)(tp->rcv_nxt - READ_ONCE(tp->copied_seq) -
		     sock_flag(sk, SOCK_DONE)) > 0;
}

static struct tcs_end end_of(struct sock *sk, int old, enum tcs_mark mark)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcs_facts f = {
		.old = old,
		.err = sk->sk_err,
		.moved = mark == TCS_MARK_MOVED,
		.reset_without_rst = mark == TCS_MARK_RESET_WITHOUT_RST,
		.orphan = sock_flag(sk, SOCK_DEAD),
		.shut = sk->sk_shutdown == SHUTDOWN_MASK,
		.fin_received = sock_flag(sk, SOCK_DONE),
		.all_acked = tp->snd_una == tp->write_seq,
		.unread = has_unread(sk),
		.linger0 = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime,
		.linger2_off = tp->linger2 < 0,
		.repair = tp->repair,
		.tw_full = tcs_tw_full(sock_net(sk)),
		.acked_now = tcp_jiffies32 - tp->rcv_tstamp <= 1,
	};

	return tcs_classify(&f);
}

/* One step of a full socket: @from and @to may be TCS_NOT_CLOSING. */
static struct tcs_record *step(const struct where *w, struct sock *sk,
			       enum tcs_state from, enum tcs_state to, u64 now)
{
	struct tcs_record *rec, *fresh = NULL;
	struct tcs_bucket b;
	bool known = !READ_ONCE(baseline_running);

	if (to != TCS_NOT_CLOSING &&
	    (from == TCS_NOT_CLOSING ? wants_record(w) : !known))
		fresh = new_record(w);

	b = tcs_records_lock(sk);
	rec = tcs_records_find(&b, sk);
	if (rec) {
		known = true;
		from = rec->state;
		spend(w, rec, now);
		if (to == TCS_NOT_CLOSING)
			hlist_bl_del(&rec->node);
	} else if (fresh) {
		rec = fresh;
		fresh = NULL;
		rec->first = from == TCS_NOT_CLOSING ? now : 0;
		tcs_records_insert(&b, rec, sk);
	}
	if (rec) {
		rec->state = to;
		rec->since = now;
	}
	tcs_records_unlock(&b);
	drop_record(w, fresh);

	if (from != TCS_NOT_CLOSING && known)
		tcs_add(w->stats, TCS_LEFT + from);
	if (to != TCS_NOT_CLOSING)
		tcs_add(w->stats, TCS_ENTERED + to);

	return to == TCS_NOT_CLOSING ? rec : NULL;
}

/**
 * tcs_conn_change() - a full TCP socket changes its state
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state
 * @new: TCP state
 *
 * Any context but NMI.
 */
void tcs_conn_change(struct sock *sk, int old, int new)
{
	const enum tcs_state from = tcs_closing_state(old);
	const enum tcs_state to = tcs_closing_state(new);
	enum tcs_mark mark = TCS_MARK_NONE;
	struct tcs_record *rec = NULL;
	struct where w;
	u64 now = 0;

	if (new == TCP_CLOSE) {
		if (may_be_marked(sk, old))
			mark = tcs_unmark(sk);
	} else if (to == TCS_NOT_CLOSING) {
		return;
	}
	if (!READ_ONCE(counting) || mark == TCS_MARK_MOVED)
		return;

	rcu_read_lock();
	w = where_is(sock_net(sk));
	if (from != TCS_NOT_CLOSING || to != TCS_NOT_CLOSING) {
		now = ktime_get_ns();
		rec = step(&w, sk, from, to, now);
	}
	if (new == TCP_CLOSE) {
		end_connection(&w, &sk->__sk_common, inet_sk(sk)->inet_sport,
			       rec, end_of(sk, old, mark), now, 0);
		drop_record(&w, rec);
	}
	rcu_read_unlock();
}

/**
 * tcs_conn_to_mini() - a full socket goes on as a mini-socket
 * @sk: the socket, locked by the kernel, in FIN_WAIT2 or CLOSING
 * @tw: its mini-socket, which nobody else can see yet
 * @floor_ms: what the guard allows TIME_WAIT at the least
 * @time_wait_ms: the length given, where @tw is in TIME_WAIT
 *
 * tcp_time_wait() (net/ipv4/tcp_minisocks.c) calls tcp_done() for @sk next; that
 * change to CLOSE is taken care of here already.
 *
 * Any context but NMI.
 */
void tcs_conn_to_mini(struct sock *sk, struct inet_timewait_sock *tw,
		      u32 floor_ms, u32 time_wait_ms)
{
	const bool in_time_wait = tw->tw_substate == TCP_TIME_WAIT;
	enum tcs_state from = tcs_closing_state(sk->sk_state);
	struct tcs_record *rec;
	struct where w;
	bool known;
	u64 now;

	tcs_mark(sk, TCS_MARK_MOVED);
	if (!READ_ONCE(counting))
		return;

	rcu_read_lock();
	w = where_is(sock_net(sk));
	now = ktime_get_ns();

	rec = tcs_records_take(sk);
	known = rec || !READ_ONCE(baseline_running);
	if (rec) {
		from = rec->state;
		if (in_time_wait)
			spend(&w, rec, now);
	}

	if (in_time_wait) {
		struct tcs_end end = {
			.ended = from == TCS_CLOSING ?
				 TCS_ENDED_SIMULTANEOUS_FIN :
				 TCS_ENDED_ACTIVE_FIN,
		};

		tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
		if (known && from != TCS_NOT_CLOSING)
			tcs_add(w.stats, TCS_LEFT + from);
		end_connection(&w, &sk->__sk_common, inet_sk(sk)->inet_sport,
			       rec, end, now, time_wait_ms);
		if (!wants_record(&w)) {
			drop_record(&w, rec);
			goto out;
		}
		if (!rec && !known)
			rec = new_record(&w);
		if (rec) {
			rec->state = TCS_TIME_WAIT;
			rec->since = now;
		}
	} else {
		if (!known)
			tcs_add(w.stats, TCS_BASELINE + TCS_FIN_WAIT2);
		if (!rec) {
			/*
			 * Without one it would not be told from a TIME_WAIT
			 * when the peer's FIN comes.
			 */
			rec = new_record(&w);
			if (rec)
				rec->state = TCS_FIN_WAIT2;
			else
				atomic_inc(&unrecorded);
		}
	}
	if (rec) {
		rec->floor_ms = floor_ms;
		tcs_records_put(rec, tw);
	}
out:
	rcu_read_unlock();
}

/**
 * tcs_conn_mini_rearm() - a mini-socket's timer is set anew
 * @tw: the mini-socket, in TIME_WAIT by now, maybe on several CPUs at once
 * @was_fin_wait2: it was in FIN_WAIT2 when the segment came
 * @was: set to its record as it was before, @key NULL where it has none
 *
 * Softirq. Decides for one of several segments that come at once.
 *
 * Return: what this means.
 */
enum tcs_rearm tcs_conn_mini_rearm(struct inet_timewait_sock *tw,
				   bool was_fin_wait2, struct tcs_record *was)
{
	enum tcs_rearm ret = TCS_REARM_AGAIN;
	struct tcs_record *rec;
	struct tcs_bucket b;

	b = tcs_records_lock(tw);
	rec = tcs_records_find(&b, tw);
	if (rec) {
		*was = *rec;
		if (rec->state == TCS_FIN_WAIT2) {
			ret = TCS_REARM_ENTERED;
			rec->state = TCS_TIME_WAIT;
			rec->since = ktime_get_ns();
		}
	} else {
		memset(was, 0, sizeof(*was));
		was->state = TCS_FIN_WAIT2;
		if (!was_fin_wait2)
			ret = TCS_REARM_AGAIN;
		else if (READ_ONCE(baseline_running) ||
			 atomic_add_unless(&unrecorded, -1, 0))
			ret = TCS_REARM_ENTERED;
		else
			ret = TCS_REARM_NONE;
	}
	tcs_records_unlock(&b);

	if (ret == TCS_REARM_AGAIN && READ_ONCE(counting)) {
		rcu_read_lock();
		tcs_add(where_is(twsk_net(tw)).stats, TCS_TW_REARMED);
		rcu_read_unlock();
	}
	return ret;
}

/**
 * tcs_conn_mini_entered() - a FIN_WAIT2 mini-socket enters TIME_WAIT
 * @tw: the mini-socket
 * @was: its record before, of tcs_conn_mini_rearm() for TCS_REARM_ENTERED
 * @time_wait_ms: the length given
 *
 * Softirq.
 */
void tcs_conn_mini_entered(struct inet_timewait_sock *tw,
			   const struct tcs_record *was, u32 time_wait_ms)
{
	const struct tcs_end end = { .ended = TCS_ENDED_ACTIVE_FIN };
	struct tcs_record before = *was;
	struct where w;
	u64 now;

	if (!READ_ONCE(counting))
		return;

	rcu_read_lock();
	w = where_is(twsk_net(tw));
	now = ktime_get_ns();

	tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
	if (before.key || !READ_ONCE(baseline_running)) {
		tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	} else {
		/* Seen before the baseline came by: count it from here. */
		struct tcs_record *rec = new_record(&w);

		if (rec) {
			rec->state = TCS_TIME_WAIT;
			rec->since = now;
			tcs_records_put(rec, tw);
		}
	}
	spend(&w, &before, now);
	end_connection(&w, &tw->__tw_common, tw->tw_sport, &before, end, now,
		       time_wait_ms);
	if (before.key && !wants_record(&w))
		drop_record(&w, tcs_records_take(tw));
	rcu_read_unlock();
}

static struct tcs_end end_of_fin_wait2(enum tcs_killer by)
{
	struct tcs_end end = { .ended = TCS_ENDED_OTHER };

	switch (by) {
	case TCS_BY_TIMER:
	case TCS_BY_NETNS:
		end.ended = TCS_ENDED_FIN_WAIT2_EXPIRED;
		break;
	case TCS_BY_SEGMENT:
		end.ended = TCS_ENDED_RST_RECEIVED;
		break;
	case TCS_BY_RECEIVE:
		/* TCP_TW_RST: data for a connection that we have closed */
		end.ended = TCS_ENDED_RST_SENT;
		end.rst = TCS_RST_DATA_AFTER_CLOSE;
		break;
	case TCS_BY_CONNECT:
	case TCS_BY_HAND:
		break;
	}
	return end;
}

static enum tcs_tw_end end_of_time_wait(enum tcs_killer by)
{
	switch (by) {
	case TCS_BY_TIMER:
		return TCS_TW_EXPIRED;
	case TCS_BY_SEGMENT:
		return TCS_TW_RESET;
	case TCS_BY_RECEIVE:
	case TCS_BY_CONNECT:
		return TCS_TW_REUSED;
	default:
		return TCS_TW_PURGED;
	}
}

/**
 * tcs_conn_mini_end() - a mini-socket ends
 * @tw: the mini-socket, in TIME_WAIT or FIN_WAIT2
 * @by: what ended it
 *
 * Any context but NMI, once for each mini-socket. Its namespace may be dying.
 */
void tcs_conn_mini_end(struct inet_timewait_sock *tw, enum tcs_killer by)
{
	struct tcs_record *rec;
	enum tcs_state state;
	struct where w;
	u64 now;

	if (!READ_ONCE(counting))
		return;

	rcu_read_lock();
	w = where_is(twsk_net(tw));
	now = ktime_get_ns();

	rec = tcs_records_take(tw);
	if (rec) {
		state = rec->state;
		spend(&w, rec, now);
	} else {
		state = tcs_closing_state(READ_ONCE(tw->tw_substate));
		if (state == TCS_FIN_WAIT2)
			atomic_add_unless(&unrecorded, -1, 0);
	}

	if (rec || !READ_ONCE(baseline_running)) {
		if (state == TCS_TIME_WAIT)
			tcs_add(w.stats, TCS_TW_ENDED + end_of_time_wait(by));
		else
			tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	}
	if (state == TCS_FIN_WAIT2)
		end_connection(&w, &tw->__tw_common, tw->tw_sport, rec,
			       end_of_fin_wait2(by), now, 0);
	drop_record(&w, rec);
	rcu_read_unlock();
}

/**
 * tcs_conn_adopt() - count a socket that was closing before the module came
 * @key: the socket or mini-socket, in the kernel's hash, its bucket locked
 * @state: the closing state it is in
 * @stats: of its namespace
 *
 * Between tcs_conn_baseline_begin() and tcs_conn_baseline_end(). One that an
 * event was seen of is counted already and left alone.
 *
 * Return: false when out of memory.
 */
bool tcs_conn_adopt(const void *key, enum tcs_state state,
		    struct tcs_stats __percpu *stats)
{
	struct tcs_record *fresh = tcs_record_alloc();
	struct tcs_bucket b;
	bool absent;

	if (!fresh)
		return false;
	fresh->state = state;

	b = tcs_records_lock(key);
	absent = !tcs_records_find(&b, key);
	if (absent)
		tcs_records_insert(&b, fresh, key);
	tcs_records_unlock(&b);

	if (absent) {
		tcs_add(stats, TCS_RECORD_MADE);
		tcs_add(stats, TCS_BASELINE + state);
	} else {
		tcs_record_free(fresh);
	}
	return true;
}

/**
 * tcs_conn_counting() - start or stop counting
 * @on: whether
 *
 * Marks are taken all the time, so that none goes stale.
 */
void tcs_conn_counting(bool on)
{
	WRITE_ONCE(counting, on);
}

/**
 * tcs_conn_baseline_begin() - from now on every closing socket has a record
 *
 * Before counting starts.
 */
void tcs_conn_baseline_begin(void)
{
	WRITE_ONCE(baseline_running, true);
	WRITE_ONCE(baseline_failed, false);
}

/**
 * tcs_conn_baseline_end() - all sockets that were closing are in the gauges
 *
 * Return: 0, or -ENOMEM: a record could not be made, the gauges are wrong.
 */
int tcs_conn_baseline_end(void)
{
	WRITE_ONCE(baseline_running, false);
	return READ_ONCE(baseline_failed) ? -ENOMEM : 0;
}
