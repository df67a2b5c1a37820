/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ladder: what happened in a connection as rows from top to bottom, ready
 * to be drawn. Side A is on the left, side B on the right; of a connection between
 * a client and a proxy, B and C. In a row the left one is A, the right one B.
 */
#ifndef CLOSELAB_LADDER_H
#define CLOSELAB_LADDER_H

#include "lab.h"
#include "lib/util.h"
#include "track.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * enum row_kind - what a row shows
 * @ROW_SEGMENT: a segment, sent and arrived
 * @ROW_SENT: a segment that is sent and arrives in a later row
 * @ROW_ARRIVED: the arrival of such
 * @ROW_LOST: a segment that was sent and never arrived
 * @ROW_REPLAYED: a segment that arrived although its side did not send it
 * @ROW_CALL: what an application did
 * @ROW_NOTE: something else
 */
enum row_kind {
	ROW_SEGMENT,
	ROW_SENT,
	ROW_ARRIVED,
	ROW_LOST,
	ROW_REPLAYED,
	ROW_CALL,
	ROW_NOTE,
};

/**
 * struct row - one row
 * @kind: see enum row_kind
 * @side: the sender of a segment; else where it happened
 * @at: when, in nanoseconds from the connection's start; can be negative
 * @order: finer than @at, what comes of a segment stands below it
 * @state: new state of A and B, 0 when it is the old one
 * @text: on the arrow, or beside the line
 * @flags: of a segment, as SEG_*
 * @seq: of a segment, from the start of its sender
 * @ack: of a segment, from the start of its receiver
 * @length: bytes of data of a segment
 */
struct row {
	enum row_kind kind;
	int side;
	s64 at;
	unsigned int order;
	int state[2];
	char text[64];
	u8 flags;
	u32 seq;
	u32 ack;
	u32 length;
};

/**
 * struct ladder - one connection
 * @leg: whose ends those are: BACK or FRONT
 * @port: of A and B
 * @chosen: the kernel chose the port of B
 * @first: state of A and B at the beginning
 * @row: the rows
 * @rows: how many
 * @room: how many fit
 */
struct ladder {
	enum leg leg;
	u16 port[2];
	bool chosen;
	int first[2];
	struct row *row;
	size_t rows;
	size_t room;
};

/**
 * ladder_build() - make ladders of what a lab has seen
 * @lab: the lab
 * @count: gets how many, one a connection
 *
 * Return: the ladders, freed by ladder_free(); NULL when there is nothing.
 */
struct ladder *ladder_build(struct lab *lab, size_t *count);

/**
 * ladder_free() - free ladders
 * @ladder: what ladder_build() gave
 * @count: how many
 */
void ladder_free(struct ladder *ladder, size_t count);

/**
 * struct draw_options - how to draw
 * @times: show times; without, two runs give the same text
 * @colour: with colours
 * @unicode: with lines instead of hyphens
 */
struct draw_options {
	bool times;
	bool colour;
	bool unicode;
};

/**
 * ladder_text() - draw ladders as text
 * @out: where to
 * @ladder: the ladders
 * @count: how many
 * @options: how
 */
void ladder_text(FILE *out, const struct ladder *ladder, size_t count,
		 const struct draw_options *options);

/**
 * ladder_svg() - draw ladders as SVG
 * @out: where to
 * @lab: the lab they are of
 * @ladder: the ladders
 * @count: how many
 */
void ladder_svg(FILE *out, const struct lab *lab, const struct ladder *ladder,
		size_t count);

/**
 * ladder_json() - write ladders and the result of the lab as JSON
 * @out: where to
 * @lab: the lab they are of
 * @ladder: the ladders
 * @count: how many
 *
 * Return: 0; -1 without memory.
 */
int ladder_json(FILE *out, const struct lab *lab, const struct ladder *ladder,
		size_t count);

#endif
