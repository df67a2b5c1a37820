/* SPDX-License-Identifier: GPL-2.0 */
/* A TCP segment as the lab's own links carry it. Pure. */
#ifndef CLOSELAB_SEGMENT_H
#define CLOSELAB_SEGMENT_H

#include "explain/packet.h"
#include "lib/util.h"

#include <stddef.h>

/**
 * segment_parse() - read a segment out of a frame
 * @frame: Ethernet; @segment points into it
 * @len: bytes of it
 * @segment: the result; its number and time are not set
 *
 * Return: 0; -1 when it is not a whole TCP segment right above IP, or is in a VLAN.
 */
int segment_parse(const u8 *frame, size_t len, struct packet *segment);

/**
 * segment_hash() - what a segment is known by at the other end of a link
 * @segment: from segment_parse(), its frame still there
 *
 * Return: a hash of the TCP header and data.
 */
u64 segment_hash(const struct packet *segment);

/**
 * segment_flags() - the flags in letters, in the order FSRPA
 * @flags: SEG_* bits
 * @text: room for six characters
 *
 * Return: @text.
 */
char *segment_flags(u8 flags, char text[6]);

#endif
