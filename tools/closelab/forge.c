// SPDX-License-Identifier: GPL-2.0
#include "forge.h"

#include "lib/util.h"
#include "segment.h"

#include <sys/socket.h>

#define ETH_HEADER 14
#define V6_HEADER 40
#define PROTO_TCP 6

static void put16(u8 *p, u16 n)
{
	p[0] = n >> 8;
	p[1] = n & 0xff;
}

static void put32(u8 *p, u32 n)
{
	put16(p, n >> 16);
	put16(p + 2, n & 0xffff);
}

static u32 sum(u32 total, const u8 *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		total += i % 2 ? p[i] : (u32)p[i] << 8;
	return total;
}

int forge_numbers(u8 *frame, size_t len, u32 seq, u32 ack)
{
	struct packet s;
	size_t address, header, bytes;
	u8 *tcp, *ip = frame + ETH_HEADER;
	u32 total;

	if (segment_parse(frame, len, &s))
		return -1;
	if (s.family == AF_INET6) {
		address = 16;
		header = V6_HEADER;
		bytes = (size_t)ip[4] << 8 | ip[5];
	} else {
		address = 4;
		header = (ip[0] & 15) * 4;
		bytes = ((size_t)ip[2] << 8 | ip[3]) - header;
	}
	tcp = ip + header;
	put32(tcp + 4, seq);
	put32(tcp + 8, ack);
	put16(tcp + 16, 0);
	total = sum(PROTO_TCP + bytes, s.src, address);
	total = sum(total, s.dst, address);
	total = sum(total, tcp, bytes);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	put16(tcp + 16, ~total & 0xffff);
	return 0;
}
