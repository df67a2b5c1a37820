/* SPDX-License-Identifier: GPL-2.0 */
/* Changes a captured segment so that it can be put on the link again. Pure. */
#ifndef CLOSELAB_FORGE_H
#define CLOSELAB_FORGE_H

#include "lib/util.h"

#include <stddef.h>

/**
 * forge_numbers() - give a segment other numbers, and the checksum they need
 * @frame: Ethernet, with a TCP segment as segment_parse() takes it
 * @len: bytes of it
 * @seq: sequence number
 * @ack: acknowledgment number
 *
 * Return: 0; -1 when it is no such segment, which is then unchanged.
 */
int forge_numbers(u8 *frame, size_t len, u32 seq, u32 ack);

#endif
