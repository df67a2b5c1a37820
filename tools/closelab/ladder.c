// SPDX-License-Identifier: GPL-2.0
#include "ladder.h"

#include "errname.h"
#include "lab_peers.h"
#include "lib/util.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where a row stands: behind what caused it, else by its time. */
struct position {
	u64 at;
	unsigned int order;
};

static struct row *add_row(struct ladder *ladder)
{
	if (ladder->rows == ladder->room) {
		size_t room = ladder->room ? 2 * ladder->room : 32;
		struct row *p = realloc(ladder->row, room * sizeof(*p));

		if (!p)
			return NULL;
		ladder->row = p;
		ladder->room = room;
	}
	memset(&ladder->row[ladder->rows], 0, sizeof(struct row));
	return &ladder->row[ladder->rows++];
}

/*
 * Whether the receiver sends something while a segment is under way. Of two
 * FINs that cross, both are drawn in two halves.
 */
static bool crossed(const struct track *track, const struct captured *wire,
		    const struct captured *w)
{
	for (size_t i = 0; i < track->moves; i++) {
		const struct captured *other = &wire[track->move[i].wire];

		bool fins = other->segment.flags & w->segment.flags & SEG_FIN;

		if (other->from == w->from || other->injected)
			continue;
		if (other->sent < w->arrived &&
		    (other->sent > w->sent || (fins && other->arrived > w->sent)))
			return true;
	}
	return false;
}

static void describe(const struct track *track, const struct captured *w,
		     struct row *row)
{
	static const struct { u8 bit; const char *name; } names[] = {
		{ SEG_SYN, "SYN" }, { SEG_FIN, "FIN" }, { SEG_RST, "RST" },
		{ SEG_ACK, "ACK" },
	};
	const struct packet *s = &w->segment;
	size_t len = 0;

	row->flags = s->flags;
	row->length = s->length;
	row->seq = s->seq - track->isn[w->from];
	if (s->flags & SEG_ACK)
		row->ack = s->ack - track->isn[!w->from];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (s->flags & names[i].bit)
			len += snprintf(row->text + len,
					sizeof(row->text) - len, "%s%s",
					len ? " " : "", names[i].name);
	len += snprintf(row->text + len, sizeof(row->text) - len, " seq=%u",
			row->seq);
	if (s->flags & SEG_ACK)
		len += snprintf(row->text + len, sizeof(row->text) - len,
				" ack=%u", row->ack);
	if (s->length)
		snprintf(row->text + len, sizeof(row->text) - len, " len=%u",
			 s->length);
}

/* The row of a segment, or of one half of its way: 0, or -1. */
static int add_segment(struct ladder *ladder, const struct track *track,
		       const struct captured *w, enum row_kind kind)
{
	struct row *row = add_row(ladder);
	u64 at = kind == ROW_ARRIVED ? w->arrived : w->sent;

	if (!row)
		return -1;
	row->kind = kind;
	row->side = w->from;
	row->at = (s64)(at - track->start);
	describe(track, w, row);
	return 0;
}

static void set_states(struct row *row, const struct track *track, size_t wire,
		       bool sent, bool arrived)
{
	for (size_t i = 0; i < track->moves; i++) {
		const struct move *move = &track->move[i];

		if (move->wire == wire && move->changed &&
		    (move->arrival ? arrived : sent))
			row->state[move->side] = move->state;
	}
}

static int add_segments(struct ladder *ladder, const struct track *track,
			const struct captured *wire)
{
	for (size_t i = 0; i < track->moves; i++) {
		const struct move *move = &track->move[i];
		const struct captured *w = &wire[move->wire];
		bool split = !w->injected && w->arrived &&
			     crossed(track, wire, w);
		enum row_kind kind;

		if (move->arrival && !split && !w->injected)
			continue;
		if (w->injected)
			kind = ROW_REPLAYED;
		else if (!w->arrived)
			kind = ROW_LOST;
		else if (split)
			kind = move->arrival ? ROW_ARRIVED : ROW_SENT;
		else
			kind = ROW_SEGMENT;
		if (add_segment(ladder, track, w, kind))
			return -1;
		set_states(&ladder->row[ladder->rows - 1], track, move->wire,
			   kind != ROW_ARRIVED && kind != ROW_REPLAYED,
			   kind != ROW_SENT && kind != ROW_LOST);
	}
	return 0;
}

