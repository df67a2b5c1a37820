// SPDX-License-Identifier: GPL-2.0
/* The closing of a connection that has a timewait socket, see twsk.h. */
#include "twsk.h"

#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "event.h"
#include "handoff.h"
#include "idle.h"
#include "policy.h"
#include "records.h"

/*
 * FIN_WAIT2 timewait sockets whose record could not be allocated. Any other has a
 * record until it leaves FIN_WAIT2: one without has left already, on another
 * CPU.
 */
static atomic_t unrecorded = ATOMIC_INIT(0);

/* The kernel's own length may be another than TCP_TIMEWAIT_LEN, and change. */
static DEFINE_STATIC_KEY_FALSE(other_lengths_key);

/**
 * tcs_twsk_other_lengths() - this kernel may have TIME_WAITs of any length by itself
 *
 * Process context, sleeps. Before anything is hooked.
 */
void tcs_twsk_other_lengths(void)
{
	static_branch_enable(&other_lengths_key);
}

/*
 * A TIME_WAIT of TCP_TIMEWAIT_LEN needs no record in a namespace that has no other: its
 * timer tells when it began. There may be hundreds of thousands of them.
 */
static bool wants_record(const struct tcs_net *tn, u32 time_wait_ms)
{
	if (tcs_in_baseline())
		return true;
	/* The guard may have given the kernel's own length in a tuned namespace. */
	return (static_branch_unlikely(&other_lengths_key) ||
		time_wait_ms != TCS_KERNEL_TIME_WAIT_MS ||
		READ_ONCE(tn->time_wait_ms) != TCS_KERNEL_TIME_WAIT_MS) &&
	       READ_ONCE(tn->histograms);
}

/* A timewait socket that has no record gets one. */
static bool adopt(const struct tcs_net *tn, const struct inet_timewait_sock *tw,
		  enum tcs_state state, u64 since, u32 floor)
{
	struct tcs_record *rec = tcs_new_record(tn->stats);

	if (!rec)
		return false;
	rec->state = state;
	rec->since = since;
	rec->floor = floor;
	tcs_records_put(rec, &tw->__tw_common);
	return true;
}

/*
 * The socket's record becomes the timewait socket's, which is always a chained one: the
 * slot has to be free for the next socket.
 *
 * Return: whether the timewait socket has a record.
 */
static bool hand_over(const struct tcs_net *tn, struct tcs_record *rec,
		      const struct inet_timewait_sock *tw)
{
	struct tcs_record *to;

	if (rec->chained) {
		to = tcs_records_detach(rec->key);
	} else {
		to = tcs_new_record(tn->stats);
		if (to) {
			to->first = rec->first;
			to->since = rec->since;
			to->spent_us[0] = rec->spent_us[0];
			to->spent_us[1] = rec->spent_us[1];
			to->floor = rec->floor;
			to->state = rec->state;
		}
		tcs_end_record(tn->stats, rec);
	}
	if (to)
		tcs_records_put(to, &tw->__tw_common);
	return to;
}

/* The cell that stands for the entry into a TIME_WAIT which nobody but the kernel chose. */
#define KERNELS_OWN	0

/* KERNELS_OWN, or the cell for the entry into one of that length. */
static unsigned int cell_of(struct tcs_length len)
{
	if (len.guarded)
		return TCS_COUNT_TIME_WAIT_GUARDED;
	return len.tuned ? TCS_COUNT_TIME_WAIT_STARTED_TUNED : KERNELS_OWN;
}

/* The cells of a TIME_WAIT that begins with a full socket in state @from. */
static void count_begun(const struct tcs_net *tn, enum tcs_state from,
			struct tcs_end how, struct tcs_length len)
{
	const unsigned int entered = cell_of(len);

	if (!tcs_twsk_is_untracked() && entered == KERNELS_OWN) {
		tcs_add(tn->stats, from == TCS_CLOSING ?
				   TCS_CLOSING_TO_TIME_WAIT :
				   TCS_FIN_WAIT2_TO_TIME_WAIT);
		return;
	}
	if (!tcs_twsk_is_untracked())
		tcs_add(tn->stats, entered);
	tcs_add(tn->stats, TCS_LEFT + from);
	tcs_count_end(tn, how);
}

/* The cell of a TIME_WAIT that begins with a timewait socket in FIN_WAIT2. */
static void count_entered(const struct tcs_net *tn, struct tcs_length len)
{
	const unsigned int entered = cell_of(len);

	if (entered == KERNELS_OWN)
		tcs_entered(tn->stats, TCP_TIME_WAIT);
	else
		tcs_add(tn->stats, entered);
}

