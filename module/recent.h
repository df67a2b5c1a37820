/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The latest connections of a namespace that did not end as connections should: something
 * to go by afterwards, although nobody listened to the trace event.
 *
 * Each namespace has a ring of its own, so that the resets of one do not push out those of
 * another. It grows by chunks with the first ends that go into it: a namespace without such
 * ends has an empty ring, whose one lock nobody ever takes.
 */
#ifndef TCS_RECENT_H
#define TCS_RECENT_H

#include "compat/kernel.h"

#include <linux/in6.h>
#include <linux/types.h>

#include "classify.h"
#include "details.h"

struct seq_file;
struct sk_buff;
struct sock_common;
struct tcs_net;
struct tcs_recent;

/**
 * tcs_recent_wants() - whether an end goes into the ring
 * @end: how a connection ended
 *
 * All that end otherwise than by both FINs.
 */
static inline bool tcs_recent_wants(struct tcs_end end)
{
	return end.ended > TCS_ENDED_SIMULTANEOUS_FIN &&
	       end.ended != TCS_ENDED_NOT;
}

/**
 * tcs_recent_unanswered() - whether a connection ended by FINs goes into the ring all the same
 * @end: how it ended
 * @told: details, as for the trace event
 *
 * The peer asked, closed its side, and was not answered with one byte.
 */
static inline bool tcs_recent_unanswered(struct tcs_end end,
					 const struct tcs_told *told)
{
	return end.ended == TCS_ENDED_PASSIVE_FIN && !told->bytes_sent &&
	       told->bytes_received > 0;
}

int tcs_recent_init(void);
void tcs_recent_exit(void);
struct tcs_recent *tcs_recent_alloc(void);
void tcs_recent_free(struct tcs_recent *recent);
void tcs_recent_add(const struct tcs_net *tn, const struct sock_common *skc,
		    __be16 sport, struct tcs_end end,
		    const struct tcs_told *told);
void tcs_recent_add_refused(const struct tcs_net *tn, const struct sk_buff *skb);
bool tcs_recent_show(struct seq_file *seq, struct tcs_recent *recent, u64 nth);
u64 tcs_recent_first(const struct tcs_recent *recent);

#endif /* TCS_RECENT_H */
