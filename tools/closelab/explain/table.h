/* SPDX-License-Identifier: GPL-2.0 */
/* All connections of a capture, and which of them a segment belongs to. */
#ifndef EXPLAIN_TABLE_H
#define EXPLAIN_TABLE_H

#include "conn.h"
#include "siphash.h"

/**
 * struct table - connections
 * @all: all of them, in the order in which they began
 * @count: how many
 * @room: how many fit in @all
 * @bucket: those that a segment can belong to, by hash
 * @buckets: a power of two
 * @key: of the hash, secret
 * @matched: how many of them the filter wants
 * @only: keep segments, for a ladder, of the connection of this number; 0: of none
 * @keep: keep them of all; else also of the first one that the filter wants
 * @control: of these SYN, FIN and RST alone
 */
struct table {
	struct conn **all;
	size_t count;
	size_t room;
	struct conn **bucket;
	size_t buckets;
	struct sipkey key;
	size_t matched;
	size_t only;
	bool keep;
	bool control;
};

/**
 * table_init() - an empty table
 * @table: the table
 * @keep: keep the segments, for ladders
 *
 * Return: 0; -1 without memory.
 */
int table_init(struct table *table, bool keep);

/**
 * table_free() - free all
 * @table: what table_init() made
 */
void table_free(struct table *table);

/**
 * table_take() - take a segment in
 * @table: the table
 * @packet: the segment
 *
 * Return: its connection, NULL without memory.
 */
struct conn *table_take(struct table *table, const struct packet *packet);

/**
 * table_unreachable() - take in that a segment did not arrive
 * @table: the table
 * @packet: the segment, of which addresses, ports, number and @unreachable are known
 */
void table_unreachable(struct table *table, const struct packet *packet);

/**
 * table_finish() - the capture is over
 * @table: the table
 *
 * A SYN that came to an old connection and that nobody answered is a connection
 * of its own.
 *
 * Return: 0; -1 without memory.
 */
int table_finish(struct table *table);

/**
 * enum belongs - whose a SYN is that has come to a connection
 * @BELONGS: this connection's
 * @BELONGS_OLD: not known yet; what it is answered with will tell
 * @BELONGS_NEW: a new connection's
 */
enum belongs {
	BELONGS,
	BELONGS_OLD,
	BELONGS_NEW,
};

/**
 * split_where() - whether a segment begins a new connection
 * @conn: the youngest one between its addresses and ports
 * @side: who sent it
 * @packet: the segment
 *
 * Return: whose it is.
 */
enum belongs split_where(struct conn *conn, int side, const struct packet *packet);

/**
 * split_begin() - give a new connection what the old one knows of it
 * @old: the old one, NULL: there is none
 * @conn: the new one, from conn_init()
 * @packet: what says that it is new
 */
void split_begin(struct conn *old, struct conn *conn, const struct packet *packet);

#endif