/* FIN_WAIT2 or CLOSING, a full socket, to TIME_WAIT. */
static void begin_time_wait(const struct tcs_net *tn, const struct sock *sk,
			    const struct inet_timewait_sock *tw,
			    struct tcs_length len)
{
	const enum tcs_state from = tcs_closing_state(sk->sk_state);
	const struct tcs_end how = {
		.ended = from == TCS_CLOSING ? TCS_ENDED_SIMULTANEOUS_FIN :
					       TCS_ENDED_ACTIVE_FIN,
	};
	const bool keep = wants_record(tn, len.ms) &&
			  !tcs_twsk_is_untracked();
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);
	/* While the baseline runs, one without a record is not in the gauges. */
	const bool absent = !rec && tcs_in_baseline();
	struct tcs_told told, *tell = NULL;

	if (tcs_details_are_on()) {
		tell = &told;
		tcs_details_end(sk, sk->sk_state, how, false, tcs_now_of(sk),
				tell);
	}
	if (absent)
		tcs_add(tn->stats, TCS_BASELINE + from);
	count_begun(tn, from, how, len);
	if (rec) {
		tcs_account(tn, rec, from, tcs_now_of(sk));
		tcs_account_close(tn, rec, tcs_now_of(sk));
	}
	tcs_trace_end(&sk->__sk_common, inet_sk(sk)->inet_sport, rec, how,
		      len.ms, tell);
	if (rec && keep) {
		rec->state = TCS_TIME_WAIT;
		rec->since = tcs_now_of(sk);
		rec->floor = tcs_floor(sk);
		hand_over(tn, rec, tw);
	} else if (rec) {
		tcs_end_record(tn->stats, rec);
	} else if (absent && keep) {
		adopt(tn, tw, TCS_TIME_WAIT, tcs_now_of(sk), tcs_floor(sk));
	}
}

/* FIN_WAIT2, a full socket, to a timewait socket in FIN_WAIT2. */
static void begin_fin_wait2(const struct tcs_net *tn, const struct sock *sk,
			    const struct inet_timewait_sock *tw)
{
	struct tcs_record *rec = tcs_records_get(&sk->__sk_common);
	const bool known = rec || !tcs_in_baseline();

	if (tcs_twsk_is_untracked()) {
		tcs_details_forget(&sk->__sk_common);
		if (known)
			tcs_add(tn->stats, TCS_LEFT + TCS_FIN_WAIT2);
		if (rec)
			tcs_end_record(tn->stats, rec);
		return;
	}
	if (tcs_details_are_on())
		tcs_details_move(sk, &tw->__tw_common);
	if (!known)
		tcs_add(tn->stats, TCS_BASELINE + TCS_FIN_WAIT2);
	/*
	 * Without a record it could not be told from a TIME_WAIT when the peer's FIN
	 * comes.
	 */
	if (rec) {
		rec->floor = tcs_floor(sk);
		if (rec->first != TCS_BEFORE)
			*tcs_record_spent(rec, TCS_FIN_WAIT2) =
				tcs_idle_before(sk, rec->first, tcs_now_of(sk));
		if (hand_over(tn, rec, tw))
			return;
	} else if (adopt(tn, tw, TCS_FIN_WAIT2, TCS_BEFORE, tcs_floor(sk))) {
		return;
	}
	atomic_inc(&unrecorded);
}

/**
 * tcs_twsk_begin() - a full socket becomes a timewait socket: the slow path
 * @sk: the socket, locked by the kernel, in FIN_WAIT2 or CLOSING
 * @tw: its timewait socket, which nobody else can see yet
 * @len: the length given, where @tw is in TIME_WAIT
 *
 * tcp_time_wait() (net/ipv4/tcp_minisocks.c) calls tcp_done() for @sk next; that
 * change to CLOSE is taken care of here already. See tcs_fast_time_wait().
 *
 * Any context but NMI, preemption off.
 */
void tcs_twsk_begin(const struct sock *sk, const struct inet_timewait_sock *tw,
		    struct tcs_length len)
{
	const struct tcs_net *tn;

	if (!tcs_note_leave(sk, TCS_NOTE_MOVED))
		tcs_note_leave_anywhere(sk, TCS_NOTE_MOVED);
	if (!tcs_is_counting()) {
		tcs_details_forget(&sk->__sk_common);
		return;
	}
	tcs_assert_atomic();
	tn = tcs_net_of(sock_net(sk));
	if (tw->tw_substate == TCP_TIME_WAIT)
		begin_time_wait(tn, sk, tw, len);
	else
		begin_fin_wait2(tn, sk, tw);
}

/*
 * tcp_timewait_state_process() has made it a TIME_WAIT before its timer is set anew, and the
 * baseline came by in between: nobody has seen it enter yet.
 */