/* Flags that the segment which let an operation return must have. */
static u8 cause_of(const struct peer_event *e)
{
	if (e->err == ECONNRESET || e->err == ECONNREFUSED)
		return SEG_RST;
	switch (e->kind) {
	case OP_CONNECT:
		return e->err ? 0 : SEG_SYN;
	case OP_ACCEPT:
		return SEG_ACK;
	case OP_READ:
	case OP_READ_EOF:
	case OP_HTTP_READ_REQUEST:
	case OP_HTTP_READ_ANSWER:
		return e->err ? 0 : e->ret ? SEG_PSH : SEG_FIN;
	}
	return 0;
}

/*
 * An operation that waited stands right below the segment that ended the
 * wait: how soon the process then ran is of no interest.
 */
static struct position position_of(const struct ladder *ladder, size_t segments,
				   const struct track *track,
				   const struct lab_event *e, int side,
				   struct position before)
{
	u8 cause = cause_of(&e->event);
	s64 at = (s64)(e->event.at - track->start);
	struct position position = { at, 0 };

	for (size_t i = 0; cause && i < segments; i++) {
		const struct row *row = &ladder->row[i];

		if (row->side == side || row->at > at ||
		    !(row->flags & cause) || row->kind == ROW_SENT ||
		    row->kind == ROW_LOST)
			continue;
		position.at = row->at;
		position.order = 1;
		/* Accepted by the first ACK, the others come later. */
		if (e->event.kind == OP_ACCEPT && !(row->flags & SEG_SYN))
			break;
	}
	if ((s64)position.at < (s64)before.at ||
	    (position.at == before.at && position.order <= before.order)) {
		position = before;
		position.order++;
	}
	return position;
}

static bool shown(const struct peer_event *e)
{
	if (e->breakpoint)
		return false;
	switch (e->kind) {
	case OP_BIND:
	case OP_LISTEN:
		return e->err;
	case OP_REUSEADDR:
	case OP_HOLD:
	case OP_WAIT_EVENT:
	case OP_WAIT_CLOSE:
		return false;
	}
	return true;
}

static bool reads(enum op_kind kind)
{
	return kind == OP_READ || kind == OP_READ_EOF ||
	       kind == OP_HTTP_READ_REQUEST || kind == OP_HTTP_READ_ANSWER;
}

static void call_text(const struct peer_event *e, char *text, size_t size)
{
	const char *name = op_name(e->kind);
	const char *call = strchr(name, '(') || strchr(name, '{') ? "" : "()";

	if (e->err)
		snprintf(text, size, "%s%s: %s", name, call,
			 errname(e->err));
	else if (reads(e->kind) || e->ret)
		snprintf(text, size, "%s%s = %d", name, call, e->ret);
	else
		snprintf(text, size, "%s%s", name, call);
}

/* The connection that an event belongs to: the last one begun on its ports. */
static size_t owner_of(const struct lab *lab, enum leg leg,
		       const struct track *track, size_t count,
		       const struct lab_event *e)
{
	int side = lab_peer_side(lab, e->peer) - leg;
	size_t found = 0;
	bool exact = false;

	for (size_t i = 0; i < count; i++) {
		bool same = e->event.local && e->event.remote &&
			    track[i].port[side] == e->event.local &&
			    track[i].port[!side] == e->event.remote &&
			    track[i].tail[side] == e->event.local_tail &&
			    track[i].tail[!side] == e->event.remote_tail;

		if (track[i].start > e->event.at && i)
			continue;
		if (same || !exact)
			found = i;
		exact |= same;
	}
	return found;
}

static int add_calls(struct ladder *ladder, const struct lab *lab,
		     const struct track *track, size_t count, size_t number)
{
	struct position before[MAX_PEERS] = { { 0 } };
	size_t segments = ladder->rows;

	for (int i = 0; i < MAX_PEERS; i++)
		before[i].at = (u64)INT64_MIN;
	for (size_t i = 0; i < lab->events; i++) {
		const struct lab_event *e = &lab->event[i];
		int side = lab_peer_side(lab, e->peer) - ladder->leg;
		struct row *row;

		if (!shown(&e->event) || side < A || side > B ||
		    owner_of(lab, ladder->leg, track, count, e) != number)
			continue;
		before[e->peer] = position_of(ladder, segments, &track[number], e,
					      side, before[e->peer]);
		row = add_row(ladder);
		if (!row)
			return -1;
		row->kind = ROW_CALL;
		row->side = side;
		row->at = before[e->peer].at;
		row->order = before[e->peer].order;
		call_text(&e->event, row->text, sizeof(row->text));
	}
	return 0;
}

