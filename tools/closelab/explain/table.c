// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "bytes.h"

#define FIRST_BUCKETS 4096

/* So many VLANs between the same addresses and ports are looked through. */
#define MAX_TAGS 16

/* How near a segment must be to what the other direction says. */
#define NEAR 0x1000000U

int table_init(struct table *table, bool keep)
{
	memset(table, 0, sizeof(*table));
	table->keep = keep;
	table->buckets = FIRST_BUCKETS;
	table->bucket = calloc(table->buckets, sizeof(*table->bucket));
	if (getrandom(&table->key, sizeof(table->key), 0) != sizeof(table->key))
		/* An address of this process is the next best. */
		table->key.key[0] = (uint64_t)(uintptr_t)table->bucket;
	return table->bucket ? 0 : -1;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		conn_release(table->all[i]);
		free(table->all[i]);
	}
	free(table->all);
	free(table->bucket);
}

/* The same for both directions. */
static uint64_t hash_of(const struct table *table, const struct packet *p)
{
	size_t size = p->family == AF_INET6 ? 16 : 4;
	uint64_t word[5] = { 0 };
	bool swap = p->sport > p->dport;

	if (p->sport == p->dport)
		swap = memcmp(p->src, p->dst, size) > 0;
	memcpy(word, swap ? p->dst : p->src, size);
	memcpy(word + 2, swap ? p->src : p->dst, size);
	word[4] = swap ? (uint32_t)p->dport << 16 | p->sport :
			 (uint32_t)p->sport << 16 | p->dport;
	if (size == 4) {
		word[0] |= word[2] << 32;
		word[1] = word[4];
		return siphash(word, 2, &table->key);
	}
	return siphash(word, 5, &table->key);
}

/* Which side sent a segment: -1 where it is another connection. */
static int side_of(const struct conn *conn, const struct packet *p)
{
	size_t size = p->family == AF_INET6 ? 16 : 4;

	if (conn->family != p->family)
		return -1;
	for (int side = 0; side < 2; side++)
		if (conn->end[side].port == p->sport &&
		    conn->end[!side].port == p->dport &&
		    !memcmp(conn->end[side].addr, p->src, size) &&
		    !memcmp(conn->end[!side].addr, p->dst, size))
			return side;
	return -1;
}

/*
 * Whether a segment in another VLAN fits what the other direction has said. A RST
 * without ACK has the number that it was sent (RFC 9293 section 3.10.7.1), a SYN
 * without one crosses the other's.
 */
static bool fits(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *o = &conn->end[!side];

	if (p->flags & SEG_ACK)
		return o->nxt_known && o->nxt - p->ack + NEAR < 2 * NEAR;
	if (p->flags & SEG_RST)
		return o->seen && p->seq == o->last_ack;
	return p->flags & SEG_SYN && o->syns && !o->estab;
}

/*
 * The VLAN of each direction is learnt from its first segment. The same in both
 * is the rule; a direction with one of its own is known by its numbers.
 */
static int match(const struct conn *conn, const struct packet *p)
{
	int side = side_of(conn, p);
	const struct end *e;

	if (side < 0)
		return 0;
	e = &conn->end[side];
	if (e->tag_known)
		return e->tag == p->tag ? 3 : 0;
	if (conn->end[!side].tag == p->tag)
		return 2;
	return fits(conn, side, p) ? 1 : 0;
}

static struct conn *find(struct table *table, uint64_t hash,
			 const struct packet *p)
{
	struct conn *conn = table->bucket[hash & (table->buckets - 1)];
	struct conn *best = NULL;
	int looked = 0, rank = 0;

	for (; conn && looked < MAX_TAGS && rank < 3; conn = conn->next) {
		int this;

		if (conn->hash != hash)
			continue;
		looked++;
		this = match(conn, p);
		if (this > rank) {
			rank = this;
			best = conn;
		}
	}
	return best;
}

static void unlink_conn(struct table *table, struct conn *conn)
{
	struct conn **p = &table->bucket[conn->hash & (table->buckets - 1)];

	while (*p && *p != conn)
		p = &(*p)->next;
	if (*p)
		*p = conn->next;
}

static void link_conn(struct table *table, struct conn *conn)
{
	struct conn **head = &table->bucket[conn->hash & (table->buckets - 1)];

	conn->next = *head;
	*head = conn;
}

/* More buckets; without memory the chains become longer. */
static void grow(struct table *table)
{
	struct conn **more = calloc(table->buckets * 2, sizeof(*more));
	struct conn **old = table->bucket;
	size_t buckets = table->buckets;

	if (!more)
		return;
	table->bucket = more;
	table->buckets *= 2;
	for (size_t i = 0; i < buckets; i++) {
		struct conn *conn = old[i], *next, *turned = NULL;

		/* In the order that they had, the youngest first */
		for (; conn; conn = next) {
			next = conn->next;
			conn->next = turned;
			turned = conn;
		}
		for (; turned; turned = next) {
			next = turned->next;
			link_conn(table, turned);
		}
	}
	free(old);
}