static bool is_adopted_too_late(const struct tcs_record *rec)
{
	return rec->state == TCS_TIME_WAIT && rec->since == TCS_BEFORE;
}

/**
 * tcs_twsk_rearm() - a timewait socket's timer is set anew
 * @tw: the timewait socket, in TIME_WAIT by now, maybe on several CPUs at once
 * @was_fin_wait2: it was in FIN_WAIT2 when the segment came
 * @was: set to its record as it was before, @key NULL where it has none
 * @length: tells the length, should TIME_WAIT begin; NULL: all have the kernel's own
 * @arg: argument of @length
 *
 * Softirq. Decides for one of several segments that come at once.
 *
 * Return: the meaning of this.
 */
enum tcs_rearm tcs_twsk_rearm(struct inet_timewait_sock *tw,
			      bool was_fin_wait2, struct tcs_record *was,
			      tcs_length_fn *length, const void *arg)
{
	enum tcs_rearm ret = TCS_REARM_AGAIN;
	struct tcs_record *rec, *spare = NULL;
	struct tcs_bucket b;
	const struct tcs_net *tn;

	if (tcs_twsk_is_untracked()) {
		*was = (struct tcs_record)TCS_NEW_RECORD;
		return was_fin_wait2 ? TCS_REARM_BEGUN : TCS_REARM_AGAIN;
	}

	tcs_assert_atomic();
	tn = tcs_net_of(twsk_net(tw));
	if (was_fin_wait2 && tcs_in_baseline() && tcs_is_counting())
		spare = tcs_new_record(tn->stats);
	b = tcs_records_lock(&tw->__tw_common);
	rec = tcs_records_find(&b, &tw->__tw_common);
	if (!rec && spare) {
		/* The baseline has not come by yet. */
		rec = spare;
		spare = NULL;
		rec->state = TCS_FIN_WAIT2;
		tcs_records_add(&b, rec, &tw->__tw_common);
		tcs_add(tn->stats, TCS_BASELINE + TCS_FIN_WAIT2);
	} else if (rec && was_fin_wait2 && is_adopted_too_late(rec)) {
		rec->state = TCS_FIN_WAIT2;
		tcs_add(tn->stats, TCS_BASELINE + TCS_FIN_WAIT2);
		tcs_take_back(tn->stats, TCS_BASELINE + TCS_TIME_WAIT);
	}
	if (rec) {
		*was = *rec;
		if (rec->state == TCS_FIN_WAIT2)
			ret = TCS_REARM_ENTERED;
		rec->state = TCS_TIME_WAIT;
		rec->since = tcs_now();
	} else {
		*was = (struct tcs_record)TCS_NEW_RECORD;
		/*
		 * No FIN_WAIT2 is without a record, but those counted here:
		 * another CPU has taken it. Or nothing is counted yet.
		 */
		if (was_fin_wait2)
			ret = atomic_add_unless(&unrecorded, -1, 0) ?
				TCS_REARM_ENTERED : TCS_REARM_NONE;
	}
	/* Before anybody else can find the record, and count the end of it. */
	if (ret == TCS_REARM_ENTERED && tcs_is_counting())
		count_entered(tn, length ? length(tw, was, arg) :
				  (struct tcs_length){});
	tcs_records_unlock(&b);
	if (spare)
		tcs_end_record(tn->stats, spare);

	if (ret == TCS_REARM_AGAIN && tcs_is_counting())
		tcs_add(tn->stats, TCS_COUNT_TIME_WAIT_REARMED);
	return ret;
}

/**
 * tcs_twsk_entered() - a FIN_WAIT2 timewait socket enters TIME_WAIT
 * @tw: the timewait socket
 * @was: its record before, of tcs_twsk_rearm() for TCS_REARM_ENTERED
 * @time_wait_ms: the length given
 *
 * Softirq.
 */
void tcs_twsk_entered(struct inet_timewait_sock *tw,
		      const struct tcs_record *was, u32 time_wait_ms)
{
	const struct tcs_end how = { .ended = TCS_ENDED_ACTIVE_FIN };
	struct tcs_record before = *was;
	struct tcs_told told, *tell = NULL;
	const struct tcs_net *tn;
	const u64 now = tcs_now();

	if (tcs_details_are_on()) {
		tell = &told;
		tcs_details_take(&tw->__tw_common, now, tell);
	}
	if (!tcs_is_counting())
		return;

	tcs_assert_atomic();
	tn = tcs_net_of(twsk_net(tw));

	tcs_add(tn->stats, TCS_LEFT + TCS_FIN_WAIT2);
	tcs_account(tn, &before, TCS_FIN_WAIT2, now);
	tcs_end_connection(tn, &tw->__tw_common, tw->tw_sport, &before, how,
			   now, time_wait_ms, tell);
	if (before.key && !wants_record(tn, time_wait_ms)) {
		struct tcs_record *rec = tcs_records_detach(before.key);

		/* Its timer may have been faster. */
		if (rec)
			tcs_end_record(tn->stats, rec);
	}
}

