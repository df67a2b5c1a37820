/* SPDX-License-Identifier: GPL-2.0 */
/* The verdict on each end of a connection. Pure: it sees what was remembered. */
#ifndef EXPLAIN_JUDGE_H
#define EXPLAIN_JUDGE_H

#include "conn.h"

/**
 * enum word - how a connection ended for an end
 * @WORD_OPEN: it has not ended
 * @WORD_HALF_CLOSED: one direction has
 * @WORD_ACTIVE_FIN: it closed first
 * @WORD_PASSIVE_FIN: the other closed first
 * @WORD_SIMULTANEOUS_FIN: the FINs crossed
 * @WORD_RST_SENT: it reset the connection
 * @WORD_RST_RECEIVED: it was reset
 * @WORD_TIMEOUT: it repeated something until it gave up
 * @WORD_FIN_WAIT2_EXPIRED: it closed, and its socket was gone before the other did
 * @WORD_CONNECT_FAILED: it was never established
 * @WORD_NOT_ESTABLISHED: the same, of the end that was connected to
 * @WORD_NO_SOCKET: it has no such connection and said so
 * @WORD_OTHER: something else, see the cause
 * @WORD_UNKNOWN: the capture does not show it
 * @WORD_NOT_SEEN: nothing of this end is in the capture
 * @WORDS: how many words there are
 *
 * The words of ended_* in /proc/net/tcp_closestat are the same ones.
 */
enum word {
	WORD_OPEN,
	WORD_HALF_CLOSED,
	WORD_ACTIVE_FIN,
	WORD_PASSIVE_FIN,
	WORD_SIMULTANEOUS_FIN,
	WORD_RST_SENT,
	WORD_RST_RECEIVED,
	WORD_TIMEOUT,
	WORD_FIN_WAIT2_EXPIRED,
	WORD_CONNECT_FAILED,
	WORD_NOT_ESTABLISHED,
	WORD_NO_SOCKET,
	WORD_OTHER,
	WORD_UNKNOWN,
	WORD_NOT_SEEN,
	WORDS
};

/**
 * enum cause - why; what looks alike is named together
 *
 * The first ones are those of rst_sent_* and connect_failed_*.
 */
enum cause {
	CAUSE_UNREAD_DATA = 1 << 0,
	CAUSE_LINGER = 1 << 1,
	CAUSE_DATA_AFTER_CLOSE = 1 << 2,
	CAUSE_TIMEOUT = 1 << 3,
	CAUSE_OTHER = 1 << 4,
	CAUSE_REFUSED = 1 << 5,
	CAUSE_NO_SOCKET = 1 << 6,
	CAUSE_FASTCLOSE = 1 << 7,
	CAUSE_RST_RECEIVED = 1 << 8,
	CAUSE_GIVEN_UP = 1 << 9,
	CAUSE_HALF_OPEN = 1 << 10,
	CAUSE_KEEPALIVE = 1 << 11,
	CAUSE_BETWEEN = 1 << 12,
	CAUSE_OR_GONE = 1 << 13,
	CAUSE_ONE_DIRECTION = 1 << 14,
	CAUSE_FORGOTTEN = 1 << 15,
	CAUSE_NOT_ACCEPTED = 1 << 16,
	CAUSE_NEW_SYN = 1 << 17,
	CAUSE_UNREACHABLE = 1 << 18,
	CAUSES = 19
};

#define MAX_PROOF 10

/**
 * struct proof - a frame and what it shows
 * @frame: its number, 0: no frame alone
 * @text: what it shows
 * @rule: the section or kernel function that says so, or NULL
 */
struct proof {
	uint64_t frame;
	char text[120];
	const char *rule;
};

/**
 * struct proofs - what proves a verdict
 * @proof: in the order of the rules
 * @count: how many
 */
struct proofs {
	struct proof proof[MAX_PROOF];
	int count;
};

/**
 * struct verdict - on one end
 * @word: enum word
 * @causes: enum cause, one bit each
 * @state: enum tcp_state at the end of the capture, or ST_UNKNOWN
 * @by: the RST that ended it, or NULL
 * @so_far: the capture ends before it is certain
 */
struct verdict {
	enum word word;
	uint32_t causes;
	int state;
	const struct reset *by;
	bool so_far;
};

/**
 * enum holder - who holds TIME_WAIT
 * @HOLDER_NONE: nobody
 * @HOLDER_CLIENT: the client
 * @HOLDER_SERVER: the server
 * @HOLDER_BOTH: both
 * @HOLDER_UNKNOWN: the capture does not show it
 */
enum holder {
	HOLDER_NONE,
	HOLDER_CLIENT,
	HOLDER_SERVER,
	HOLDER_BOTH,
	HOLDER_UNKNOWN,
};

/**
 * struct judgement - on a connection
 * @end: the verdicts, of the end that was seen first and of the other
 * @holder: of TIME_WAIT
 * @wrong: something is wrong with it
 */
struct judgement {
	struct verdict end[2];
	enum holder holder;
	bool wrong;
};

/**
 * judge() - judge a connection
 * @conn: the connection
 * @now: time of the last segment in the capture
 * @judgement: the result
 */
void judge(const struct conn *conn, int64_t now, struct judgement *judgement);

/**
 * judge_proof() - say why
 * @conn: the connection
 * @side: the end
 * @proofs: gets what proves the verdict on it
 */
void judge_proof(const struct conn *conn, int side, struct proofs *proofs);

/**
 * word_name() - a word as printed
 * @word: the word
 *
 * Return: a constant string.
 */
const char *word_name(enum word word);

/**
 * cause_name() - a cause as printed
 * @bit: 0 to CAUSES - 1
 *
 * Return: a constant string.
 */
const char *cause_name(int bit);

/**
 * cause_text() - causes as printed, "a or b"
 * @causes: enum cause
 * @text: where to
 * @size: room there
 *
 * Return: @text.
 */
char *cause_text(uint32_t causes, char *text, size_t size);

/**
 * holder_name() - who holds TIME_WAIT, as printed
 * @holder: who
 *
 * Return: a constant string.
 */
const char *holder_name(enum holder holder);

#endif
