/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Close records: what is remembered of a connection that is closing.
 *
 * A hash table of small objects, keyed by the address of the socket or
 * mini-socket. Whoever looks at a record holds its bucket's lock; whoever took
 * it out of the table owns it. Taking it out is what makes an end count once.
 */
#ifndef TCS_RECORDS_H
#define TCS_RECORDS_H

#include "compat/kernel.h"

#include <linux/list_bl.h>
#include <linux/types.h>

#include "classify.h"

/**
 * struct tcs_record - a connection that is closing
 * @node: in its bucket
 * @key: the socket or mini-socket
 * @first: when the first FIN went by, ns; 0: before the module looked
 * @since: when it entered @state, ns; 0: before the module looked
 * @spent_us: time in the states it has left (TIME_WAIT is the last)
 * @floor_ms: what the guard allows TIME_WAIT at the least
 * @state: enum tcs_state
 */
struct tcs_record {
	struct hlist_bl_node node;
	const void *key;
	u64 first;
	u64 since;
	u64 spent_us[TCS_TIME_WAIT];
	u32 floor_ms;
	u8 state;
};

struct tcs_bucket {
	struct hlist_bl_head *head;
	unsigned long flags;
};

int tcs_records_init(void);
void tcs_records_exit(void);

struct tcs_record *tcs_record_alloc(void);
void tcs_record_free(struct tcs_record *rec);

struct tcs_bucket tcs_records_lock(const void *key);
void tcs_records_unlock(struct tcs_bucket *b);
struct tcs_record *tcs_records_find(const struct tcs_bucket *b,
				    const void *key);
void tcs_records_insert(const struct tcs_bucket *b, struct tcs_record *rec,
			const void *key);
struct tcs_record *tcs_records_take(const void *key);
void tcs_records_put(struct tcs_record *rec, const void *key);

#endif /* TCS_RECORDS_H */
