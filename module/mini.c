// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a mini-socket, see mini.h. */
#include "mini.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "event.h"
#include "marks.h"
#include "policy.h"
#include "records.h"

/*
 * FIN_WAIT2 mini-sockets whose record could not be allocated. Any other has a
 * record until it leaves FIN_WAIT2: one without has left already, on another
 * CPU.
 */
static atomic_t unrecorded = ATOMIC_INIT(0);

/*
 * A TIME_WAIT of the kernel's own length needs no record: its timer tells when
 * it began. There may be hundreds of thousands of them.
 */
static __always_inline bool wants_record(const struct tcs_where *w,
					 u32 time_wait_ms)
{
	return (w->durations && time_wait_ms != TCS_KERNEL_TIME_WAIT_MS) ||
	       tcs_in_baseline();
}

/* A mini-socket that has no record gets one. */
static noinline bool adopt(struct tcs_where w,
			   const struct inet_timewait_sock *tw,
			   enum tcs_state state, u64 since, u32 floor)
{
	struct tcs_record *rec = tcs_new_record(w.stats);

	if (!rec)
		return false;
	rec->state = state;
	rec->since = since;
	rec->floor = floor;
	tcs_records_put(rec, &tw->__tw_common);
	return true;
}

/*
 * The socket's record becomes the mini-socket's. A bucket's own has to be free for
 * the next socket.
 *
 * Return: whether the mini-socket has a record.
 */
static noinline bool hand_over(struct tcs_where w, struct tcs_record *rec,
			       const struct inet_timewait_sock *tw)
{
	const struct sock_common *key = &tw->__tw_common;
	struct tcs_record *fresh;
	struct tcs_bucket b;

	if (rec->listed) {
		b = tcs_records_lock(key);
		rec->key = key;
		tcs_records_unlock(&b);
		return true;
	}

	fresh = tcs_new_record(w.stats);
	if (fresh) {
		fresh->first = rec->first;
		fresh->since = rec->since;
		fresh->spent_us[0] = rec->spent_us[0];
		fresh->spent_us[1] = rec->spent_us[1];
		fresh->floor = rec->floor;
		fresh->state = rec->state;
		tcs_records_put(fresh, key);
	}
	tcs_end_record(w.stats, rec);
	return fresh;
}

/*
 * The socket's record, when TIME_WAIT begins: becomes the mini-socket's where
 * that has need of one.
 */
static noinline void end_or_hand_over(struct tcs_where w, const struct sock *sk,
				      const struct inet_timewait_sock *tw,
				      struct tcs_record *rec, u32 time_wait_ms)
{
	if (tcs_is_blind() || !wants_record(&w, time_wait_ms)) {
		tcs_end_record(w.stats, rec);
		return;
	}
	rec->state = TCS_TIME_WAIT;
	rec->since = tcp_sk(sk)->tcp_clock_cache;
	rec->floor = tcs_floor(sk);
	hand_over(w, rec, tw);
}

/* FIN_WAIT2 or CLOSING, a full socket, to TIME_WAIT. */
static __always_inline void begin_time_wait(struct tcs_where w,
					    const struct sock *sk,
					    const struct inet_timewait_sock *tw,
					    struct tcs_record *rec,
					    u32 time_wait_ms)
{
	const enum tcs_state from = tcs_closing_state(sk->sk_state);
	/* A segment brought it about, see time_of() in conn.c. */
	const u64 now = tcp_sk(sk)->tcp_clock_cache;
	const struct tcs_end how = {
		.ended = from == TCS_CLOSING ? TCS_ENDED_SIMULTANEOUS_FIN :
					       TCS_ENDED_ACTIVE_FIN,
	};

	if (!tcs_is_blind())
		tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
	if (rec)
		tcs_spend(&w, rec, from, now);
	/* While the baseline runs, one without a record is not in the gauges. */
	if (rec || !tcs_in_baseline())
		tcs_add(w.stats, TCS_LEFT + from);
	tcs_end_connection(&w, &sk->__sk_common, inet_sk(sk)->inet_sport, rec,
			   how, now, time_wait_ms);
	if (rec)
		end_or_hand_over(w, sk, tw, rec, time_wait_ms);
	else if (tcs_in_baseline() && !tcs_is_blind())
		adopt(w, tw, TCS_TIME_WAIT, now, tcs_floor(sk));
}

