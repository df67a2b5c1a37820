// SPDX-License-Identifier: GPL-2.0
/* The steps that all events of a closing connection are made of, see event.h. */
#include "event.h"

#include <linux/overflow.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "recent.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * tcs_new_record() - a new record, detached, counted
 * @stats: of the connection's namespace
 *
 * Any context but NMI.
 *
 * Return: a record with no time known, or NULL, which is counted as well.
 */
struct tcs_record *tcs_new_record(struct tcs_stats __percpu *stats)
{
	struct tcs_record *rec = tcs_record_alloc(false);

	if (likely(rec)) {
		tcs_add(stats, TCS_RECORD_MADE);
		return rec;
	}
	tcs_add(stats, TCS_COUNT_RECORD_FAILURES);
	if (tcs_in_baseline())
		tcs_baseline_fail();
	return NULL;
}

/**
 * tcs_end_record() - release a record, counted
 * @stats: of the connection's namespace
 * @rec: a full socket's, or a detached one
 *
 * Any context but NMI.
 */
void tcs_end_record(struct tcs_stats __percpu *stats, struct tcs_record *rec)
{
	tcs_add(stats, TCS_RECORD_FREED);
	tcs_record_release(rec);
}

/**
 * tcs_adopt() - while the baseline runs, bring a full socket into the gauges
 * @tn: of its namespace
 * @key: the socket, locked by the kernel, without a record
 * @state: the state that it is in
 *
 * As the baseline itself would have done a moment later.
 *
 * Return: its record, or NULL where none could be allocated.
 */
struct tcs_record *tcs_adopt(const struct tcs_net *tn,
			     const struct sock_common *key, enum tcs_state state)
{
	struct tcs_record *rec = tcs_new_record(tn->stats);

	if (rec) {
		rec->state = state;
		if (!tcs_records_put_if_absent(rec, key)) {
			/* The baseline was faster. */
			tcs_end_record(tn->stats, rec);
			return tcs_records_get(key);
		}
	}
	tcs_add(tn->stats, TCS_BASELINE + state);
	return rec;
}

/*
 * Return: whether both times are known; between them 0 us where the clock went back.
 */
static inline bool time_between(u64 from, u64 to, u64 *us)
{
	if (unlikely(check_sub_overflow(to, from, us))) {
		*us = 0;
		return from != TCS_BEFORE;
	}
	return true;
}

static inline void account_state(const struct tcs_net *tn,
				 struct tcs_record *rec, enum tcs_state state,
				 u64 now, bool keep)
{
	u64 us;

	if (!time_between(rec->since, now, &us))
		return;
	*tcs_record_spent(rec, state) = us;
	if (likely(keep))
		tcs_hist_add(tn->stats, state, us);
}

static inline void account_close(const struct tcs_net *tn,
				 const struct tcs_record *rec, u64 now, bool keep)
{
	u64 us;

	if (time_between(rec->first, now, &us) && likely(keep))
		tcs_hist_add(tn->stats, TCS_HIST_CLOSE, us);
}

/**
 * tcs_account() - a record leaves its state: account the time that it spent there
 * @tn: of the connection's namespace
 * @rec: the record, the caller's or in a bucket that is locked
 * @state: the state, which is also in @rec
 * @now: us, CLOCK_MONOTONIC
 */
void tcs_account(const struct tcs_net *tn, struct tcs_record *rec,
		 enum tcs_state state, u64 now)
{
	account_state(tn, rec, state, now, READ_ONCE(tn->histograms));
}

/**
 * tcs_account_close() - a connection ends: account the time since its first FIN
 * @tn: of its namespace
 * @rec: its record
 * @now: us, CLOCK_MONOTONIC
 */
void tcs_account_close(const struct tcs_net *tn, const struct tcs_record *rec,
		       u64 now)
{
	account_close(tn, rec, now, READ_ONCE(tn->histograms));
}

