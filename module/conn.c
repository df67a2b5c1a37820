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
#include "policy.h"
#include "records.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Nothing counts before the hooks were proven. */
static bool counting;

/*
 * Mini-sockets cannot be followed on this kernel: they are in no gauge and have
 * no record.
 */
static bool blind;

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

static bool is_blind(void)
{
	return unlikely(READ_ONCE(blind));
}

static bool is_counting(void)
{
	/* Once something is counted, it is seen that the baseline runs. */
	return smp_load_acquire(&counting);
}

static bool in_baseline(void)
{
	/* After the baseline, the records that it made can be seen. */
	return smp_load_acquire(&baseline_running);
}

/* Where the events of a namespace go. */
struct where {
	struct tcs_stats __percpu *stats;
	bool durations;
	bool tuned;		/* TIME_WAIT is not the kernel's own */
};

/*
 * Between tcs_event_begin() and tcs_event_end(), as all that uses it. What runs
 * at every close is inlined, so that this stays in registers.
 */
static __always_inline struct where where_is(const struct net *net)
{
	struct tcs_net *tn = tcs_live_net(net);

	return (struct where){
		.stats = tcs_stats_of(tn),
		.durations = !tn || READ_ONCE(tn->histograms),
		.tuned = tn && READ_ONCE(tn->time_wait_ms) !=
			 TCS_KERNEL_TIME_WAIT_MS,
	};
}

static __always_inline bool wants_record(const struct where *w)
{
	return w->durations || in_baseline();
}

/*
 * A TIME_WAIT of the kernel's own length needs no record: its timer tells when
 * it began. There may be hundreds of thousands of them.
 */
static __always_inline bool time_wait_wants_record(const struct where *w, u32 time_wait_ms)
{
	return (w->durations && time_wait_ms != TCS_KERNEL_TIME_WAIT_MS) ||
	       in_baseline();
}

static __always_inline struct tcs_record *new_record(const struct where *w)
{
	struct tcs_record *rec = tcs_record_alloc();

	if (rec) {
		tcs_add(w->stats, TCS_RECORD_MADE);
		return rec;
	}
	tcs_add(w->stats, TCS_RECORD_FAILURES);
	if (in_baseline())
		WRITE_ONCE(baseline_failed, true);
	return NULL;
}

static __always_inline void drop_record(const struct where *w, struct tcs_record *rec)
{
	tcs_record_free(rec);
	tcs_add(w->stats, TCS_RECORD_FREED);
}

static u64 us_between(u64 from, u64 to)
{
	return to > from ? (to - from) / NSEC_PER_USEC : 0;
}

/* The record leaves its state: book the time that it was in there. */
static __always_inline void spend(const struct where *w, struct tcs_record *rec, u64 now)
{
	u64 us;

	if (!rec->since)
		return;
	us = us_between(rec->since, now);
	if (rec->state < TCS_TIME_WAIT)
		rec->spent_us[rec->state] = us;
	if (w->durations)
		tcs_hist_add(w->stats, rec->state, us);
}

static noinline void trace_end(const struct sock_common *skc, u16 sport,
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
static __always_inline void end_connection(const struct where *w,
					   const struct sock_common *skc,
					   __be16 sport,
					   const struct tcs_record *rec,
					   struct tcs_end end, u64 now,
					   u32 time_wait_ms)
{
	if (end.ended == TCS_ENDED_NOT)
		return;
	if (end.ended == TCS_ENDED_RST_SENT)
		tcs_add(w->stats, TCS_RST + end.rst);
	else
		tcs_add(w->stats, TCS_ENDED + end.ended);

	if (rec && rec->first && w->durations)
		tcs_hist_add(w->stats, TCS_HIST_CLOSE,
			     us_between(rec->first, now));
	if (trace_tcp_close_enabled())
		trace_end(skc, ntohs(sport), rec, end, time_wait_ms);
}

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
			 (is_blind() && seems_moved(sk, old)),
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
static u64 time_of(const struct sock *sk, enum tcs_state to)
{
	switch (to) {
	case TCS_FIN_WAIT2:
	case TCS_CLOSING:
	case TCS_CLOSE_WAIT:
	case TCS_TIME_WAIT:
		return tcp_sk(sk)->tcp_clock_cache;
	default:
		return ktime_get_ns();
	}
}

/* The first FIN of a connection went by. */
static __always_inline void begin(const struct where *w, const struct sock *sk,
				  enum tcs_state state)
{
	struct tcs_record *rec;

	tcs_add(w->stats, TCS_ENTERED + state);
	if (!wants_record(w))
		return;
	rec = new_record(w);
	if (!rec)
		return;
	rec->state = state;
	rec->since = time_of(sk, state);
	rec->first = rec->since;
	tcs_records_put(rec, &sk->__sk_common);
}

/*
 * From one closing state to the next. The record knows better than the socket
 * which state is left: the socket's may be older than the module.
 */
static __always_inline void move(const struct where *w, struct sock *sk,
				 enum tcs_state from, enum tcs_state to)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec, *fresh = NULL;
	bool known = true;
	struct tcs_bucket b;

	tcs_add(w->stats, TCS_ENTERED + to);
	if (unlikely(in_baseline())) {
		fresh = new_record(w);
		known = false;
	} else if (tcs_records_none(key)) {
		goto left;
	}

	b = tcs_records_lock(key);
	rec = tcs_records_find(&b, key);
	if (rec) {
		const u64 now = time_of(sk, to);

		known = true;
		from = rec->state;
		spend(w, rec, now);
		rec->state = to;
		rec->since = now;
	} else if (fresh) {
		fresh->state = to;
		fresh->since = time_of(sk, to);
		tcs_records_insert(&b, fresh, key);
		fresh = NULL;
	}
	tcs_records_unlock(&b);
	if (unlikely(fresh))
		drop_record(w, fresh);
left:
	if (likely(known))
		tcs_add(w->stats, TCS_LEFT + from);
}

