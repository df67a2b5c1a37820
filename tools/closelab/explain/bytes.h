/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers in network order, taken from bytes of any alignment, and how to compare them. */
#ifndef EXPLAIN_BYTES_H
#define EXPLAIN_BYTES_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* Sequence numbers are compared modulo 2^32, RFC 9293 section 3.4. */
static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool seq_after(uint32_t a, uint32_t b)
{
	return seq_before(b, a);
}

/* Whether two times are that near: queues of one device swap what they capture. */
static inline bool times_near(int64_t a, int64_t b, int64_t within)
{
	return a - b < within && b - a < within;
}

#endif
