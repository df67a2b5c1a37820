/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of a connection: of fixed size, however many segments it
 * has. A capture sees segments on their way; which of them had arrived when
 * another was sent is told by acknowledgment numbers alone, never by order.
 */
#ifndef EXPLAIN_CONN_H
#define EXPLAIN_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"
#include "reset.h"
#include "tcpstate.h"

/* State of an end of which nothing is known. */
#define ST_UNKNOWN 0

/* RSTs that are remembered one by one; of more only their number. */
#define MAX_RESETS 6

/* Holes in what was captured of a direction. */
#define MAX_HOLES 3

/* Segments of a direction that a copy is looked for among. */
#define RECENT 4

/* The fields by which a copy of a segment is known. */
struct recent {
	uint64_t frame;
	int64_t at;
	uint32_t seq;
	uint32_t ack;
	uint32_t length;
	uint32_t ts_val;
	uint16_t id;
	uint16_t window;
	uint8_t flags;
	bool used;
};

/**
 * struct end - what is known of an end, by what it sent
 * @segments: how many, without copies
 * @data: bytes of data, those sent again included
 * @missing: bytes that were acknowledged to it, but are not in the capture
 * @first_frame: its first segment
 * @last_at: when it sent its last segment, RSTs aside
 * @last_frame: that segment
 * @syn_at: when it sent its first SYN
 * @syn_last_at: and its last
 * @syn_acked_at: when its SYN was acknowledged, 0: was not
 * @syn_frame: its first SYN
 * @answer_frame: the first SYN-ACK that it sent
 * @fin_at: when it sent its first FIN
 * @fin_last_at: and the last one
 * @fin_frame: its first FIN
 * @fin_last_frame: its last FIN
 * @acked_frame: the segment that acknowledged its FIN
 * @acked_at: when
 * @late_frame: data behind the other's FIN, which that has not acknowledged
 * @late_ack: what that acknowledged
 * @late_end: behind that
 * @probe_frame: its last keepalive or window probe
 * @probe_at: when it sent that
 * @probe_wait_ns: the shortest wait between two of them without an answer; 0: there was none
 * @probe_first_at: when it sent the first of those
 * @ack_frame: the segment with its highest acknowledgment
 * @repeat_at: when it began to repeat what is not answered
 * @repeat_last_at: when it did so last
 * @repeat_wait_ns: how long it waited before that, since the one before; 0: there was none
 * @hole: what was not captured of it, from and to
 * @recent: its last segments
 * @tag: what its segments travelled in
 * @isn: of its SYN, else the first number seen
 * @nxt: behind the last byte that it sent
 * @fin_end: behind its FIN
 * @fin_ack: the lowest acknowledgment on its FINs
 * @beyond: behind what was sent in its name behind its FIN
 * @answer_ack: what its first SYN-ACK acknowledged
 * @ack_max: the highest acknowledgment that it sent
 * @last_ack: the last one
 * @edge: the right edge of the window that it offered
 * @window: the last window, scaled
 * @sack_right: see struct packet
 * @syn_data: numbers behind that of its SYN which came with it: data, FIN
 * @syns: SYNs without ACK
 * @answers: SYN-ACKs
 * @answers_late: those sent again after the ACK of one was captured
 * @answers_data: those sent again after the other had sent data
 * @fins: FINs
 * @repeats: segments sent again since the other was heard last
 * @probes: keepalive and window probes since then
 * @probes_all: all of them
 * @resets: RSTs in its name
 * @id: IP identification of its last segment
 * @raw_window: window of its last segment, as on the wire
 * @unreachable: what an ICMP message said of its SYN
 * @unreachable_at: when
 * @unreachable_frame: that message
 * @port: its port
 * @addr: its address
 * @id_run: segments in a row whose identification was the next one
 * @holes: how many of @hole are in use
 * @recent_next: where @recent continues
 * @ttl: TTL of its last segment
 * @fin_ttl: that of its first FIN
 * @fin_ttl_before: and of the segment before that; 0: there was none
 * @wscale: window scale that it offered, -1: none, or WSCALE_UNKNOWN
 * @over_by: index of the RST that ended it, -1: none has
 * @syn_fin: its first SYN had FIN, and nothing of @syn_data was acknowledged yet
 * @seen: it sent something other than a RST
 * @tag_known: @tag is set
 * @isn_known: @isn is that of its SYN
 * @nxt_known: @nxt is set
 * @ack_known: @ack_max is set
 * @estab: it has been in ESTABLISHED, or beyond
 * @fin_acked: its FIN was acknowledged
 * @fin_cut: its FIN came in fragments, of which only the first is read: @fin_end is too low
 * @fin_unseen: one number behind all that it sent was acknowledged: a FIN that was not captured?
 * @fin_between: something between has sent its FIN
 * @goes_beyond: @beyond is set
 * @fin_ack_lost: and it sent the FIN again after that
 * @lapsed: it had repeated something, and did not any more when the other was heard again
 * @refused: its connect failed
 * @tw_killed: a RST ended its TIME_WAIT
 * @has_sack: its last segment has SACK blocks
 * @fastclose: it asked for MPTCP's fast close
 * @zero_window: its last window was closed
 */