/* With a record: what that takes stays out of the way of those without. */
static noinline void begin_time_wait_recorded(struct tcs_where w,
					      const struct sock *sk,
					      const struct inet_timewait_sock *tw,
					      struct tcs_record *rec,
					      u32 time_wait_ms)
{
	begin_time_wait(w, sk, tw, rec, time_wait_ms);
}

/* FIN_WAIT2, a full socket, goes on in FIN_WAIT2. */
static noinline void begin_fin_wait2(struct tcs_where w,
				     const struct sock *sk,
				     const struct inet_timewait_sock *tw,
				     struct tcs_record *rec)
{
	const bool known = rec || !tcs_in_baseline();

	if (tcs_is_blind()) {
		if (known)
			tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
		if (rec)
			tcs_end_record(w.stats, rec);
		return;
	}
	if (!known)
		tcs_add(w.stats, TCS_BASELINE + TCS_FIN_WAIT2);
	/*
	 * Without one it would not be told from a TIME_WAIT when the peer's FIN
	 * comes.
	 */
	if (rec) {
		rec->floor = tcs_floor(sk);
		if (hand_over(w, rec, tw))
			return;
	} else if (adopt(w, tw, TCS_FIN_WAIT2, 0, tcs_floor(sk))) {
		return;
	}
	atomic_inc(&unrecorded);
}

/**
 * tcs_mini_begin() - a full socket goes on as a mini-socket
 * @sk: the socket, locked by the kernel, in FIN_WAIT2 or CLOSING
 * @tw: its mini-socket, which nobody else can see yet
 * @time_wait_ms: the length given, where @tw is in TIME_WAIT
 *
 * tcp_time_wait() (net/ipv4/tcp_minisocks.c) calls tcp_done() for @sk next; that
 * change to CLOSE is taken care of here already.
 *
 * Any context but NMI.
 */
void tcs_mini_begin(const struct sock *sk, const struct inet_timewait_sock *tw,
		    u32 time_wait_ms)
{
	struct tcs_record *rec;
	struct tcs_where w;

	tcs_mark(sk, TCS_MARK_MOVED);
	if (!tcs_is_counting())
		return;

	tcs_assert_atomic();
	w = tcs_where(sock_net(sk));
	rec = tcs_records_get(&sk->__sk_common);
	if (tw->tw_substate != TCP_TIME_WAIT)
		begin_fin_wait2(w, sk, tw, rec);
	else if (rec)
		begin_time_wait_recorded(w, sk, tw, rec, time_wait_ms);
	else
		begin_time_wait(w, sk, tw, NULL, time_wait_ms);
}

/**
 * tcs_mini_rearm() - a mini-socket's timer is set anew
 * @tw: the mini-socket, in TIME_WAIT by now, maybe on several CPUs at once
 * @was_fin_wait2: it was in FIN_WAIT2 when the segment came
 * @was: set to its record as it was before, @key NULL where it has none
 *
 * Softirq. Decides for one of several segments that come at once.
 *
 * Return: what this means.
 */
enum tcs_rearm tcs_mini_rearm(struct inet_timewait_sock *tw,
			      bool was_fin_wait2, struct tcs_record *was)
{
	enum tcs_rearm ret = TCS_REARM_AGAIN;
	struct tcs_record *rec;
	struct tcs_bucket b;
	struct tcs_where w;

	if (tcs_is_blind()) {
		*was = (struct tcs_record){};
		return TCS_REARM_NONE;
	}

	tcs_assert_atomic();
	w = tcs_where(twsk_net(tw));
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
	if (ret == TCS_REARM_ENTERED && tcs_is_counting())
		tcs_add(w.stats, TCS_ENTERED + TCS_TIME_WAIT);
	tcs_records_unlock(&b);

	if (ret == TCS_REARM_AGAIN && tcs_is_counting())
		tcs_add(w.stats, TCS_TW_REARMED);
	return ret;
}

