/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a RST is believed. */
#ifndef EXPLAIN_FATE_H
#define EXPLAIN_FATE_H

#include "conn.h"

/**
 * reset_fate() - what the receiver makes of a RST
 * @conn: the connection, before the RST
 * @side: who sent it, or in whose name
 * @packet: the RST
 * @reset: what is known of it: states and origin; gets the number that the receiver expects
 *
 * Return: what Linux's TCP does, by its rules.
 */
enum fate reset_fate(const struct conn *conn, int side, const struct packet *packet,
		     struct reset *reset);

#endif
