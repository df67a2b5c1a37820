// SPDX-License-Identifier: GPL-2.0
#include "lib/tap.h"

#include "forge.h"
#include "lib/util.h"
#include "segment.h"

#include <string.h>

/* Captured: IPv4, PSH ACK, three bytes, its checksum is right. */
static const u8 good[] = {
	0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0x08, 0x00,
	0x45, 0, 0, 43, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1,
	0xc3, 0x50, 0x1b, 0x58, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0x20, 0,
	0, 0, 0, 0, 'b', 'i', 'p',
};

/* The sum over pseudo header and segment: all ones when it is right. */
static unsigned int sum_of(const u8 *frame, size_t size)
{
	unsigned int total = 6 + (size - 34);

	for (size_t i = 26; i < size; i++)
		total += i % 2 ? frame[i] : (unsigned int)frame[i] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

int main(void)
{
	u8 frame[sizeof(good)];
	struct packet s;

	memcpy(frame, good, sizeof(good));
	test(!forge_numbers(frame, sizeof(frame), 0xfffffffe, 77) &&
	     !segment_parse(frame, sizeof(frame), &s) &&
	     s.seq == 0xfffffffe && s.ack == 77, "other numbers");
	test(sum_of(frame, sizeof(frame)) == 0xffff, "and their checksum");
	frame[sizeof(frame) - 1] ^= 1;
	test(sum_of(frame, sizeof(frame)) != 0xffff, "it covers the data");
	memcpy(frame, good, sizeof(good));
	frame[23] = 17;
	test(forge_numbers(frame, sizeof(frame), 1, 2) &&
	     frame[41] == 1, "no segment is left alone");
	return tap_end();
}