/**
 * tcs_mini_entered() - a FIN_WAIT2 mini-socket enters TIME_WAIT
 * @tw: the mini-socket
 * @was: its record before, of tcs_mini_rearm() for TCS_REARM_ENTERED
 * @time_wait_ms: the length given
 *
 * Softirq.
 */
void tcs_mini_entered(struct inet_timewait_sock *tw,
		      const struct tcs_record *was, u32 time_wait_ms)
{
	const struct tcs_end how = { .ended = TCS_ENDED_ACTIVE_FIN };
	struct tcs_record before = *was;
	struct tcs_where w;
	u64 now;

	if (!tcs_is_counting())
		return;

	tcs_assert_atomic();
	w = tcs_where(twsk_net(tw));
	now = ktime_get_ns();

	tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	tcs_spend(&w, &before, TCS_FIN_WAIT2, now);
	tcs_end_connection(&w, &tw->__tw_common, tw->tw_sport, &before, how,
			   now, time_wait_ms);
	if (before.key && !wants_record(&w, time_wait_ms)) {
		struct tcs_record *rec = tcs_records_take(before.key);

		/* Its timer may have been faster. */
		if (rec)
			tcs_drop_record(w.stats, rec);
	}
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

static bool is_tuned(const struct net *net)
{
	const struct tcs_net *tn = tcs_live_net(net);

	return tn && READ_ONCE(tn->time_wait_ms) != TCS_KERNEL_TIME_WAIT_MS;
}

/*
 * Of one without a record: it was given the kernel's own length when it was last
 * started, unless histograms or length were switched meanwhile. What cannot be
 * is left out.
 */
static void spend_unrecorded(const struct tcs_where *w,
			     const struct inet_timewait_sock *tw)
{
	const long ticks = jiffies - (tw->tw_timer.expires - TCP_TIMEWAIT_LEN);

	if (w->durations && !is_tuned(twsk_net(tw)) && ticks >= 0 &&
	    ticks <= TCP_TIMEWAIT_LEN + TCP_TIMEWAIT_LEN / 8)
		tcs_hist_add(w->stats, TCS_TIME_WAIT, jiffies_to_usecs(ticks));
}

/**
 * tcs_mini_end() - a mini-socket ends
 * @tw: the mini-socket, in TIME_WAIT or FIN_WAIT2
 * @by: what ended it
 *
 * Any context but NMI, once for each mini-socket. Its namespace may be dying.
 */
void tcs_mini_end(struct inet_timewait_sock *tw, enum tcs_killer by)
{
	struct tcs_record *rec;
	enum tcs_state state;
	struct tcs_where w;
	u64 now = 0;

	if (!tcs_is_counting() || tcs_is_blind())
		return;

	tcs_assert_atomic();
	w = tcs_where(twsk_net(tw));

	rec = tcs_records_take(&tw->__tw_common);
	if (rec) {
		now = ktime_get_ns();
		state = rec->state;
		tcs_spend(&w, rec, state, now);
	} else {
		state = tcs_closing_state(READ_ONCE(tw->tw_substate));
		if (state == TCS_TIME_WAIT)
			spend_unrecorded(&w, tw);
		else if (!tcs_in_baseline())
			atomic_add_unless(&unrecorded, -1, 0);
	}

	if (rec || !tcs_in_baseline()) {
		if (state == TCS_TIME_WAIT)
			tcs_add(w.stats, TCS_TW_ENDED + end_of_time_wait(by));
		else
			tcs_add(w.stats, TCS_LEFT + TCS_FIN_WAIT2);
	}
	if (state == TCS_FIN_WAIT2)
		tcs_end_connection(&w, &tw->__tw_common, tw->tw_sport, rec,
				   end_of_fin_wait2(by), now, 0);
	if (rec)
		tcs_drop_record(w.stats, rec);
}
