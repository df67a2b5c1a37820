/* SPDX-License-Identifier: GPL-2.0 */
/* What an end has sent as its last. */
#ifndef EXPLAIN_FIN_H
#define EXPLAIN_FIN_H

#include "conn.h"

/**
 * take_fin() - take in a FIN
 * @conn: the connection
 * @e: its sender
 * @o: the other end
 * @p: the segment
 */
void take_fin(const struct conn *conn, struct end *e, const struct end *o,
	      const struct packet *p);

/**
 * take_syn_fin() - a SYN had FIN, and the other end has acknowledged that
 * @e: the sender
 * @o: the other end
 *
 * It is processed with the SYN, or after it (RFC 9293 section 3.10.7.2); Linux drops such a SYN.
 */
void take_syn_fin(struct end *e, const struct end *o);

/**
 * is_behind_fin() - whether a segment goes on behind its sender's FIN
 * @e: the sender
 * @p: the segment
 *
 * Return: whether it does; there is nothing (RFC 9293 section 3.10.4).
 */
bool is_behind_fin(const struct end *e, const struct packet *p);

/**
 * acks_beyond_fin() - whether a segment acknowledges what is behind the other end's FIN
 * @o: the other end
 * @p: the segment
 *
 * Return: whether it does; there is nothing, so it is dropped (RFC 9293 section 3.10.7.4, fifth).
 */
bool acks_beyond_fin(const struct end *o, const struct packet *p);

/**
 * is_old_fin() - whether a first FIN comes before what its sender had sent already
 * @e: the sender
 * @p: the segment
 *
 * Where all of that was captured, there was no FIN in it, and none is taken out of the window
 * (RFC 9293 section 3.10.7.4, first).
 *
 * Return: whether it is no FIN of this connection.
 */
bool is_old_fin(const struct end *e, const struct packet *p);

/**
 * note_beyond() - a segment that fits no window may go on behind its sender's FIN
 * @e: the sender
 * @p: the segment
 */
void note_beyond(struct end *e, const struct packet *p);

/**
 * doubt_fin() - a FIN behind which its sender goes on, which the other end takes, was not its own
 * @o: whose FIN it is
 * @p: a segment of the other end
 *
 * Neither happens behind a FIN that has arrived (RFC 9293 sections 3.10.4 and 3.10.7.4, eighth).
 */
void doubt_fin(struct end *o, const struct packet *p);

#endif
