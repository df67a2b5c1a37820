// SPDX-License-Identifier: GPL-2.0
#include "segment.h"

#include "lib/util.h"

#include <string.h>
#include <sys/socket.h>

#define ETH_HEADER 14
#define TCP_HEADER 20
#define PROTO_TCP 6

static u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

static u64 hash(const u8 *p, size_t len)
{
	u64 h = 14695981039346656037ULL;

	while (len--)
		h = (h ^ *p++) * 1099511628211ULL;
	return h;
}

static int parse_tcp(const u8 *p, size_t len, struct segment *segment)
{
	size_t header;

	if (len < TCP_HEADER)
		return -1;
	header = (p[12] >> 4) * 4;
	if (header < TCP_HEADER || header > len)
		return -1;
	segment->sport = get16(p);
	segment->dport = get16(p + 2);
	segment->seq = get32(p + 4);
	segment->ack = get32(p + 8);
	segment->flags = p[13] & (SEG_FIN | SEG_SYN | SEG_RST | SEG_PSH |
				  SEG_ACK);
	segment->window = get16(p + 14);
	segment->length = len - header;
	segment->hash = hash(p, len);
	return 0;
}

static int parse_v4(const u8 *p, size_t len, struct segment *segment)
{
	size_t header, total;

	if (len < 20 || p[0] >> 4 != 4)
		return -1;
	header = (p[0] & 15) * 4;
	total = get16(p + 2);
	/* 0x3fff: more fragments, or not the first */
	if (header < 20 || total < header || total > len ||
	    p[9] != PROTO_TCP || (get16(p + 6) & 0x3fff))
		return -1;
	segment->family = AF_INET;
	memcpy(segment->src, p + 12, 4);
	memcpy(segment->dst, p + 16, 4);
	return parse_tcp(p + header, total - header, segment);
}

static int parse_v6(const u8 *p, size_t len, struct segment *segment)
{
	size_t payload;

	if (len < 40 || p[0] >> 4 != 6 || p[6] != PROTO_TCP)
		return -1;
	payload = get16(p + 4);
	if (payload > len - 40)
		return -1;
	segment->family = AF_INET6;
	memcpy(segment->src, p + 8, 16);
	memcpy(segment->dst, p + 24, 16);
	return parse_tcp(p + 40, payload, segment);
}

int segment_parse(const u8 *frame, size_t len, struct segment *segment)
{
	memset(segment, 0, sizeof(*segment));
	if (len < ETH_HEADER)
		return -1;
	switch (get16(frame + 12)) {
	case 0x0800:
		return parse_v4(frame + ETH_HEADER, len - ETH_HEADER, segment);
	case 0x86dd:
		return parse_v6(frame + ETH_HEADER, len - ETH_HEADER, segment);
	}
	return -1;
}

char *segment_flags(u8 flags, char text[6])
{
	static const struct { u8 bit; char letter; } map[] = {
		{ SEG_FIN, 'F' }, { SEG_SYN, 'S' }, { SEG_RST, 'R' },
		{ SEG_PSH, 'P' }, { SEG_ACK, 'A' },
	};
	char *p = text;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].bit)
			*p++ = map[i].letter;
	*p = '\0';
	return text;
}
