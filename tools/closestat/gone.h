/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections have ended lately, to know a segment that comes after one. Pure. */
#ifndef CLOSESTAT_GONE_H
#define CLOSESTAT_GONE_H

#include "trace_line.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* A connection of this namespace. */
struct gone_conn {
	u8 family;
	u16 sport;
	u16 dport;
	struct in6_addr dst;	/* IPv4 in the first four bytes */
};

struct gone {
	u8 *bits;		/* set of hashes, NULL for none */
	struct gone_conn *expired;	/* whose FIN_WAIT2 was over before the peer closed */
	size_t n_expired;
};

/**
 * gone_add - note the end of a connection
 * @gone: where; may be zeroed
 * @line: its event
 */
void gone_add(struct gone *gone, const struct trace_line *line);

/**
 * gone_same - tell whether two are the same connection
 * @a: one
 * @b: the other
 */
bool gone_same(const struct gone_conn *a, const struct gone_conn *b);

/**
 * gone_has - tell whether a connection has ended
 * @gone: where
 * @conn: which
 *
 * Return: true if so; rarely, and the more have ended the likelier, also for another.
 */
bool gone_has(const struct gone *gone, const struct gone_conn *conn);

/**
 * gone_expired - tell whether a connection ended as ended_fin_wait2_expired
 * @gone: where
 * @conn: which
 */
bool gone_expired(const struct gone *gone, const struct gone_conn *conn);

/**
 * gone_free - release them
 * @gone: may be zeroed
 */
void gone_free(struct gone *gone);

#endif