struct end {
	uint64_t segments;
	uint64_t data;
	uint64_t missing;
	uint64_t first_frame;
	int64_t last_at;
	uint64_t last_frame;
	int64_t syn_at;
	int64_t syn_last_at;
	int64_t syn_acked_at;
	uint64_t syn_frame;
	uint64_t answer_frame;
	int64_t unreachable_at;
	int64_t fin_at;
	int64_t fin_last_at;
	uint64_t unreachable_frame;
	uint64_t fin_frame;
	uint64_t fin_last_frame;
	uint64_t acked_frame;
	int64_t acked_at;
	uint64_t late_frame;
	uint64_t probe_frame;
	int64_t probe_at;
	int64_t probe_wait_ns;
	int64_t probe_first_at;
	uint64_t ack_frame;
	int64_t repeat_at;
	int64_t repeat_last_at;
	int64_t repeat_wait_ns;
	uint32_t hole[MAX_HOLES][2];
	struct recent recent[RECENT];
	uint64_t tag;
	uint32_t isn;
	uint32_t nxt;
	uint32_t fin_end;
	uint32_t fin_ack;
	uint32_t beyond;
	uint32_t answer_ack;
	uint32_t ack_max;
	uint32_t last_ack;
	uint32_t edge;
	uint32_t window;
	uint32_t sack_right;
	uint32_t syn_data;
	uint32_t syns;
	uint32_t answers;
	uint32_t answers_late;
	uint32_t answers_data;
	uint32_t fins;
	uint32_t repeats;
	uint32_t probes;
	uint32_t probes_all;
	uint32_t late_ack;
	uint32_t late_end;
	uint32_t resets;
	enum unreachable unreachable;
	uint16_t id;
	uint16_t raw_window;
	uint16_t port;
	uint8_t addr[16];
	uint8_t id_run;
	uint8_t holes;
	uint8_t recent_next;
	uint8_t ttl;
	uint8_t fin_ttl;
	uint8_t fin_ttl_before;
	int8_t wscale;
	int8_t over_by;
	bool syn_fin;
	bool seen;
	bool tag_known;
	bool isn_known;
	bool nxt_known;
	bool ack_known;
	bool estab;
	bool fin_acked;
	bool fin_cut;
	bool fin_unseen;
	bool fin_between;
	bool goes_beyond;
	bool fin_ack_lost;
	bool lapsed;
	bool refused;
	bool tw_killed;
	bool has_sack;
	bool fastclose;
	bool zero_window;
};

/**
 * struct step_seen - a segment, kept for the ladder
 * @frame: its frame
 * @at: when
 * @seq: its number
 * @ack: its acknowledgment
 * @length: its data
 * @flags: SEG_*
 * @side: who sent it
 * @state: of both ends afterwards
 */
struct step_seen {
	uint64_t frame;
	int64_t at;
	uint32_t seq;
	uint32_t ack;
	uint32_t length;
	uint8_t flags;
	uint8_t side;
	uint8_t state[2];
};

#define KEEP_FIRST 24
#define KEEP_LAST 104

/**
 * struct kept - the first and the last segments of a connection
 * @first: in order
 * @last: a ring
 * @count: how many there were
 * @control: keep SYN, FIN and RST alone
 */
struct kept {
	struct step_seen first[KEEP_FIRST];
	struct step_seen last[KEEP_LAST];
	uint64_t count;
	bool control;
};

