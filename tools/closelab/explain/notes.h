/* SPDX-License-Identifier: GPL-2.0 */
/* Remarks about a connection, and the gaps of its capture. */
#ifndef EXPLAIN_NOTES_H
#define EXPLAIN_NOTES_H

#include "judge.h"

#define MAX_NOTES 16

/**
 * struct notes - remarks on a connection
 * @frame: the segment that shows it, 0: none
 * @text: what
 * @count: how many
 */
struct notes {
	uint64_t frame[MAX_NOTES];
	char text[MAX_NOTES][112];
	int count;
};

/**
 * notes_make() - collect them
 * @conn: the connection
 * @judgement: on it
 * @notes: gets them
 */
void notes_make(const struct conn *conn, const struct judgement *judgement,
		struct notes *notes);

#endif
