// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "lib/util.h"
#include "segment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Ethernet, IPv4, TCP: FIN ACK, seq 0x01020304, ack 5, two bytes. */
static const u8 v4[] = {
	0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, 42, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
	0x1b, 0x58, 0xc3, 0x50, 1, 2, 3, 4, 0, 0, 0, 5, 0x50, 0x11, 0x20, 0,
	0, 0, 0, 0, 'h', 'i', 0, 0, 0, 0,
};

/* The same over IPv6 without data. */
static const u8 v6[] = {
	0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0x86, 0xdd,
	0x60, 0, 0, 0, 0, 20, 6, 64,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	0x1b, 0x58, 0xc3, 0x50, 1, 2, 3, 4, 0, 0, 0, 5, 0x50, 0x11, 0x20, 0,
	0, 0, 0, 0,
};

/* Every cut, and every byte changed, in memory of just that size. */
static bool survives(const u8 *frame, size_t size)
{
	struct packet s;

	for (size_t len = 0; len < size; len++) {
		u8 *copy = malloc(len + 1);

		memcpy(copy, frame, len);
		segment_parse(copy, len, &s);
		for (size_t i = 0; i < len; i++) {
			copy[i] ^= 0xff;
			segment_parse(copy, len, &s);
			copy[i] ^= 0xff;
		}
		free(copy);
	}
	return true;
}

int main(void)
{
	struct packet s;
	u8 bad[sizeof(v4)];
	char flags[6];

	test(!segment_parse(v4, sizeof(v4), &s), "an IPv4 segment");
	test(s.family == AF_INET && s.sport == 7000 && s.dport == 50000 &&
	     s.src[3] == 1 && s.dst[3] == 2, "its addresses and ports");
	test(s.seq == 0x01020304 && s.ack == 5, "its numbers");
	test(s.length == 2, "its data, without Ethernet's padding");
	test(!strcmp(segment_flags(s.flags, flags), "FA"), "its flags");
	test(!segment_parse(v6, sizeof(v6), &s), "an IPv6 segment");
	test(s.family == AF_INET6 && s.sport == 7000 && s.length == 0 &&
	     s.src[15] == 1 && s.dst[15] == 2, "its contents");
	memcpy(bad, v4, sizeof(v4));
	bad[23] = 17;
	test(segment_parse(bad, sizeof(bad), &s), "UDP is none");
	memcpy(bad, v4, sizeof(v4));
	bad[21] = 8;
	test(segment_parse(bad, sizeof(bad), &s), "a fragment is none");
	memcpy(bad, v4, sizeof(v4));
	bad[46] = 0x40;
	test(segment_parse(bad, sizeof(bad), &s), "a header too short");
	memcpy(bad, v4, sizeof(v4));
	bad[46] = 0xf0;
	test(segment_parse(bad, sizeof(bad), &s), "a header too long");
	test(survives(v4, sizeof(v4)) && survives(v6, sizeof(v6)),
	     "cut and broken frames");
	return tap_end();
}
