/* SPDX-License-Identifier: GPL-2.0 */
/* A TCP segment as it lies in a capture. */
#ifndef EXPLAIN_PACKET_H
#define EXPLAIN_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEG_FIN 0x01
#define SEG_SYN 0x02
#define SEG_RST 0x04
#define SEG_PSH 0x08
#define SEG_ACK 0x10

/* The capture has not all options. */
#define WSCALE_UNKNOWN (-2)

/* A window that is not in the capture is as large as any. */
#define WINDOW_UNKNOWN 0xffff

/**
 * enum mptcp_bits - what the MPTCP options of a segment say (RFC 8684)
 * @MPTCP_FASTCLOSE: MP_FASTCLOSE, the connection is to be reset
 * @MPTCP_REASON: MP_TCPRST, @packet.reason says why
 */
enum mptcp_bits {
	MPTCP_FASTCLOSE = 1,
	MPTCP_REASON = 2,
};

/**
 * enum unreachable - what an ICMP message says of the segment that it quotes
 * @UNREACHABLE_NOT: nothing
 * @UNREACHABLE_PORT: the port is closed
 * @UNREACHABLE_HOST: host or net are out of reach, or forbidden
 */
enum unreachable {
	UNREACHABLE_NOT,
	UNREACHABLE_PORT,
	UNREACHABLE_HOST,
};

/**
 * struct packet - a segment
 * @frame: its number in the capture, from 1
 * @at: when it was captured, in nanoseconds
 * @tag: VLANs, VNI and the like that it travelled in, 0: none
 * @src: address of the sender; of IPv4, the first four bytes
 * @dst: address of the receiver
 * @sport: port of the sender
 * @dport: port of the receiver
 * @seq: sequence number
 * @ack: acknowledgment number, whatever the flags
 * @length: bytes of data, those that the capture cut off included
 * @data: the data
 * @captured: bytes of it that are there
 * @ip: the IP header
 * @ip_captured: bytes from there to the end of what was captured
 * @ts_val: TSval, where @has_ts
 * @sack_right: the rightmost edge of its SACK blocks, where @has_sack
 * @window: as on the wire, not scaled, or WINDOW_UNKNOWN
 * @id: IPv4 identification
 * @family: AF_INET or AF_INET6
 * @ttl: TTL or hop limit
 * @flags: SEG_*
 * @wscale: window scale option, -1: none, or WSCALE_UNKNOWN
 * @mptcp: MPTCP_*
 * @reason: MPTCP reset reason
 * @unreachable: this is no segment, but an ICMP message that quotes one: addresses, ports and
 *	@seq are its, all else is not set
 * @has_ts: there is a timestamp option
 * @has_sack: there is a SACK option
 * @wanted: the filter wants it
 * @cut: the capture has not all of its TCP header or data
 * @first_fragment: the rest of it is in other fragments
 */
struct packet {
	uint64_t frame;
	int64_t at;
	uint64_t tag;
	uint8_t src[16];
	uint8_t dst[16];
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint32_t length;
	const uint8_t *data;
	uint32_t captured;
	const uint8_t *ip;
	uint32_t ip_captured;
	uint32_t ts_val;
	uint32_t sack_right;
	uint16_t window;
	uint16_t id;
	uint8_t family;
	uint8_t ttl;
	uint8_t flags;
	int8_t wscale;
	uint8_t mptcp;
	uint8_t reason;
	enum unreachable unreachable;
	bool has_ts;
	bool has_sack;
	bool wanted;
	bool cut;
	bool first_fragment;
};

/**
 * enum decoded - what became of a frame
 * @DECODED_TCP: it is a TCP segment
 * @DECODED_OTHER: it is IP, but no TCP
 * @DECODED_NOT_IP: it is no IP
 * @DECODED_CUT: the capture ends before its ports, numbers and flags
 * @DECODED_BAD: a header contradicts itself
 * @DECODED_FRAGMENT: a fragment without the TCP header
 * @DECODED_SEALED: it is encrypted, as ESP says
 * @DECODED_KINDS: how many kinds there are
 */
enum decoded {
	DECODED_TCP,
	DECODED_OTHER,
	DECODED_NOT_IP,
	DECODED_CUT,
	DECODED_BAD,
	DECODED_FRAGMENT,
	DECODED_SEALED,
	DECODED_KINDS
};

/**
 * packet_end() - the number behind a segment's data and FIN
 * @p: the segment
 *
 * A SYN has a number of its own before these.
 */
static inline uint32_t packet_end(const struct packet *p)
{
	return p->seq + p->length + !!(p->flags & SEG_FIN);
}

/**
 * packet_decode() - read a frame
 * @link: link type, DLT_* of libpcap
 * @frame: the frame
 * @captured: bytes of it that are there
 * @length: bytes that it had on the wire
 * @packet: gets all but the frame's number and time
 *
 * VLAN tags, PPPoE, MPLS, and the tunnels of tunnel.h are looked into.
 *
 * Return: what it is.
 */
enum decoded packet_decode(int link, const uint8_t *frame, uint32_t captured,
			   uint32_t length, struct packet *packet);

/**
 * packet_tcp() - read a TCP header
 * @p: the header
 * @captured: bytes that are there
 * @length: bytes that there were
 * @packet: gets what the header says
 *
 * Return: DECODED_TCP, DECODED_CUT or DECODED_BAD.
 */
enum decoded packet_tcp(const uint8_t *p, uint32_t captured, uint32_t length,
			struct packet *packet);

#endif
