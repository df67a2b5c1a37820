// SPDX-License-Identifier: GPL-2.0
/* The latest ends that were no good ones, see recent.h. */
#include "recent.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "event.h"
#include "pernet.h"
#include "reserve.h"

#define CHUNKS		8
/* Not a page, which is larger on some machines. */
#define CHUNK_SIZE	4096
#define PER_CHUNK	(CHUNK_SIZE / sizeof(struct entry))
#define RING_SIZE	(CHUNKS * PER_CHUNK)

/* The kind of a RST that answered a segment of no connection. */
#define NO_SOCKET	TCS_ENDED_NOT

/**
 * struct entry - an end
 * @at: when, us, CLOCK_MONOTONIC
 * @saddr: our address, IPv4 as ::ffff:a.b.c.d
 * @daddr: the peer's
 * @bytes_sent: see struct tcs_told, as of all below but the ports
 * @bytes_received: payload
 * @idle_us: without data before the first FIN, RST, or segment that was not answered
 * @err: errno
 * @sport: our port
 * @dport: the peer's
 * @ended: enum tcs_ended
 * @rst: enum tcs_rst, where @ended says so
 * @comm: name of the process that ended it
 */
struct entry {
	u64 at;
	struct in6_addr saddr;
	struct in6_addr daddr;
	s64 bytes_sent;
	s64 bytes_received;
	s64 idle_us;
	s32 err;
	u16 sport;
	u16 dport;
	u8 ended;
	u8 rst;
	char comm[TASK_COMM_LEN];
};

/**
 * struct tcs_recent - the ring of a namespace
 * @lock: taken for each entry that is written or read; events come in any context
 * @n: how many entries were ever made; the next is number @n modulo RING_SIZE
 * @chunk: where they are; those of the first round are allocated on the way
 */
struct tcs_recent {
	raw_spinlock_t lock;
	u64 n;
	struct entry *chunk[CHUNKS];
};

static TCS_RESERVE(chunks, char[CHUNK_SIZE], 16);

static struct entry *entry_of(const struct tcs_recent *r, u64 nth)
{
	u32 at;
	struct entry *chunk;

	div_u64_rem(nth, RING_SIZE, &at);
	chunk = READ_ONCE(r->chunk[at / PER_CHUNK]);
	return chunk ? &chunk[at % PER_CHUNK] : NULL;
}

/**
 * tcs_recent_init() - make what rings are made of
 *
 * Process context, sleeps.
 *
 * Return: 0, or -ENOMEM, and nothing has to be undone.
 */
int tcs_recent_init(void)
{
	return tcs_reserve_init(&chunks);
}

/**
 * tcs_recent_exit() - undo tcs_recent_init()
 *
 * Process context, sleeps. Nothing may be attached that adds to a ring.
 */
void tcs_recent_exit(void)
{
	tcs_reserve_exit(&chunks);
}

/**
 * tcs_recent_alloc() - make a ring
 *
 * Process context, sleeps.
 *
 * Return: an empty ring, or NULL.
 */
struct tcs_recent *tcs_recent_alloc(void)
{
	struct tcs_recent *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (r)
		raw_spin_lock_init(&r->lock);
	return r;
}

/**
 * tcs_recent_free() - free a ring
 * @recent: nobody uses any more; may be NULL
 */
void tcs_recent_free(struct tcs_recent *recent)
{
	unsigned int i;

	for (i = 0; recent && i < CHUNKS; i++)
		kfree(recent->chunk[i]);
	kfree(recent);
}

/* Before the lock, under which nothing is allocated. Without memory the end is not kept. */
static void make_room(struct tcs_recent *r)
{
	const u64 n = READ_ONCE(r->n);
	struct entry *chunk;

	if (n >= RING_SIZE || READ_ONCE(r->chunk[(u32)n / PER_CHUNK]))
		return;
	chunk = tcs_reserve_alloc(&chunks);
	/* Another CPU may have been faster. */
	if (chunk && cmpxchg(&r->chunk[(u32)n / PER_CHUNK], NULL, chunk))
		tcs_reserve_free(&chunks, chunk);
}

