/* SPDX-License-Identifier: GPL-2.0 */
/* What of an end's data was not captured, between what was. */
#ifndef EXPLAIN_HOLES_H
#define EXPLAIN_HOLES_H

#include "conn.h"

/**
 * note_hole() - data that an end has sent was not captured so far
 * @e: the end
 * @from: number of its first byte
 * @to: behind its last one
 *
 * Of more than MAX_HOLES the last one grows.
 */
void note_hole(struct end *e, uint32_t from, uint32_t to);

/**
 * fill_holes() - data that comes late fills holes, from the left, from the right, or altogether
 * @e: its sender
 * @from: number of its first byte
 * @to: behind its last one
 */
void fill_holes(struct end *e, uint32_t from, uint32_t to);

/**
 * cut_holes() - an end has not sent as much as it seemed
 * @e: the end
 * @sent: behind the last byte of it
 */
void cut_holes(struct end *e, uint32_t sent);

/**
 * settle_holes() - what is acknowledged has arrived, whether or not it was captured
 * @e: the end that sent it
 * @ack: behind what is acknowledged; what is missing before it is added to @e's missing bytes
 */
void settle_holes(struct end *e, uint32_t ack);

#endif