/* Where the slot is taken, and while the baseline runs, which looks at chained records only. */
static noinline void begin_chained(const struct tcs_net *tn,
				   const struct sock_common *key,
				   enum tcs_state state, u64 now)
{
	struct tcs_record *rec = tcs_new_record(tn->stats);

	if (!rec)
		return;
	rec->state = state;
	rec->since = now;
	rec->first = now;
	tcs_records_put(rec, key);
}

static inline void begin(const struct tcs_net *tn, const struct sock_common *key,
			 enum tcs_state state, u64 now)
{
	struct tcs_record *rec = tcs_records_slot(key);

	if (tcs_in_baseline() || !tcs_records_claim(rec, key)) {
		begin_chained(tn, key, state, now);
		return;
	}
	tcs_add(tn->stats, TCS_RECORD_MADE);
	rec->state = state;
	rec->since = now;
	rec->first = now;
}

/**
 * tcs_record_begin() - the first FIN of a full socket
 * @tn: of its namespace
 * @sk: the socket, locked by the kernel, without a record
 * @new: TCP state that it enters: FIN_WAIT1 or CLOSE_WAIT
 *
 * close() and shutdown() have not read TCP's clock. Any context but NMI.
 */
void notrace tcs_record_begin(const struct tcs_net *tn, const struct sock *sk,
			      unsigned int new)
{
	if (new == TCP_FIN_WAIT1)
		begin(tn, &sk->__sk_common, TCS_FIN_WAIT1, tcs_now());
	else
		begin(tn, &sk->__sk_common, TCS_CLOSE_WAIT, tcs_now_of(sk));
}

static inline void move(const struct tcs_net *tn, struct tcs_record *rec,
			enum tcs_state from, enum tcs_state to, u64 now)
{
	account_state(tn, rec, from, now, READ_ONCE(tn->histograms));
	rec->state = to;
	rec->since = now;
}

/**
 * tcs_record_move() - a full socket goes from one closing state to the next
 * @tn: of its namespace
 * @sk: the socket, locked by the kernel
 * @rec: its record
 * @new: TCP state that it enters: FIN_WAIT2, CLOSING or LAST_ACK
 *
 * RFC 9293, figure 5: LAST_ACK comes after CLOSE_WAIT, the others after FIN_WAIT1.
 * Any context but NMI.
 */
void notrace tcs_record_move(const struct tcs_net *tn, const struct sock *sk,
			     struct tcs_record *rec, unsigned int new)
{
	if (new == TCP_LAST_ACK) {
		rec->before_fin = tcp_sk(sk)->write_seq;
		move(tn, rec, TCS_CLOSE_WAIT, TCS_LAST_ACK, tcs_now());
	} else {
		move(tn, rec, TCS_FIN_WAIT1, tcs_closing_state(new),
		     tcs_now_of(sk));
	}
}

/**
 * tcs_record_end() - a full socket's connection ends with a segment
 * @tn: of its namespace
 * @sk: the socket, locked by the kernel
 * @rec: its record
 * @state: the state that it leaves, which is also in @rec
 *
 * Accounts its durations and releases its record. Any context but NMI.
 */
void notrace tcs_record_end(const struct tcs_net *tn, const struct sock *sk,
			    struct tcs_record *rec, enum tcs_state state)
{
	const bool keep = READ_ONCE(tn->histograms);
	const u64 now = tcs_now_of(sk);

	account_state(tn, rec, state, now, keep);
	account_close(tn, rec, now, keep);
	tcs_add(tn->stats, TCS_RECORD_FREED);
	tcs_record_release(rec);
}

/**
 * tcs_end_traced() - the same, where the trace event is enabled
 * @tn: of its namespace
 * @sk: the socket, locked by the kernel, in the state that it leaves
 * @rec: its record, or NULL
 * @ended: how the connection ended: by both FINs
 * @time_wait_ms: the length given, 0 where there is no TIME_WAIT
 *
 * Any context but NMI.
 */
