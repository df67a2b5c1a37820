// SPDX-License-Identifier: GPL-2.0
/* Ages of closing sockets, see ages.h. */
#include "ages.h"

#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <net/inet_sock.h>
#include <net/tcp_states.h>

#include "compat/inet_twsk.h"
#include "event.h"
#include "records.h"

static void take(struct tcs_age_line *line, const struct tcs_record *rec)
{
	line->first = READ_ONCE(rec->first);
	line->since = READ_ONCE(rec->since);
	line->state = READ_ONCE(rec->state);
}

/*
 * The slot of a full socket is written under the socket's lock, which nobody holds here. A
 * change of state writes the state last, which is loaded with acquire semantics: a slot with
 * this key is filled. One that changes right now may be read half before and half after,
 * which is off by no more than the time between its states.
 */
static bool take_slot(struct tcs_age_line *line, const struct sock_common *key)
{
	const struct tcs_record *rec = tcs_records_slot(key);

	if (!tcs_records_is(rec, key))
		return false;
	take(line, rec);
	/* It may have been handed on meanwhile. */
	smp_rmb();
	return tcs_records_is(rec, key);
}

static bool take_chained(struct tcs_age_line *line,
			 const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	const struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec)
		take(line, rec);
	tcs_records_unlock(&b);
	return rec;
}

static bool take_age(struct tcs_age_line *line, const struct sock *sk)
{
	const struct sock_common *key = &sk->__sk_common;
	const int state = inet_sk_state_load(sk);

	if (state != TCP_TIME_WAIT &&
	    tcs_closing_state(state) == TCS_NOT_CLOSING)
		return false;
	if (state != TCP_TIME_WAIT && take_slot(line, key))
		return true;
	return tcs_records_more(tcs_records_slot(key)) && take_chained(line, key);
}

/* Milliseconds since then, -1 where that is not known. */
static s64 ms_since(u64 then, u64 now)
{
	if (then == TCS_BEFORE)
		return -1;
	return now > then ? div_u64(now - then, USEC_PER_MSEC) : 0;
}

static const char * const state_names[] = {
#define X(id, name, text) [TCS_##id] = #name,
	TCS_STATES(X)
#undef X
};

/* RFC 9293, figure 5. */
static const char *closed_first(enum tcs_state state)
{
	switch (state) {
	case TCS_CLOSE_WAIT:
	case TCS_LAST_ACK:
		return "passive";
	case TCS_CLOSING:
		return "simultaneous";
	default:
		return "active";
	}
}

static __be16 sport_of(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_sport :
					       inet_sk(sk)->inet_sport;
}

static void take_endpoints(struct tcs_age_line *line, const struct sock *sk)
{
	tcs_addresses(&sk->__sk_common, &line->saddr, &line->daddr);
	line->sport = sport_of(sk);
	line->dport = sk->sk_dport;
}

/*
 * As many as there is room for of those behind the first iter->taken of the chain, which are
 * passed over without a look at their records. Between two such looks some may have come or gone
 * (inet_diag_dump_icsk() does so, too).
 */
static void take_chain(struct tcs_ages_iter *iter, struct net *net)
{
	struct inet_hashinfo *hashinfo = tcs_death_row(net)->hashinfo;
	spinlock_t *lock = inet_ehash_lockp(hashinfo, iter->slot);
	const struct hlist_nulls_node *node;
	unsigned int seen = 0;
	struct sock *sk;

	spin_lock_bh(lock);
	iter->now = tcs_now();
	sk_nulls_for_each(sk, node, &hashinfo->ehash[iter->slot].chain) {
		struct tcs_age_line *line = &iter->lines[iter->n];

		/* DCCP has a hash of its own; MPTCP's own sockets are in none. */
		if (seen++ < iter->taken || !net_eq(sock_net(sk), net) ||
		    !take_age(line, sk))
			continue;
		take_endpoints(line, sk);
		if (++iter->n == TCS_AGES_AT_ONCE)
			break;
	}
	spin_unlock_bh(lock);
	iter->taken = seen;
}

/* False: no chain has more. */
static bool take_more(struct tcs_ages_iter *iter, struct net *net)
{
	const struct inet_hashinfo *hashinfo = tcs_death_row(net)->hashinfo;

	while (iter->slot <= hashinfo->ehash_mask) {
		if (!(iter->slot % 1024))
			cond_resched();
		iter->n = 0;
		iter->at = 0;
		if (!hlist_nulls_empty(&hashinfo->ehash[iter->slot].chain))
			take_chain(iter, net);
		if (iter->n < TCS_AGES_AT_ONCE) {
			iter->slot++;
			iter->taken = 0;
		}
		if (iter->n)
			return true;
	}
	return false;
}

/**
 * tcs_ages_first() - begin with the first socket that has a record
 * @iter: set
 * @net: of this namespace, which cannot go away meanwhile
 *
 * Process context, may sleep.
 *
 * Return: false: there is none.
 */
bool tcs_ages_first(struct tcs_ages_iter *iter, struct net *net)
{
	iter->slot = 0;
	iter->taken = 0;
	return take_more(iter, net);
}

/**
 * tcs_ages_next() - go on to the next socket that has a record
 * @iter: of tcs_ages_first()
 * @net: of the same namespace
 *
 * Process context, may sleep.
 *
 * Return: false: there is none.
 */
bool tcs_ages_next(struct tcs_ages_iter *iter, struct net *net)
{
	return ++iter->at < iter->n || take_more(iter, net);
}

/**
 * tcs_ages_show() - write the line of a socket
 * @seq: where
 * @iter: at this one
 *
 * Process context.
 */
void tcs_ages_show(struct seq_file *seq, const struct tcs_ages_iter *iter)
{
	const struct tcs_age_line *line = &iter->lines[iter->at];

	seq_printf(seq, "saddr=%pI6c sport=%u daddr=%pI6c dport=%u state=%s state_ms=%lld first_fin_ms=%lld closed=%s\n",
		   &line->saddr, ntohs(line->sport), &line->daddr,
		   ntohs(line->dport), state_names[line->state],
		   ms_since(line->since, iter->now),
		   ms_since(line->first, iter->now),
		   closed_first(line->state));
}
