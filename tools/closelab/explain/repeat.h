/* SPDX-License-Identifier: GPL-2.0 */
/* What an end sends because it has had no answer: repetitions and probes. */
#ifndef EXPLAIN_REPEAT_H
#define EXPLAIN_REPEAT_H

#include "conn.h"

/**
 * note_repeat() - an end has sent again what it had sent before
 * @e: the end
 * @p: the segment
 *
 * A burst that is sent again is one repetition.
 */
void note_repeat(struct end *e, const struct packet *p);

/**
 * repeated_in_vain() - whether an end has sent something again more often than a loss explains
 * @e: the end
 *
 * Return: whether there were three repetitions and more since the other end was heard.
 */
static inline bool repeated_in_vain(const struct end *e)
{
	return e->repeats > 2;
}

/**
 * take_probe() - take in a segment that is a keepalive or window probe
 * @e: its sender
 * @o: the other end
 * @p: the segment
 *
 * Return: whether it is one (RFC 9293 sections 3.8.4 and 3.8.6.1: the number before the next one).
 */
bool take_probe(struct end *e, const struct end *o, const struct packet *p);

/**
 * probe_due() - whether a RST comes when the next keepalive probe would, as tcp_keepalive_timer()
 *	sends it
 * @x: its sender
 * @y: the other end
 * @p: the RST
 *
 * With a shut window they were window probes, whose end is that of a repetition.
 */
bool probe_due(const struct end *x, const struct end *y, const struct packet *p);

#endif