/* To CLOSE, from a closing state or from any other. */
static __always_inline void end(const struct where *w, struct sock *sk, int old,
				enum tcs_mark mark)
{
	const struct sock_common *key = &sk->__sk_common;
	enum tcs_state from = tcs_closing_state(old);
	struct tcs_end how = { .ended = TCS_ENDED_PASSIVE_FIN };
	struct tcs_record *rec = NULL;
	u64 now = 0;

	/* As good as always for a passive close: no need to gather facts. */
	if (old != TCP_LAST_ACK || sk->sk_err || !all_acked(sk))
		how = end_of(sk, old, mark);

	if (from != TCS_NOT_CLOSING) {
		bool known = !in_baseline();

		if (!known || !tcs_records_none(key))
			rec = tcs_records_take(key);
		if (rec) {
			/* The ACK of our FIN is a segment, too. */
			now = how.ended == TCS_ENDED_PASSIVE_FIN ?
				tcp_sk(sk)->tcp_clock_cache : ktime_get_ns();
			known = true;
			from = rec->state;
			spend(w, rec, now);
		}
		if (likely(known))
			tcs_add(w->stats, TCS_LEFT + from);
	}
	end_connection(w, key, inet_sk(sk)->inet_sport, rec, how, now, 0);
	if (rec)
		drop_record(w, rec);
}

/*
 * Between tcs_conn_to_mini() and its change to CLOSE a socket is still in the
 * kernel's hash, and the baseline may have come by and counted it once more.
 */
static void disown(struct sock *sk)
{
	struct tcs_record *rec = tcs_records_take(&sk->__sk_common);
	struct where w;

	if (!rec)
		return;
	tcs_event_begin();
	w = where_is(sock_net(sk));
	tcs_add(w.stats, TCS_LEFT + rec->state);
	drop_record(&w, rec);
	tcs_event_end();
}

/**
 * tcs_conn_change() - a full TCP socket changes its state
 * @sk: the socket, locked by the kernel; sk_state is still the old one
 * @old: TCP state
 * @new: TCP state, one that tcs_conn_cares() for
 *
 * Any context but NMI.
 */
void tcs_conn_change(struct sock *sk, int old, int new)
{
	enum tcs_mark mark = TCS_MARK_NONE;
	struct where w;

	/* tcp_close() sets the state that it finds, in FIN_WAIT2 and others. */
	if (old == new)
		return;
	if (new == TCP_CLOSE) {
		if (may_be_marked(sk, old))
			mark = tcs_unmark(sk);
		/* Where it went on, all was done: tcs_conn_to_mini() */
		if (mark == TCS_MARK_MOVED) {
			if (unlikely(in_baseline()))
				disown(sk);
			return;
		}
	}
	if (!is_counting())
		return;

	tcs_event_begin();
	w = where_is(sock_net(sk));
	if (new == TCP_CLOSE) {
		end(&w, sk, old, mark);
	} else {
		const enum tcs_state from = tcs_closing_state(old);
		const enum tcs_state to = tcs_closing_state(new);

		if (from == TCS_NOT_CLOSING)
			begin(&w, sk, to);
		else
			move(&w, sk, from, to);
	}
	tcs_event_end();
}

/* A mini-socket that has no record gets one. */
static bool adopt_mini(const struct where *w,
		       const struct inet_timewait_sock *tw,
		       enum tcs_state state, u64 since, u32 floor)
{
	struct tcs_record *rec = new_record(w);