/* From now on keep the segments of a connection: 0, or -1. */
static int keep(const struct table *table, struct conn *conn)
{
	conn->kept = calloc(1, sizeof(*conn->kept));
	if (!conn->kept)
		return -1;
	conn->kept->control = table->control;
	return 0;
}

/* The ladder of a connection can be drawn where the filter leaves one alone. */
static int want(struct table *table, struct conn *conn)
{
	if (conn->matched)
		return 0;
	conn->matched = true;
	return table->matched++ || conn->kept ? 0 : keep(table, conn);
}

static struct conn *add(struct table *table, uint64_t hash,
			const struct packet *p)
{
	struct conn *conn;

	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 1024;
		struct conn **all = realloc(table->all, room * sizeof(*all));

		if (!all)
			return NULL;
		table->all = all;
		table->room = room;
	}
	if (table->count >= table->buckets)
		grow(table);
	conn = calloc(1, sizeof(*conn));
	if (!conn)
		return NULL;
	if ((table->keep || table->count + 1 == table->only) && keep(table, conn)) {
		free(conn);
		return NULL;
	}
	conn_init(conn, p);
	conn->hash = hash;
	table->all[table->count++] = conn;
	link_conn(table, conn);
	return conn;
}

/* The SYN that waited, as far as it is remembered. */
static void replay_syn(struct conn *conn, const struct conn *old, int side,
		       const struct packet *p)
{
	struct packet syn = *p;
	int from = old->syn_met.side;

	memcpy(syn.src, old->end[from].addr, sizeof(syn.src));
	memcpy(syn.dst, old->end[!from].addr, sizeof(syn.dst));
	syn.sport = old->end[from].port;
	syn.dport = old->end[!from].port;
	syn.frame = old->syn_met.frame;
	syn.at = old->syn_met.at;
	syn.seq = old->syn_met.seq;
	syn.ack = 0;
	syn.length = 0;
	syn.captured = 0;
	syn.flags = SEG_SYN;
	syn.has_sack = false;
	syn.mptcp = 0;
	syn.ttl = 0;
	syn.wanted = false;
	syn.cut = false;
	conn_take(conn, from == side ? 0 : 1, &syn);
	conn->end[from == side ? 0 : 1].syns = old->syn_met.count;
}

static struct conn *begin(struct table *table, struct conn *old, int side,
			  uint64_t hash, const struct packet *p)
{
	struct conn *conn = add(table, hash, p);
	bool waited;

	if (!conn || !old)
		return conn;
	unlink_conn(table, old);
	waited = old->syn_met.open;
	split_begin(old, conn, p);
	/* The tags of the directions stay as they were. */
	for (int i = 0; i < 2; i++) {
		conn->end[i].tag = old->end[i == 0 ? side : !side].tag;
		conn->end[i].tag_known = old->end[i == 0 ? side : !side].tag_known;
	}
	if (waited)
		replay_syn(conn, old, side, p);
	return conn;
}

struct conn *table_take(struct table *table, const struct packet *p)
{
	uint64_t hash = hash_of(table, p);
	struct conn *conn = find(table, hash, p);
	int side = conn ? side_of(conn, p) : 0;
	enum belongs whose = conn ? split_where(conn, side, p) : BELONGS_NEW;

	if (whose == BELONGS_NEW) {
		conn = begin(table, conn, side, hash, p);
		side = 0;
	}
	if (!conn || (p->wanted && want(table, conn)))
		return NULL;
	if (!conn->end[side].tag_known) {
		conn->end[side].tag = p->tag;
		conn->end[side].tag_known = true;
	}
	if (whose == BELONGS_OLD)
		return conn;
	conn_take(conn, side, p);
	return conn;
}

void table_unreachable(struct table *table, const struct packet *p)
{
	struct conn *conn = find(table, hash_of(table, p), p);
	int side = conn ? side_of(conn, p) : 0;
	struct end *e;

	if (!conn)
		return;
	e = &conn->end[side];
	/* Of an established connection it is a passing trouble (RFC 1122 section 4.2.3.9). */
	if (!e->syns || e->estab || p->seq != e->isn)
		return;
	e->unreachable = p->unreachable;
	e->unreachable_at = p->at;
	e->unreachable_frame = p->frame;
}

/* Nobody has answered it, and its sender has not reset the old connection. */
static bool own_connection(const struct conn *conn)
{
	return conn->syn_met.open && !conn->syn_met.answer_frame &&
	       conn->end[conn->syn_met.side].over_by < 0;
}

int table_finish(struct table *table)
{
	size_t count = table->count;

	for (size_t i = 0; i < count; i++) {
		struct conn *old = table->all[i];
		struct packet p = { 0 };
		int from = old->syn_met.side;

		if (!own_connection(old))
			continue;
		p.family = old->family;
		memcpy(p.src, old->end[from].addr, sizeof(p.src));
		memcpy(p.dst, old->end[!from].addr, sizeof(p.dst));
		p.sport = old->end[from].port;
		p.dport = old->end[!from].port;
		p.frame = old->syn_met.frame;
		p.at = old->syn_met.at;
		if (!begin(table, old, from, old->hash, &p))
			return -1;
		/* Nobody has answered that: the old one may well be there. */
		old->taken_over = false;
	}
	return 0;
}
