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

/**
 * struct age - of a socket
 * @first: when the first FIN went by, us, CLOCK_MONOTONIC, or TCS_BEFORE
 * @since: when it entered @state
 * @state: enum tcs_state
 */
struct age {
	u64 first;
	u64 since;
	enum tcs_state state;
};

static void take(struct age *age, const struct tcs_record *rec)
{
	age->first = READ_ONCE(rec->first);
	age->since = READ_ONCE(rec->since);
	age->state = READ_ONCE(rec->state);
}

/*
 * The slot of a full socket is written under the socket's lock, which nobody holds here. A
 * change of state writes the state last, which is loaded with acquire semantics: a slot with
 * this key is filled. One that changes right now may be read half before and half after,
 * which is off by no more than the time between its states.
 */
static bool take_slot(struct age *age, const struct sock_common *key)
{
	const struct tcs_record *rec = tcs_records_slot(key);

	if (!tcs_records_is(rec, key))
		return false;
	take(age, rec);
	/* It may have been handed on meanwhile. */
	smp_rmb();
	return tcs_records_is(rec, key);
}

static bool take_chained(struct age *age, const struct sock_common *key)
{
	const struct tcs_bucket b = tcs_records_lock(key);
	const struct tcs_record *rec = tcs_records_find(&b, key);

	if (rec)
		take(age, rec);
	tcs_records_unlock(&b);
	return rec;
}

static bool age_of(struct age *age, const struct sock *sk)
{
	const struct sock_common *key = &sk->__sk_common;
	const int state = inet_sk_state_load(sk);

	if (state != TCP_TIME_WAIT &&
	    tcs_closing_state(state) == TCS_NOT_CLOSING)
		return false;
	if (state != TCP_TIME_WAIT && take_slot(age, key))
		return true;
	return tcs_records_more(tcs_records_slot(key)) && take_chained(age, key);
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

static void show(struct seq_file *seq, const struct sock *sk,
		 const struct age *age)
{
	struct in6_addr saddr, daddr;
	const u64 now = tcs_now();

	tcs_addresses(&sk->__sk_common, &saddr, &daddr);
	seq_printf(seq, "saddr=%pI6c sport=%u daddr=%pI6c dport=%u state=%s state_ms=%lld first_fin_ms=%lld closed=%s\n",
		   &saddr, ntohs(sport_of(sk)), &daddr, ntohs(sk->sk_dport),
		   state_names[age->state], ms_since(age->since, now),
		   ms_since(age->first, now), closed_first(age->state));
}

/**
 * tcs_ages_next() - the next chain with anything in it
 * @net: of this namespace's hash
 * @slot: from this one on
 *
 * Process context, may sleep.
 *
 * Return: its slot, -1 where there is none.
 */
long tcs_ages_next(struct net *net, long slot)
{
	const struct inet_hashinfo *hashinfo = tcs_death_row(net)->hashinfo;

	for (; slot <= hashinfo->ehash_mask; slot++) {
		if (!(slot % 1024))
			cond_resched();
		if (!hlist_nulls_empty(&hashinfo->ehash[slot].chain))
			return slot;
	}
	return -1;
}

/**
 * tcs_ages_show() - write a line for each socket in a chain that has a record
 * @seq: where
 * @net: of this namespace, which cannot go away meanwhile
 * @slot: of tcs_ages_next()
 *
 * Process context.
 */
void tcs_ages_show(struct seq_file *seq, struct net *net, long slot)
{
	struct inet_hashinfo *hashinfo = tcs_death_row(net)->hashinfo;
	spinlock_t *lock = inet_ehash_lockp(hashinfo, slot);
	const struct hlist_nulls_node *node;
	struct age age;
	struct sock *sk;

	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &hashinfo->ehash[slot].chain) {
		/* DCCP has a hash of its own; MPTCP's own sockets are in none. */
		if (net_eq(sock_net(sk), net) && age_of(&age, sk))
			show(seq, sk, &age);
		/* It will be called again with a larger buffer. */
		if (seq_has_overflowed(seq))
			break;
	}
	spin_unlock_bh(lock);
}
