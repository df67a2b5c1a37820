/* SPDX-License-Identifier: GPL-2.0 */
/* One TCP segment, taken from an Ethernet frame. Pure. */
#ifndef CLOSELAB_SEGMENT_H
#define CLOSELAB_SEGMENT_H

#include "lib/util.h"

#include <stddef.h>

#define SEG_FIN 0x01
#define SEG_SYN 0x02
#define SEG_RST 0x04
#define SEG_PSH 0x08
#define SEG_ACK 0x10

/**
 * struct segment - what a segment says
 * @family: AF_INET or AF_INET6
 * @src: address of the sender, 4 or 16 bytes
 * @dst: address of the receiver
 * @sport: port of the sender
 * @dport: port of the receiver
 * @seq: sequence number
 * @ack: acknowledgment number, whatever the flags
 * @flags: SEG_* bits
 * @window: as on the wire, not scaled
 * @length: bytes of data
 * @hash: of the TCP header and data, to know a segment again at the other end
 */
struct segment {
	int family;
	u8 src[16];
	u8 dst[16];
	u16 sport;
	u16 dport;
	u32 seq;
	u32 ack;
	u8 flags;
	u16 window;
	u32 length;
	u64 hash;
};

/**
 * segment_parse() - read a segment out of a frame
 * @frame: Ethernet, without VLAN tag
 * @len: bytes of it
 * @segment: the result
 *
 * Return: 0; -1 when it is no whole TCP segment (fragments and IPv6 extension
 * headers included).
 */
int segment_parse(const u8 *frame, size_t len, struct segment *segment);

/**
 * segment_flags() - the flags in letters, in the order FSRPA
 * @flags: SEG_* bits
 * @text: room for six characters
 *
 * Return: @text.
 */
char *segment_flags(u8 flags, char text[6]);

#endif