	if (!rec)
		return false;
	rec->state = state;
	rec->since = since;
	rec->floor = floor;
	tcs_records_put(rec, &tw->__tw_common);
	return true;
}

/*
 * The socket's record goes over to the mini-socket, or out of the table when
 * that has no need of one. NULL where there is none.
 */
static struct tcs_record *hand_over(struct sock *sk,
				    struct inet_timewait_sock *tw, bool keep,
				    struct tcs_record *was)
{
	const struct sock_common *key = &sk->__sk_common;
	struct tcs_record *rec;
	struct tcs_bucket b;

	if (!in_baseline() && tcs_records_none(key))
		return NULL;

	b = tcs_records_lock(key);
	rec = tcs_records_find(&b, key);
	if (rec) {
		*was = *rec;
		rec->key = &tw->__tw_common;
		if (!keep)
			tcs_records_remove(rec);
	}
	tcs_records_unlock(&b);
	return rec;
}

/**
 * tcs_conn_to_mini() - a full socket goes on as a mini-socket
 * @sk: the socket, locked by the kernel, in FIN_WAIT2 or CLOSING
 * @tw: its mini-socket, which nobody else can see yet
 * @floor: what the guard allows TIME_WAIT at the least, ticks
 * @time_wait_ms: the length given, where @tw is in TIME_WAIT
 *
 * tcp_time_wait() (net/ipv4/tcp_minisocks.c) calls tcp_done() for @sk next; that
 * change to CLOSE is taken care of here already.
 *
 * Any context but NMI.
 */
