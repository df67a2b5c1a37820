// SPDX-License-Identifier: GPL-2.0
#include "packet.h"

#include "bytes.h"

#define TCP_HEADER 20

/* Ports, numbers, header length and flags: without these nothing is known. */
#define TCP_NEEDED 14

#define OPT_END 0
#define OPT_NOP 1
#define OPT_WSCALE 3
#define OPT_SACK 5
#define OPT_TIMESTAMP 8
#define OPT_MPTCP 30

/* Subtypes of MPTCP, RFC 8684 section 3 */
#define MP_FASTCLOSE 7
#define MP_TCPRST 8

static void take_sack(const uint8_t *p, uint32_t size, struct packet *packet)
{
	for (uint32_t i = 2; i + 8 <= size; i += 8) {
		uint32_t right = be32(p + i + 4);

		if (!packet->has_sack || seq_after(right, packet->sack_right))
			packet->sack_right = right;
		packet->has_sack = true;
	}
}

static void take_mptcp(const uint8_t *p, uint32_t size, struct packet *packet)
{
	if (size < 3)
		return;
	switch (p[2] >> 4) {
	case MP_FASTCLOSE:
		packet->mptcp |= MPTCP_FASTCLOSE;
		break;
	case MP_TCPRST:
		if (size < 4)
			break;
		packet->mptcp |= MPTCP_REASON;
		packet->reason = p[3];
		break;
	}
}

static void take_option(const uint8_t *p, uint32_t size, struct packet *packet)
{
	switch (p[0]) {
	case OPT_WSCALE:
		/* RFC 7323 section 2.3: more than 14 is taken for 14 */
		if (size == 3)
			packet->wscale = p[2] > 14 ? 14 : p[2];
		break;
	case OPT_SACK:
		take_sack(p, size, packet);
		break;
	case OPT_TIMESTAMP:
		if (size != 10)
			break;
		packet->has_ts = true;
		packet->ts_val = be32(p + 2);
		break;
	case OPT_MPTCP:
		take_mptcp(p, size, packet);
		break;
	}
}

static void take_options(const uint8_t *p, uint32_t left, struct packet *packet)
{
	while (left && *p != OPT_END) {
		uint32_t size = 1;

		if (*p != OPT_NOP) {
			if (left < 2 || p[1] < 2 || p[1] > left)
				return;
			size = p[1];
			take_option(p, size, packet);
		}
		p += size;
		left -= size;
	}
}

enum decoded packet_tcp(const uint8_t *p, uint32_t captured, uint32_t length,
			struct packet *packet)
{
	uint32_t header;

	if (captured < TCP_NEEDED)
		return DECODED_CUT;
	header = (p[12] >> 4) * 4;
	if (header < TCP_HEADER || header > length)
		return DECODED_BAD;
	packet->sport = be16(p);
	packet->dport = be16(p + 2);
	packet->seq = be32(p + 4);
	packet->ack = be32(p + 8);
	packet->flags = p[13] & (SEG_FIN | SEG_SYN | SEG_RST | SEG_PSH | SEG_ACK);
	packet->length = length - header;
	packet->wscale = captured < header ? WSCALE_UNKNOWN : -1;
	packet->window = captured >= 16 ? be16(p + 14) : WINDOW_UNKNOWN;
	packet->cut = captured < length;
	if (captured > TCP_HEADER)
		take_options(p + TCP_HEADER, (captured < header ? captured : header) -
			     TCP_HEADER, packet);
	if (captured > header) {
		packet->data = p + header;
		packet->captured = captured - header;
		if (packet->captured > packet->length)
			packet->captured = packet->length;
	}
	return DECODED_TCP;
}