static void add(struct tcs_recent *r, const struct entry *e)
{
	unsigned long flags;
	struct entry *to;

	make_room(r);
	raw_spin_lock_irqsave(&r->lock, flags);
	to = entry_of(r, r->n);
	if (to) {
		*to = *e;
		WRITE_ONCE(r->n, r->n + 1);
	}
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

/**
 * tcs_recent_add() - keep an end
 * @tn: of its namespace
 * @skc: the socket or timewait socket
 * @sport: its port
 * @end: how
 * @told: details, as for the trace event
 *
 * Any context but NMI.
 */
void tcs_recent_add(const struct tcs_net *tn, const struct sock_common *skc,
		    __be16 sport, struct tcs_end end,
		    const struct tcs_told *told)
{
	struct entry e = {
		.at = tcs_now(),
		.bytes_sent = told->bytes_sent,
		.bytes_received = told->bytes_received,
		.idle_us = told->idle_us,
		.err = told->err,
		.sport = ntohs(sport),
		.dport = ntohs(skc->skc_dport),
		.ended = end.ended,
		.rst = end.ended == TCS_ENDED_RST_SENT ? end.rst : TCS_N_RST,
	};

	/* The dead have none. */
	if (!tn->recent)
		return;
	tcs_addresses(skc, &e.saddr, &e.daddr);
	if (told->pid)
		memcpy(e.comm, told->comm, sizeof(e.comm));
	add(tn->recent, &e);
}

/**
 * tcs_recent_add_refused() - keep a SYN that a RST answers, as nobody listens
 * @tn: of the namespace
 * @skb: the segment that is answered, its headers in place
 *
 * Other segments without a connection may come without end. Any context but NMI.
 */
void tcs_recent_add_refused(const struct tcs_net *tn, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct entry e = {
		.bytes_sent = TCS_UNKNOWN,
		.bytes_received = TCS_UNKNOWN,
		.idle_us = TCS_UNKNOWN,
		.ended = NO_SOCKET,
		.rst = TCS_N_RST,
	};

	if (!tn->recent || !th->syn || th->ack)
		return;
	e.at = tcs_now();
	e.sport = ntohs(th->dest);
	e.dport = ntohs(th->source);
	if (ip_hdr(skb)->version == 4) {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &e.saddr);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &e.daddr);
	} else {
		e.saddr = ipv6_hdr(skb)->daddr;
		e.daddr = ipv6_hdr(skb)->saddr;
	}
	add(tn->recent, &e);
}

/**
 * tcs_recent_first() - the oldest entry that is still there
 * @recent: the ring
 *
 * Return: its number, for tcs_recent_show().
 */
u64 tcs_recent_first(const struct tcs_recent *recent)
{
	const u64 n = READ_ONCE(recent->n);

	return n > RING_SIZE ? n - RING_SIZE : 0;
}

static const char * const names[] = {
#define X(id, name, help) [TCS_ENDED_##id] = #name,
	TCS_ENDS_BY_FIN(X)
	TCS_ENDS_OTHERWISE(X)
#undef X
	[TCS_ENDED_RST_SENT] = "rst_sent",
	[NO_SOCKET] = "no_socket",
};

static const char * const causes[] = {
#define X(id, name, help) [TCS_RST_##id] = #name,
	TCS_RSTS(X)
#undef X
	[TCS_N_RST] = "-",
};

static void show(struct seq_file *seq, const struct entry *e)
{
	seq_printf(seq, "age_ms=%llu saddr=%pI6c sport=%u daddr=%pI6c dport=%u ended=%s rst=%s bytes_sent=%lld bytes_received=%lld idle_us=%lld errno=%d",
		   div_u64(tcs_now() - e->at, USEC_PER_MSEC), &e->saddr,
		   e->sport, &e->daddr, e->dport, names[e->ended],
		   causes[e->rst], e->bytes_sent, e->bytes_received,
		   e->idle_us, e->err);
	/* The name last: a user chooses it. */
	seq_puts(seq, " comm=");
	seq_escape(seq, e->comm, "\n\t\\");
	seq_putc(seq, '\n');
}

/**
 * tcs_recent_show() - write an entry
 * @seq: where
 * @recent: the ring
 * @nth: its number, not below tcs_recent_first(); where a later one has taken its place, that
 *	one is written
 *
 * Process context.
 *
 * Return: whether there is one.
 */
bool tcs_recent_show(struct seq_file *seq, struct tcs_recent *recent, u64 nth)
{
	struct entry e;
	bool is_there;

	raw_spin_lock_irq(&recent->lock);
	is_there = nth < recent->n;
	if (is_there)
		e = *entry_of(recent, nth);
	raw_spin_unlock_irq(&recent->lock);
	if (is_there && seq)
		show(seq, &e);
	return is_there;
}
