/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two network namespaces and the wire between them, which is in the test's hand.
 *
 * Each namespace has a TUN device; what one sends, the test reads and passes on,
 * holds back, drops or repeats. Nothing moves but in wire_step(), so that the
 * order of events is the test's to decide, and a segment has been dealt with by
 * the receiving TCP when the step returns.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define WIRE_PACKET_MAX	2048
#define WIRE_HELD_MAX	16

enum wire_verdict {
	WIRE_PASS,
	WIRE_DROP,
	WIRE_HOLD,
};

/* As in the header of a segment. */
#define SEG_FIN	0x01
#define SEG_SYN	0x02
#define SEG_RST	0x04
#define SEG_ACK	0x10

/**
 * struct wire_segment - a TCP segment on the wire
 * @from: the side that sent it, 0 or 1
 * @flags: SEG_*
 * @payload: bytes of data
 */
struct wire_segment {
	int from;
	uint8_t flags;
	unsigned int payload;
};

struct wire_packet {
	int from;
	int len;
	unsigned char data[WIRE_PACKET_MAX];
};

/**
 * struct wire - two namespaces, side 0 and side 1
 * @ns: file descriptors of the namespaces
 * @diag: to ask each of them with (diag.h)
 * @tun: file descriptors of the devices
 * @filter: decides about each segment, NULL: all pass
 * @arg: for @filter
 * @held: what is held back, @n_held of them
 * @last_fin: the last segment with a FIN that each side sent
 */
struct wire {
	int ns[2];
	int diag[2];
	int tun[2];
	enum wire_verdict (*filter)(const struct wire_segment *seg, void *arg);
	void *arg;
	struct wire_packet held[WIRE_HELD_MAX];
	int n_held;
	struct wire_packet last_fin[2];
};

void wire_make(struct wire *w);
void wire_break(struct wire *w);
void wire_step(struct wire *w, int timeout_ms);
void wire_drain(struct wire *w);
void wire_release(struct wire *w);
void wire_repeat_fin(struct wire *w, int from);

/* wire_until(wire, condition) - let segments travel until it is true. */
#define wire_until(_w, _cond) do {					\
	const int64_t _end = now_ns() + TIMEOUT_NS;			\
	while (!(_cond)) {						\
		if (now_ns() > _end)					\
			die("waited in vain for: " #_cond);		\
		wire_step(_w, 1);					\
	}								\
} while (0)

#endif /* WIRE_H */
