// SPDX-License-Identifier: GPL-2.0
#include "joint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Whose SYN was captured: that of the lower end, of the higher one; see lower(). */
#define SYN_LOW 1
#define SYN_HIGH 2
#define SYN_BOTH (SYN_LOW | SYN_HIGH)

/* Each connection has the key of its SYNs, one by the higher SYN, and one without a number. */
#define KIND_TURNED 4
#define KIND_NONE 5
#define KINDS 3

/**
 * struct key - what a connection is found by
 * @hash: of its addresses and ports
 * @kind: SYN_*, KIND_TURNED: SYN_BOTH the other way round, or KIND_NONE + SYN_*: without numbers
 * @isn: the numbers, 0 where there is none
 * @order: in the capture
 * @conn: the connection
 * @next: where the first one is looked for that is not taken; 0: right behind
 */
struct key {
	uint64_t hash;
	uint32_t kind;
	uint32_t isn[2];
	size_t order;
	struct conn *conn;
	size_t next;
};

static size_t address_size(const struct conn *conn)
{
	return conn->family == AF_INET6 ? 16 : 4;
}

int joint_turned(const struct conn *a, const struct conn *b)
{
	if (a->family != b->family)
		return -1;
	for (int side = 0; side < 2; side++)
		if (a->end[0].port == b->end[side].port &&
		    a->end[1].port == b->end[!side].port &&
		    !memcmp(a->end[0].addr, b->end[side].addr, address_size(a)) &&
		    !memcmp(a->end[1].addr, b->end[!side].addr, address_size(a)))
			return side;
	return -1;
}

/* The end that both captures have first, whichever they have seen first. */
static int lower(const struct conn *conn)
{
	const struct end *e = conn->end;

	if (e[0].port != e[1].port)
		return e[0].port > e[1].port;
	return memcmp(e[0].addr, e[1].addr, address_size(conn)) > 0;
}

static int compare(const struct key *a, const struct key *b, bool second)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	for (int i = 0; i < 1 + second; i++)
		if (a->isn[i] != b->isn[i])
			return a->isn[i] < b->isn[i] ? -1 : 1;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int differ = compare(x, y, true);

	return differ ? differ : x->order < y->order ? -1 : x->order > y->order;
}

/* The key of the SYNs that were captured. */
static struct key key_of(const struct conn *conn)
{
	int low = lower(conn);
	const struct end *e[2] = { &conn->end[low], &conn->end[!low] };
	struct key key = { .hash = conn->hash };

	for (int i = 0; i < 2; i++) {
		if (!e[i]->isn_known)
			continue;
		key.kind |= i ? SYN_HIGH : SYN_LOW;
		key.isn[i] = e[i]->isn;
	}
	/* The number that there is comes first. */
	if (key.kind == SYN_HIGH) {
		key.isn[0] = key.isn[1];
		key.isn[1] = 0;
	}
	return key;
}

static struct key turn(struct key key)
{
	uint32_t first = key.isn[0];

	key.kind = KIND_TURNED;
	key.isn[0] = key.isn[1];
	key.isn[1] = first;
	return key;
}

static struct key without(struct key key)
{
	key.kind += KIND_NONE;
	key.isn[0] = 0;
	key.isn[1] = 0;
	return key;
}

static void add_keys(struct joint *joint, struct conn *conn, size_t order)
{
	struct key key = key_of(conn);

	key.conn = conn;
	key.order = order;
	if (key.kind)
		joint->key[joint->keys++] = key;
	if (key.kind == SYN_BOTH)
		joint->key[joint->keys++] = turn(key);
	joint->key[joint->keys++] = without(key);
}

/* From one on, the first that is not taken; the way there is remembered. */
static size_t free_from(struct joint *joint, size_t from)
{
	size_t at = from, next;

	while (at < joint->keys && joint->taken[joint->key[at].order])
		at = joint->key[at].next ? joint->key[at].next : at + 1;
	for (; from < at; from = next) {
		next = joint->key[from].next ? joint->key[from].next : from + 1;
		joint->key[from].next = at;
	}
	return at;
}

/* The first one that is not taken and has this key; @second: the second number as well. */
static const struct key *look(struct joint *joint, const struct key *key, bool second)
{
	size_t from = 0, to = joint->keys;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare(&joint->key[middle], key, second) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	from = free_from(joint, from);
	return from < joint->keys && !compare(&joint->key[from], key, second) ?
	       &joint->key[from] : NULL;
}

/* All numbers that they have are the same. */
static const struct key *look_same(struct joint *joint, struct key key)
{
	return key.kind ? look(joint, &key, true) : NULL;
}

/* One number is, of the other SYN one capture has nothing. */
static const struct key *look_half(struct joint *joint, struct key key)
{
	const struct key *found;
	struct key other;

	if (key.kind != SYN_BOTH) {
		other = key;
		other.kind = key.kind == SYN_LOW ? SYN_BOTH : KIND_TURNED;
		return key.kind ? look(joint, &other, false) : NULL;
	}
	other = key;
	other.kind = SYN_LOW;
	other.isn[1] = 0;
	found = look(joint, &other, true);
	if (found)
		return found;
	other = turn(key);
	other.kind = SYN_HIGH;
	other.isn[1] = 0;
	return look(joint, &other, true);
}

/* No number is known to both. */
static const struct key *look_without(struct joint *joint, struct key key)
{
	const struct key *best = NULL;

	for (uint32_t kind = 0; kind <= SYN_BOTH; kind++) {
		struct key other = without((struct key){ .hash = key.hash, .kind = kind });
		const struct key *found = kind & key.kind ? NULL : look(joint, &other, true);

		if (found && (!best || found->order < best->order))
			best = found;
	}
	return best;
}

static void join(struct joint *joint, const struct table *near,
		 const struct key *(*how)(struct joint *joint, struct key key))
{
	for (size_t i = 0; i < near->count; i++) {
		const struct key *found = joint->peer[i] ? NULL : how(joint, key_of(near->all[i]));

		if (!found || joint_turned(near->all[i], found->conn) < 0)
			continue;
		joint->peer[i] = found->conn;
		joint->taken[found->order] = true;
	}
}

int joint_init(struct joint *joint, const struct table *near, const struct table *far)
{
	joint->keys = 0;
	joint->peer = calloc(near->count + 1, sizeof(*joint->peer));
	joint->key = calloc(KINDS * far->count + 1, sizeof(*joint->key));
	joint->taken = calloc(far->count + 1, sizeof(*joint->taken));
	if (!joint->peer || !joint->key || !joint->taken) {
		joint_free(joint);
		return -1;
	}
	for (size_t i = 0; i < far->count; i++)
		add_keys(joint, far->all[i], i);
	qsort(joint->key, joint->keys, sizeof(*joint->key), by_key);
	join(joint, near, look_same);
	join(joint, near, look_half);
	join(joint, near, look_without);
	return 0;
}

void joint_free(struct joint *joint)
{
	free(joint->peer);
	free(joint->key);
	free(joint->taken);
	memset(joint, 0, sizeof(*joint));
}