void notrace tcs_end_traced(const struct tcs_net *tn, const struct sock *sk,
			    struct tcs_record *rec, enum tcs_ended ended,
			    u32 time_wait_ms)
{
	const struct tcs_end how = { .ended = ended };
	const u64 now = tcs_now_of(sk);
	struct tcs_told told;

	tcs_details_end(sk, sk->sk_state, how, false, now, &told);
	if (rec) {
		const bool keep = READ_ONCE(tn->histograms);

		account_state(tn, rec, rec->state, now, keep);
		account_close(tn, rec, now, keep);
	}
	tcs_trace_end(&sk->__sk_common, inet_sk(sk)->inet_sport, rec, how,
		      time_wait_ms, &told);
	if (rec)
		tcs_end_record(tn->stats, rec);
}

/**
 * tcs_count_end() - count how a connection ended, in a cell that says no more than that
 * @tn: of its namespace
 * @end: how, not TCS_ENDED_NOT
 */
void tcs_count_end(const struct tcs_net *tn, struct tcs_end end)
{
	if (end.ended == TCS_ENDED_RST_SENT)
		tcs_add(tn->stats, TCS_RST + end.rst);
	else if (end.ended == TCS_ENDED_CONNECT_FAILED)
		tcs_add(tn->stats, TCS_CONNECT + end.connect);
	else
		tcs_add(tn->stats, TCS_ENDED + end.ended);
}

/**
 * tcs_addresses() - the two ends of a connection
 * @skc: the socket or timewait socket
 * @saddr: set to our address, IPv4 as ::ffff:a.b.c.d
 * @daddr: set to the peer's
 */
void tcs_addresses(const struct sock_common *skc, struct in6_addr *saddr,
		   struct in6_addr *daddr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (skc->skc_family == AF_INET6) {
		*saddr = skc->skc_v6_rcv_saddr;
		*daddr = skc->skc_v6_daddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(skc->skc_rcv_saddr, saddr);
	ipv6_addr_set_v4mapped(skc->skc_daddr, daddr);
}

/**
 * tcs_trace_end() - raise the trace event, where it is enabled
 * @skc: the socket or timewait socket
 * @sport: its port
 * @rec: its record, in the state that it leaves, or NULL
 * @end: how it ended
 * @time_wait_ms: the length given, 0 where there is no TIME_WAIT
 * @told: details, or NULL, where the event is not enabled
 */
void tcs_trace_end(const struct sock_common *skc, __be16 sport,
		   const struct tcs_record *rec, struct tcs_end end,
		   u32 time_wait_ms, const struct tcs_told *told)
{
	if (trace_tcp_close_enabled()) {
		const struct tcs_close c = {
			.skc = skc,
			.rec = rec,
			.told = told ?: &tcs_told_nothing,
			.end = end,
			.time_wait_ms = time_wait_ms,
			.sport = sport,
		};

		trace_tcp_close(&c);
	}
}

/**
 * tcs_end_connection() - a connection ended: one count, at most one duration, one event, and
 * a place among the latest where it was no good end
 * @tn: of its namespace
 * @skc: the socket or timewait socket
 * @sport: its port
 * @rec: its record, in the state that it leaves, or NULL
 * @end: how; with TCS_ENDED_NOT nothing is done
 * @now: us, CLOCK_MONOTONIC; ignored without @rec
 * @time_wait_ms: the length given, 0 where there is no TIME_WAIT
 * @told: details, or NULL, where nothing is known
 */
void tcs_end_connection(const struct tcs_net *tn, const struct sock_common *skc,
			__be16 sport, const struct tcs_record *rec,
			struct tcs_end end, u64 now, u32 time_wait_ms,
			const struct tcs_told *told)
{
	if (end.ended == TCS_ENDED_NOT)
		return;
	tcs_count_end(tn, end);
	if (rec)
		tcs_account_close(tn, rec, now);
	tcs_trace_end(skc, sport, rec, end, time_wait_ms, told);
	if (!told)
		told = &tcs_told_nothing;
	if (tcs_recent_wants(end) || tcs_recent_unanswered(end, told))
		tcs_recent_add(tn, skc, sport, end, told);
}