static struct tcs_end end_of_fin_wait2(enum tcs_ended_by by)
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
	case TCS_BY_SYN:
		/* TCP_TW_RST as well: the peer has lost the connection, and begins another */
		end.ended = TCS_ENDED_RST_SENT;
		end.rst = TCS_RST_OTHER;
		break;
	case TCS_BY_CONNECT:
	case TCS_BY_HAND:
		break;
	}
	return end;
}

/* Until FIN_WAIT2 is accounted, the record says how long it was idle (begin_fin_wait2()). */
static s64 idle_of(const struct tcs_record *rec)
{
	if (rec->state != TCS_FIN_WAIT2 || rec->first == TCS_BEFORE)
		return TCS_UNKNOWN;
	return rec->spent_us[1];
}

static void end_fin_wait2(const struct tcs_net *tn,
			  const struct inet_timewait_sock *tw,
			  const struct tcs_record *rec, enum tcs_ended_by by,
			  u64 now, s64 idle)
{
	struct tcs_told told = tcs_told_nothing;

	if (tcs_details_are_on())
		tcs_details_take(&tw->__tw_common, rec ? now : tcs_now(), &told);
	else
		told.idle_us = idle;
	tcs_end_connection(tn, &tw->__tw_common, tw->tw_sport, rec,
			   end_of_fin_wait2(by), now, 0, &told);
}

static enum tcs_tw_end end_of_time_wait(enum tcs_ended_by by)
{
	switch (by) {
	case TCS_BY_TIMER:
		return TCS_TW_EXPIRED;
	case TCS_BY_SEGMENT:
		return TCS_TW_RESET;
	case TCS_BY_RECEIVE:
	case TCS_BY_SYN:
	case TCS_BY_CONNECT:
		return TCS_TW_REUSED;
	default:
		return TCS_TW_PURGED;
	}
}

/*
 * Of one without a record: it was given the kernel's own length when it was last
 * started, unless histograms or length were switched meanwhile. Impossible times are
 * left out.
 */
static void account_unrecorded(const struct tcs_net *tn,
			       const struct inet_timewait_sock *tw)
{
	const long ticks = jiffies - (tw->tw_timer.expires - TCP_TIMEWAIT_LEN);

	if (!static_branch_unlikely(&other_lengths_key) &&
	    READ_ONCE(tn->histograms) &&
	    READ_ONCE(tn->time_wait_ms) == TCS_KERNEL_TIME_WAIT_MS &&
	    ticks >= 0 && ticks <= TCP_TIMEWAIT_LEN + TCP_TIMEWAIT_LEN / 8)
		tcs_hist_add(tn->stats, TCS_TIME_WAIT, jiffies_to_usecs(ticks));
}

/**
 * tcs_twsk_end() - a timewait socket ends
 * @tw: the timewait socket, in TIME_WAIT or FIN_WAIT2
 * @by: what ended it
 *
 * Any context but NMI, once for each timewait socket. Its namespace may be dying.
 */
void tcs_twsk_end(struct inet_timewait_sock *tw, enum tcs_ended_by by)
{
	struct tcs_record *rec;
	enum tcs_state state;
	const struct tcs_net *tn;
	s64 idle = TCS_UNKNOWN;
	u64 now = 0;

	if (!tcs_is_counting() || tcs_twsk_is_untracked())
		return;

	tcs_assert_atomic();
	tn = tcs_net_of(twsk_net(tw));

	rec = tcs_records_detach(&tw->__tw_common);
	if (rec) {
		now = tcs_now();
		state = rec->state;
		idle = idle_of(rec);
		tcs_account(tn, rec, state, now);
	} else {
		state = tcs_closing_state(READ_ONCE(tw->tw_substate));
		if (state == TCS_TIME_WAIT)
			account_unrecorded(tn, tw);
		else if (!tcs_in_baseline())
			atomic_add_unless(&unrecorded, -1, 0);
	}

	if (rec || !tcs_in_baseline()) {
		if (state == TCS_TIME_WAIT)
			tcs_add(tn->stats, TCS_TW_ENDED + end_of_time_wait(by));
		else
			tcs_add(tn->stats, TCS_LEFT + TCS_FIN_WAIT2);
	}
	/* Without the peer's FIN. */
	if (state == TCS_FIN_WAIT2)
		end_fin_wait2(tn, tw, rec, by, now, idle);
	if (rec)
		tcs_end_record(tn->stats, rec);
}
