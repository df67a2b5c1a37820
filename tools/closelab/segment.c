// SPDX-License-Identifier: GPL-2.0
#include "segment.h"

#include "lib/util.h"

#include <netinet/in.h>
#include <pcap/dlt.h>
#include <string.h>
#include <sys/socket.h>

#define V6_HEADER 40

int segment_parse(const u8 *frame, size_t len, struct packet *segment)
{
	memset(segment, 0, sizeof(*segment));
	if (packet_decode(DLT_EN10MB, frame, len, len, segment) != DECODED_TCP ||
	    segment->cut || segment->first_fragment || segment->tag)
		return -1;
	return segment->ip[segment->family == AF_INET ? 9 : 6] == IPPROTO_TCP ? 0 : -1;
}

u64 segment_hash(const struct packet *segment)
{
	const u8 *p = segment->ip, *end = p + segment->ip_captured;
	u64 h = 14695981039346656037ULL;

	p += segment->family == AF_INET ? (*p & 15) * 4 : V6_HEADER;
	while (p < end)
		h = (h ^ *p++) * 1099511628211ULL;
	return h;
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