/**
 * struct conn - a connection
 * @next: in its bucket
 * @hash: of its addresses and ports
 * @end: the one that was seen first, and the other
 * @family: AF_INET or AF_INET6
 * @client: which end opened it, as far as known
 * @client_sure: a SYN or SYN-ACK says so
 * @opener: which end sent a SYN without ACK first, -1: none was captured
 * @start: time of the first segment
 * @last: time of the last one
 * @first_frame: frame of the first segment
 * @last_frame: and of the last
 * @copies: segments that were captured more than once
 * @back: time went back
 * @cut: segments cut by the snap length
 * @strays: segments that fit no window
 * @plain: segments without SYN, FIN and RST
 * @incoherent: segments that no TCP sends
 * @matched: the filter wants it
 * @reset: RSTs, MAX_RESETS of them, NULL while there was none
 * @resets: how many of these
 * @resets_all: how many there were
 * @no_socket: RSTs by each end that answered a segment of no connection
 * @syn_met: a SYN that came to the old connection: frame, number, first answer, or the challenge
 * @takes_over: it is a new connection in the place of a TIME_WAIT
 * @reuses: and of another one on the same ports
 * @taken_over: a new connection has taken the place of this one
 * @kept: segments, where a ladder is wanted
 */
struct conn {
	struct conn *next;
	uint64_t hash;
	struct end end[2];
	uint8_t family;
	uint8_t client;
	bool client_sure;
	int8_t opener;
	int64_t start;
	int64_t last;
	uint64_t first_frame;
	uint64_t last_frame;
	uint64_t copies;
	bool back;
	uint64_t cut;
	uint64_t strays;
	uint64_t plain;
	bool incoherent;
	bool matched;
	struct reset *reset;
	uint8_t resets;
	uint64_t resets_all;
	uint32_t no_socket[2];
	struct {
		uint64_t frame;
		uint64_t answer_frame;
		int64_t at;
		uint32_t seq;
		uint32_t ts_val;
		uint32_t count;
		uint16_t id;
		uint8_t side;
		bool open;	/* not known yet whose it is */
		bool challenged;	/* by its answer */
	} syn_met;
	bool takes_over;
	bool reuses;
	bool taken_over;
	struct kept *kept;
};

/**
 * conn_init() - begin a connection
 * @conn: cleared memory
 * @packet: its first segment
 */
void conn_init(struct conn *conn, const struct packet *packet);

/**
 * conn_release() - free what a connection has allocated
 * @conn: the connection
 */
void conn_release(struct conn *conn);

/**
 * conn_take() - take a segment in
 * @conn: the connection
 * @side: who sent it
 * @packet: the segment
 */
void conn_take(struct conn *conn, int side, const struct packet *packet);

/**
 * conn_state() - the state of an end, by what was captured so far
 * @conn: the connection
 * @side: the end
 *
 * Return: enum tcp_state, or ST_UNKNOWN.
 */
int conn_state(const struct conn *conn, int side);

/**
 * conn_passive() - whether an end closed after the other
 * @conn: the connection
 * @side: the end
 *
 * Return: whether its FIN acknowledges the other's.
 */
bool conn_passive(const struct conn *conn, int side);

/**
 * conn_to_itself() - whether both ends are one socket
 * @conn: the connection
 *
 * Return: whether they have the same address and port: its SYN has met itself (RFC 9293 section
 * 3.5, simultaneous open). All its segments are those of the first end.
 */
bool conn_to_itself(const struct conn *conn);

/**
 * conn_each_passive() - whether each FIN acknowledges the other
 * @conn: the connection
 *
 * Return: whether those that were captured were sent again, so that nothing says whose was first.
 */
bool conn_each_passive(const struct conn *conn);

/**
 * conn_may_have_closed() - whether an end may have sent a FIN that was not captured
 * @conn: the connection
 * @side: the end, none of whose FINs was captured
 *
 * Return: whether one number behind all that it sent was acknowledged, or nothing says that it
 * had not closed before the capture began.
 */
bool conn_may_have_closed(const struct conn *conn, int side);

/**
 * conn_has_data() - whether a segment says that its sender got data since its SYN-ACK
 * @end: the sender
 * @packet: the segment
 *
 * Return: whether it was established, though the ACK that made it so was not captured.
 */
bool conn_has_data(const struct end *end, const struct packet *packet);

/**
 * conn_overdue() - whether a segment that was repeated would have come again by now
 * @first: when it was sent first, ns
 * @last: and last
 * @count: how often
 * @now: the time
 *
 * Return: whether it was given up, or answered unseen.
 */
bool conn_overdue(int64_t first, int64_t last, uint32_t count, int64_t now);

/**
 * conn_rtt() - the round trip of the handshake
 * @conn: the connection
 *
 * Return: nanoseconds; a second where it was not captured.
 */
int64_t conn_rtt(const struct conn *conn);

#endif
