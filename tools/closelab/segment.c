// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "segment.h"

#define ETH_HEADER 14
#define TCP_HEADER 20
#define PROTO_TCP 6

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint64_t hash(const uint8_t *p, size_t len)
{
	uint64_t h = 14695981039346656037ULL;

	while (len--)
		h = (h ^ *p++) * 1099511628211ULL;
	return h;
}

static int parse_tcp(const uint8_t *p, size_t len, struct segment *segment)
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

static int parse_v4(const uint8_t *p, size_t len, struct segment *segment)
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

static int parse_v6(const uint8_t *p, size_t len, struct segment *segment)
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

int segment_parse(const uint8_t *frame, size_t len, struct segment *segment)
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

char *segment_flags(uint8_t flags, char text[6])
{
	static const struct { uint8_t bit; char letter; } map[] = {
		{ SEG_FIN, 'F' }, { SEG_SYN, 'S' }, { SEG_RST, 'R' },
		{ SEG_PSH, 'P' }, { SEG_ACK, 'A' },
	};
	char *p = text;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (flags & map[i].bit)
			*p++ = map[i].letter;
	*p = '\0';
	return text;
}
