/* SPDX-License-Identifier: GPL-2.0 */
/* Why a RST was sent, by what was captured before it. */
#ifndef EXPLAIN_ORIGIN_H
#define EXPLAIN_ORIGIN_H

#include "conn.h"

/**
 * reset_origin() - why a RST was sent
 * @conn: the connection
 * @side: who sent it, or in whose name
 * @packet: the segment
 * @reset: its states are known
 *
 * Return: the reason.
 */
enum origin reset_origin(const struct conn *conn, int side, const struct packet *packet,
			 const struct reset *reset);

/**
 * reset_crossed() - whether a RST has crossed the one that ended its sender
 * @conn: the connection
 * @side: who sent it
 * @packet: the segment
 *
 * Return: whether it answers what was sent before the other end's RST, so that it cannot come of
 * that one.
 */
bool reset_crossed(const struct conn *conn, int side, const struct packet *packet);

#endif
