/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the segments of a connection amount to: the state of both ends after
 * each, by the rules of closelab explain, and which connection each belongs to. Pure.
 */
#ifndef CLOSELAB_TRACK_H
#define CLOSELAB_TRACK_H

#include "capture.h"
#include "lib/util.h"
#include "tcpstate.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct move - something a segment did to one end
 * @wire: index of the segment
 * @side: 0 for A, 1 for B: the end
 * @arrival: it arrived there; else it was sent from there
 * @at: when
 * @state: state of that end afterwards, enum tcp_state
 * @changed: whether that is another than before
 */
struct move {
	size_t wire;
	int side;
	bool arrival;
	u64 at;
	int state;
	bool changed;
};

/**
 * struct track - a connection
 * @port: of side A and B
 * @tail: last byte of the address of side A and B
 * @opener: the side that sent the first SYN
 * @first: state of each side at the beginning
 * @state: and at the end
 * @isn: first sequence number of each side
 * @isn_known: whether it is
 * @start: time of the first segment
 * @move: all moves, in order of time
 * @moves: how many
 */
struct track {
	u16 port[2];
	u8 tail[2];
	int opener;
	int first[2];
	int state[2];
	u32 isn[2];
	bool isn_known[2];
	u64 start;
	struct move *move;
	size_t moves;
};

/**
 * track_all() - sort the segments into connections and follow the states
 * @wire: the segments, in the order they were sent
 * @count: how many
 * @tracks: gets how many connections there are
 *
 * A SYN between two addresses and ports that has already had one with another sequence
 * number begins a new connection. Injected segments change no state: who was
 * meant by them is the receiver's to say.
 *
 * Return: the connections, to be freed by track_free(); NULL without memory
 * or without segments.
 */
struct track *track_all(const struct captured *wire, size_t count, size_t *tracks);

/**
 * track_free() - free connections
 * @track: what track_all() gave
 * @count: how many
 */
void track_free(struct track *track, size_t count);

#endif
