/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a RST was sent by the end whose name it has. */
#ifndef EXPLAIN_FOREIGN_H
#define EXPLAIN_FOREIGN_H

#include "conn.h"

/**
 * reset_is_foreign() - whether something between the ends has sent a RST
 * @end: in whose name it is
 * @packet: the RST
 *
 * Return: whether it differs from what that end sends in what only the end itself knows.
 */
bool reset_is_foreign(const struct end *end, const struct packet *packet);

/**
 * reset_without_socket() - whether a RST is a kernel's answer to a segment that no socket takes
 * @origin: why it was sent
 *
 * Return: whether it is.
 */
bool reset_without_socket(enum origin origin);

/**
 * conn_compare_ttl() - compare RSTs with the first segment of an end
 * @conn: the connection
 * @side: the end
 * @packet: its first segment that is no RST
 */
void conn_compare_ttl(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_doubt_fin() - an end goes on behind its FIN
 * @conn: the connection
 * @side: the end
 * @packet: what it has sent there
 *
 * If its distance is that of what came before the FIN, and the FIN's was another one, something
 * between has sent the FIN: nothing follows one (RFC 9293 section 3.10.4).
 */
void conn_doubt_fin(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_blame_between() - a RST was not sent by the end whose name it has
 * @conn: the connection
 * @index: of the RST
 * @by: what says so
 */
void conn_blame_between(struct conn *conn, int index, enum known_by by);

#endif
