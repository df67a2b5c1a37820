/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long the closing sockets of a namespace have been closing, one by one, on demand.
 *
 * Found as the baseline finds them: in the chains of the kernel's hash, each under its lock.
 * A socket in there is alive, and has not given up its record: it leaves its chain, under
 * that lock, before it goes to CLOSE. Records are looked up by socket, never the other way
 * round.
 */
#ifndef TCS_AGES_H
#define TCS_AGES_H

#include <linux/in6.h>
#include <linux/seq_file_net.h>
#include <linux/types.h>

#include "classify.h"

/* So many are taken while a chain's lock is held: a namespace may have all in one chain. */
#define TCS_AGES_AT_ONCE 64

struct net;
struct seq_file;

/**
 * struct tcs_age_line - what is told of a socket
 * @saddr: our address, IPv4 as ::ffff:a.b.c.d
 * @daddr: the peer's
 * @first: when the first FIN went by, us, CLOCK_MONOTONIC, or TCS_BEFORE
 * @since: when it entered @state
 * @sport: our port
 * @dport: the peer's
 * @state: which it is in
 */
struct tcs_age_line {
	struct in6_addr saddr;
	struct in6_addr daddr;
	u64 first;
	u64 since;
	__be16 sport;
	__be16 dport;
	enum tcs_state state;
};

/**
 * struct tcs_ages_iter - of a reader
 * @p: the namespace, has to be the first
 * @pos: the position of the line it is at
 * @slot: of the hash table
 * @taken: so many sockets of that chain have been looked at
 * @now: when @lines were taken, as tcs_now()
 * @n: lines
 * @at: the one it is at
 * @lines: those that were taken last
 */
struct tcs_ages_iter {
	struct seq_net_private p;
	loff_t pos;
	unsigned int slot;
	unsigned int taken;
	unsigned int n;
	unsigned int at;
	u64 now;
	struct tcs_age_line lines[TCS_AGES_AT_ONCE];
};

bool tcs_ages_first(struct tcs_ages_iter *iter, struct net *net);
bool tcs_ages_next(struct tcs_ages_iter *iter, struct net *net);
void tcs_ages_show(struct seq_file *seq, const struct tcs_ages_iter *iter);

#endif /* TCS_AGES_H */
