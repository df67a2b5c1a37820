/* SPDX-License-Identifier: GPL-2.0 */
/* A RST: why it was sent, and whether its receiver believes it. */
#ifndef EXPLAIN_RESET_H
#define EXPLAIN_RESET_H

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"

struct conn;

/**
 * enum fate - what the receiver makes of a RST, by its number
 * @FATE_BELIEVED: the number is what was expected
 * @FATE_CHALLENGED: in the window, but not that: RFC 5961 section 3.2
 * @FATE_IGNORED: outside the window
 * @FATE_NOBODY: the receiver had no connection any more
 * @FATE_TIME_WAIT: it ended a TIME_WAIT
 * @FATE_UNKNOWN: nothing is known of the receiver
 * @FATE_NO_EFFECT: it should have been believed, and the receiver continued
 * @FATE_LOST: it did not arrive: the capture of its receiver does not have it
 * @FATE_UNCHALLENGED: beyond what was captured of its sender, and nobody challenged it: believed
 */
enum fate {
	FATE_BELIEVED,
	FATE_CHALLENGED,
	FATE_IGNORED,
	FATE_NOBODY,
	FATE_TIME_WAIT,
	FATE_UNKNOWN,
	FATE_NO_EFFECT,
	FATE_LOST,
	FATE_UNCHALLENGED,
};

/**
 * enum origin - why a RST was sent
 * @ORIGIN_ABORT: an application or a timer aborted: RST with ACK
 * @ORIGIN_DATA_AFTER_CLOSE: the answer to data after close()
 * @ORIGIN_NO_SOCKET: the answer to a segment of no connection
 * @ORIGIN_EXPIRED: the same, to the peer's FIN after our own: FIN_WAIT2 was over
 * @ORIGIN_REFUSED: the same, to a SYN
 * @ORIGIN_HALF_OPEN: the same, to the SYN-ACK that our own SYN brought
 * @ORIGIN_FORGOTTEN: the same, but the connection was there before
 * @ORIGIN_CLOSED: the same, or it had closed: its FIN, or what came after that, was not captured
 * @ORIGIN_BAD_ACK: the answer to an ACK that fits no SYN of ours; not an end
 * @ORIGIN_SYN_RECV: a handshake was broken off
 * @ORIGIN_TOO_LATE: its SYN-ACK had been sent again in vain before the ACK came
 * @ORIGIN_GIVEN_UP: SYN, then RST by the same end
 * @ORIGIN_KEEPALIVE: probes were not answered
 * @ORIGIN_TIMEOUT: what it sent again and again was not answered
 * @ORIGIN_FASTCLOSE: MPTCP's fast close asked for it
 * @ORIGIN_NEW_SYN: the answer to a SYN within the connection
 * @ORIGIN_BETWEEN: not sent by that end
 * @ORIGIN_UNASKED: without ACK, at a number that the other end has never acknowledged
 * @ORIGIN_WENT_ON: its sender continued after it
 * @ORIGIN_UNKNOWN: nothing else of its sender was captured
 */
enum origin {
	ORIGIN_ABORT,
	ORIGIN_DATA_AFTER_CLOSE,
	ORIGIN_NO_SOCKET,
	ORIGIN_EXPIRED,
	ORIGIN_REFUSED,
	ORIGIN_HALF_OPEN,
	ORIGIN_FORGOTTEN,
	ORIGIN_CLOSED,
	ORIGIN_BAD_ACK,
	ORIGIN_SYN_RECV,
	ORIGIN_TOO_LATE,
	ORIGIN_GIVEN_UP,
	ORIGIN_KEEPALIVE,
	ORIGIN_TIMEOUT,
	ORIGIN_FASTCLOSE,
	ORIGIN_NEW_SYN,
	ORIGIN_BETWEEN,
	ORIGIN_UNASKED,
	ORIGIN_WENT_ON,
	ORIGIN_UNKNOWN,
};

/**
 * enum known_by - by what it is known that something between has sent a RST
 * @KNOWN_BY_HEADER: TTL, IP identification, window
 * @KNOWN_BY_BOTH_ENDS: it answers nothing, or an end goes on, and the other was reset at once
 * @KNOWN_BY_PEER: the capture of the end whose name it has does not have it
 */
enum known_by {
	KNOWN_BY_HEADER,
	KNOWN_BY_BOTH_ENDS,
	KNOWN_BY_PEER,
};

/**
 * struct reset - a RST
 * @frame: its frame
 * @at: when
 * @cause_frame: the segment that it answers, 0: none
 * @seq: its number
 * @ack: its acknowledgment, whatever the flags
 * @expected: what the receiver expected, where known
 * @nxt: behind what each end had sent
 * @state: of both ends just before
 * @side: who sent it, or in whose name
 * @flags: SEG_*
 * @ttl: TTL
 * @ttl_before: TTL of that end's segment just before, or else just after
 * @id: IP identification
 * @id_before: that of the segment just before
 * @window: as on the wire
 * @window_before: that of the segment just before
 * @fate: enum fate
 * @origin: enum origin
 * @known_by: enum known_by, of ORIGIN_BETWEEN
 * @after_fin: its sender had sent FIN
 * @peer_data: the other end had sent data
 * @own_data: its sender had sent data
 * @late_data: the other end had, after the sender's FIN
 * @begun_before: the capture begins in the middle of the connection
 * @one_probe: its sender had sent one probe since the other end was heard
 * @odd_number: RST with ACK, but not at its sender's own next number
 * @mptcp: MPTCP_REASON: @reason is set
 * @reason: of MPTCP
 * @text: printable start of its payload
 */
struct reset {
	uint64_t frame;
	int64_t at;
	uint64_t cause_frame;
	uint32_t seq;
	uint32_t ack;
	uint32_t expected;
	uint32_t nxt[2];
	uint8_t state[2];
	uint8_t side;
	uint8_t flags;
	uint8_t ttl;
	uint8_t ttl_before;
	uint16_t id;
	uint16_t id_before;
	uint16_t window;
	uint16_t window_before;
	uint8_t fate;
	uint8_t origin;
	uint8_t known_by;
	bool after_fin;
	bool peer_data;
	bool own_data;
	bool late_data;
	bool begun_before;
	bool one_probe;
	bool odd_number;
	uint8_t mptcp;
	uint8_t reason;
	char text[48];
};

/**
 * conn_take_reset() - judge a RST
 * @conn: the connection
 * @side: who sent it, or in whose name
 * @packet: the segment
 */
void conn_take_reset(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_answered_before() - a RST was captured just before the SYN or SYN-ACK that it answers
 * @conn: the connection
 * @side: who sent the SYN or SYN-ACK
 * @packet: that, taken in already
 */
void conn_answered_before(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_refused_before() - whether a RST that was captured just before a SYN refuses it
 * @conn: the connection
 * @side: who sent the SYN
 * @packet: the SYN
 *
 * Return: whether all that was captured of the other end is that RST.
 */
bool conn_refused_before(const struct conn *conn, int side, const struct packet *packet);

/**
 * conn_goes_on() - an end has sent something after a RST
 * @conn: the connection
 * @side: the end
 * @packet: the segment
 *
 * Then that RST did not end it, unless the two have crossed.
 */
void conn_goes_on(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_reset_lost() - a RST has not arrived
 * @conn: the connection
 * @index: of the RST
 *
 * Its receiver was ended by the next one of the same number, if there is one.
 */
void conn_reset_lost(struct conn *conn, int index);

#endif