void tcs_conn_to_mini(struct sock *sk, struct inet_timewait_sock *tw,
		      u32 floor, u32 time_wait_ms)
{
	const bool in_time_wait = tw->tw_substate == TCP_TIME_WAIT;
	enum tcs_state from = tcs_closing_state(sk->sk_state);
	struct tcs_record *rec, was;
	bool keep = true, known;
	struct where w;

	tcs_mark(sk, TCS_MARK_MOVED);
	if (!is_counting())
		return;

	tcs_event_begin();
	w = where_is(sock_net(sk));
	if (is_blind())
		keep = false;
	else if (in_time_wait)
		keep = time_wait_wants_record(&w, time_wait_ms);
	rec = hand_over(sk, tw, keep, &was);
	known = rec || !in_baseline();
	if (rec)
		from = was.state;

	if (in_time_wait) {
		const struct tcs_end how = {
			.ended = from == TCS_CLOSING ?
				 TCS_ENDED_SIMULTANEOUS_FIN :
				 TCS_ENDED_ACTIVE_FIN,
		};
		const u64 now = time_of(sk, TCS_TIME_WAIT);

		if (!is_blind())
			tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
		if (likely(known && from != TCS_NOT_CLOSING))
			tcs_add(w.stats, TCS_LEFT + from);
		if (rec)
			spend(&w, &was, now);
		end_connection(&w, &sk->__sk_common, inet_sk(sk)->inet_sport,
			       rec ? &was : NULL, how, now, time_wait_ms);
		if (rec && !keep) {
			drop_record(&w, rec);
		} else if (rec) {
			/* Nobody else can see the mini-socket yet. */
			rec->state = TCS_TIME_WAIT;
			rec->since = now;
			rec->floor = floor;
		} else if (unlikely(!known) && keep) {
			adopt_mini(&w, tw, TCS_TIME_WAIT, now, floor);
		}
	} else if (is_blind()) {
		if (likely(known && from != TCS_NOT_CLOSING))
			tcs_add(w.stats, TCS_LEFT + from);
		if (rec)
			drop_record(&w, rec);
	} else if (rec) {
		rec->floor = floor;
	} else {
		if (!known)
			tcs_add(w.stats, TCS_BASELINE + TCS_FIN_WAIT2);
		/*
		 * Without one it would not be told from a TIME_WAIT when the
		 * peer's FIN comes.
		 */
		if (!adopt_mini(&w, tw, TCS_FIN_WAIT2, 0, floor))
			atomic_inc(&unrecorded);
	}
	tcs_event_end();
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
	struct where w;

	if (is_blind()) {
		*was = (struct tcs_record){};
		return TCS_REARM_NONE;
	}

	tcs_event_begin();
	w = where_is(twsk_net(tw));
	b = tcs_records_lock(&tw->__tw_common);
	rec = tcs_records_find(&b, &tw->__tw_common);
	if (rec) {
		*was = *rec;
		if (rec->state == TCS_FIN_WAIT2)
			ret = TCS_REARM_ENTERED;
		rec->state = TCS_TIME_WAIT;
		rec->since = ktime_get_ns();
	} else {
		*was = (struct tcs_record){ .state = TCS_FIN_WAIT2 };
		/*
		 * No FIN_WAIT2 is without a record, but those counted here:
		 * another CPU has taken it. Or the baseline will find it.
		 */
		if (was_fin_wait2)
			ret = atomic_add_unless(&unrecorded, -1, 0) ?
				TCS_REARM_ENTERED : TCS_REARM_NONE;
	}
	/* Before anybody else can find the record, and count the end of it. */
	if (ret == TCS_REARM_ENTERED && is_counting())
		tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
	tcs_records_unlock(&b);

	if (ret == TCS_REARM_AGAIN && is_counting())
		tcs_add(w.stats, TCS_TW_REARMED);
	tcs_event_end();
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
	const struct tcs_end how = { .ended = TCS_ENDED_ACTIVE_FIN };
	struct tcs_record before = *was;
	struct where w;
	u64 now;

	if (!is_counting())
		return;

	tcs_event_begin();
	w = where_is(twsk_net(tw));
	now = ktime_get_ns();

	tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	spend(&w, &before, now);
	end_connection(&w, &tw->__tw_common, tw->tw_sport, &before, how, now,
		       time_wait_ms);
	if (before.key && !time_wait_wants_record(&w, time_wait_ms)) {
		struct tcs_record *rec = tcs_records_take(before.key);

		/* Its timer may have been faster. */
		if (rec)
			drop_record(&w, rec);
	}
	tcs_event_end();
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

/*
 * Of one without a record: it was given the kernel's own length when it was last
 * started, unless histograms or length were switched meanwhile. What cannot be
 * is left out.
 */
static void spend_unrecorded(const struct where *w,
			     const struct inet_timewait_sock *tw)
{
	const long ticks = jiffies - (tw->tw_timer.expires - TCP_TIMEWAIT_LEN);

	if (w->durations && !w->tuned && ticks >= 0 &&
	    ticks <= TCP_TIMEWAIT_LEN + TCP_TIMEWAIT_LEN / 8)
		tcs_hist_add(w->stats, TCS_TIME_WAIT, jiffies_to_usecs(ticks));
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
	u64 now = 0;

	if (!is_counting() || is_blind())
		return;

	tcs_event_begin();
	w = where_is(twsk_net(tw));

	rec = tcs_records_take(&tw->__tw_common);
	if (rec) {
		now = ktime_get_ns();
		state = rec->state;
		spend(&w, rec, now);
	} else {
		state = tcs_closing_state(READ_ONCE(tw->tw_substate));
		if (state == TCS_TIME_WAIT)
			spend_unrecorded(&w, tw);
		else if (!in_baseline())
			atomic_add_unless(&unrecorded, -1, 0);
	}

	if (rec || !in_baseline()) {
		if (state == TCS_TIME_WAIT)
			tcs_add(w.stats, TCS_TW_ENDED + end_of_time_wait(by));
		else
			tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	}
	if (state == TCS_FIN_WAIT2)
		end_connection(&w, &tw->__tw_common, tw->tw_sport, rec,
			       end_of_fin_wait2(by), now, 0);
	if (rec)
		drop_record(&w, rec);
	tcs_event_end();
}

/**
 * tcs_conn_adopt() - count a socket that was closing before the module came
 * @key: the socket or mini-socket, in the kernel's hash, its bucket locked
 * @state: the closing state it is in
 * @stats: of its namespace
 * @fresh: an empty record
 *
 * Between tcs_conn_baseline_begin() and tcs_conn_baseline_end(). One that an
 * event was seen of is counted already and left alone.
 *
 * Return: whether @fresh was used.
 */
bool tcs_conn_adopt(const struct sock_common *key, enum tcs_state state,
		    struct tcs_stats __percpu *stats, struct tcs_record *fresh)
{
	struct tcs_bucket b;
	bool absent;

	if (is_blind() && key->skc_state == TCP_TIME_WAIT)
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
	}
	return absent;
}

/**
 * tcs_conn_counting() - start or stop counting
 * @on: whether
 *
 * Marks are taken all the time, so that none goes stale.
 */
void tcs_conn_counting(bool on)
{
	/* pairs with is_counting() */
	smp_store_release(&counting, on);
}

/**
 * tcs_conn_blind() - mini-sockets cannot be followed on this kernel
 *
 * What ends in FIN_WAIT2 without the peer's FIN is lost sight of, then, rather
 * than taken for something else.
 */
void tcs_conn_blind(void)
{
	WRITE_ONCE(blind, true);
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
	/* pairs with in_baseline() */
	smp_store_release(&baseline_running, false);
	return READ_ONCE(baseline_failed) ? -ENOMEM : 0;
}