static int add_notes(struct ladder *ladder, const struct lab *lab,
		     const struct track *track, size_t count, size_t number)
{
	for (size_t i = 0; i < lab->notes; i++) {
		const struct lab_note *note = &lab->note[i];
		int side = note->side - ladder->leg;
		size_t owner = 0;
		struct row *row;

		/* B's own events stand where it is a client. */
		if (side < A || side > B || (ladder->leg == FRONT && side == A))
			continue;

		for (size_t j = 0; j < count; j++)
			if (track[j].start <= note->at)
				owner = j;
		if (owner != number)
			continue;
		row = add_row(ladder);
		if (!row)
			return -1;
		row->kind = ROW_NOTE;
		row->side = side;
		row->at = (s64)(note->at - track[number].start);
		snprintf(row->text, sizeof(row->text), "%s", note->text);
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->side - y->side;
}

/*
 * tcp_rfc1337 lets TIME_WAIT ignore a RST, which no segment shows: where it
 * is still there at the end, that RST did not end it.
 */
static void keep_time_wait(struct ladder *ladder, const struct lab *lab,
			   int side)
{
	const struct diag_list *last = &lab->last[side + ladder->leg];
	bool there = false;

	for (size_t i = 0; i < last->count; i++) {
		const struct diag_socket *s = &last->socket[i];

		there |= s->state == ST_TIME_WAIT &&
			 s->local == ladder->port[side] &&
			 s->remote == ladder->port[!side];
	}
	for (size_t i = 0; there && i < ladder->rows; i++) {
		struct row *row = &ladder->row[i];

		if (row->flags & SEG_RST && row->side != side &&
		    row->state[side] == ST_CLOSE)
			row->state[side] = 0;
	}
}

/* A port that is another one in every run. */
static bool port_chosen(const struct lab *lab, u16 port)
{
	for (int i = 0; i < MAX_PEERS; i++)
		if (lab->scenario->peer[i].any_port)
			return port != CLIENT_PORT;
	return false;
}

/* One connection: 0, or -1. */
static int build(struct ladder *ladder, const struct lab *lab,
		 const struct captured *wire, const struct track *track,
		 size_t tracks, size_t number)
{
	for (int side = 0; side < 2; side++) {
		ladder->port[side] = track[number].port[side];
		ladder->first[side] = track[number].first[side];
	}
	ladder->chosen = port_chosen(lab, ladder->port[B]);
	if (add_segments(ladder, &track[number], wire) ||
	    add_calls(ladder, lab, track, tracks, number) ||
	    add_notes(ladder, lab, track, tracks, number))
		return -1;
	keep_time_wait(ladder, lab, A);
	keep_time_wait(ladder, lab, B);
	if (ladder->rows)
		qsort(ladder->row, ladder->rows, sizeof(struct row), by_place);
	return 0;
}

/* The connections of a leg, behind those that are there: 0, or -1. */
static int build_leg(struct ladder **all, size_t *count, const struct lab *lab,
		     enum leg leg, struct capture *capture)
{
	size_t wires, tracks;
	const struct captured *wire = capture_segments(capture, &wires);
	struct track *track = track_all(wire, wires, &tracks);
	struct ladder *more = reallocarray(*all, *count + tracks + 1,
					   sizeof(*more));
	int err = track && more ? 0 : -1;

	if (more) {
		memset(more + *count, 0, tracks * sizeof(*more));
		*all = more;
	}
	for (size_t i = 0; !err && i < tracks; i++) {
		more[*count].leg = leg;
		err = build(&more[(*count)++], lab, wire, track, tracks, i);
	}
	track_free(track, tracks);
	return err;
}

struct ladder *ladder_build(struct lab *lab, size_t *count)
{
	struct ladder *ladder = NULL;

	*count = 0;
	/* A request comes first to the proxy, and then to the server. */
	if ((lab->front && build_leg(&ladder, count, lab, FRONT, lab->front)) ||
	    (lab->capture &&
	     build_leg(&ladder, count, lab, BACK, lab->capture))) {
		ladder_free(ladder, *count);
		ladder = NULL;
		*count = 0;
	}
	return ladder;
}

void ladder_free(struct ladder *ladder, size_t count)
{
	for (size_t i = 0; ladder && i < count; i++)
		free(ladder[i].row);
	free(ladder);
}
