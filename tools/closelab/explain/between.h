/* SPDX-License-Identifier: GPL-2.0 */
/* One connection as two captures saw it: what was lost or sent between them. */
#ifndef EXPLAIN_BETWEEN_H
#define EXPLAIN_BETWEEN_H

#include "table.h"

/* So many differences of a connection are told one by one. */
#define MAX_BETWEEN 16

/**
 * struct between - what two captures differ in
 * @text: a line each
 * @count: how many
 * @left_out: further ones, or ones that could not be looked for
 */
struct between {
	char text[MAX_BETWEEN][128];
	int count;
	bool left_out;
};

/**
 * between_blame() - take a RST from who did not send it, or did not receive it
 * @near: the connection in the client's capture
 * @far: the same in the server's capture
 *
 * A RST that one capture has in the name of the other one's end, and that the
 * other has not, was sent by something between; one in the name of its own end was lost, and did
 * not end the other. To be called before judge().
 */
void between_blame(struct conn *near, struct conn *far);

/**
 * between_compare() - tell two captures apart
 * @near: the connection in the client's capture
 * @far: the same in the server's capture
 * @between: the result
 *
 * SYN, FIN and RST are compared one by one, data by how far it went: offload
 * cuts it in different pieces at the two ends.
 */
void between_compare(const struct conn *near, const struct conn *far,
		     struct between *between);

#endif
