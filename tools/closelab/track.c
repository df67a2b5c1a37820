// SPDX-License-Identifier: GPL-2.0
#include "track.h"

#include "lib/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What is known of an end of a connection on the way. */
struct end {
	bool fin_sent;
	u32 fin_end;	/* sequence number behind our FIN */
	bool next_known;
	u32 next;		/* what we expect from the other */
};

struct tracker {
	struct track *track;
	struct end end[2];
};

static int after_sending(struct end *end, const struct segment *s, int state)
{
	if (s->flags & SEG_RST)
		return ST_CLOSE;
	if (s->flags & SEG_SYN)
		return s->flags & SEG_ACK ? ST_SYN_RECV : ST_SYN_SENT;
	if (!(s->flags & SEG_FIN))
		return state;
	end->fin_sent = true;
	end->fin_end = s->seq + s->length + 1;
	if (state == ST_ESTABLISHED || state == ST_SYN_RECV)
		return ST_FIN_WAIT1;
	return state == ST_CLOSE_WAIT ? ST_LAST_ACK : state;
}

static int after_ack(const struct end *end, u32 ack, int state)
{
	bool all = end->fin_sent && (s32)(ack - end->fin_end) >= 0;

	switch (state) {
	case ST_SYN_RECV:
		return ST_ESTABLISHED;
	case ST_FIN_WAIT1:
		return all ? ST_FIN_WAIT2 : state;
	case ST_CLOSING:
		return all ? ST_TIME_WAIT : state;
	case ST_LAST_ACK:
		return all ? ST_CLOSE : state;
	}
	return state;
}

static int after_fin(int state)
{
	switch (state) {
	case ST_ESTABLISHED:
		return ST_CLOSE_WAIT;
	case ST_FIN_WAIT1:
		return ST_CLOSING;
	case ST_FIN_WAIT2:
		return ST_TIME_WAIT;
	}
	return state;
}

/* Take what is in order, and note what is expected next. */
static void advance(struct end *end, const struct segment *s)
{
	if (s->flags & SEG_SYN) {
		end->next_known = true;
		end->next = s->seq;
	}
	if (s->seq == end->next)
		end->next += s->length + !!(s->flags & SEG_SYN) +
			     !!(s->flags & SEG_FIN);
}

/* A RST beside the expected number is not believed, but asked about. */
static int after_reset(const struct end *end, const struct segment *s,
		       int state)
{
	if (state == ST_LISTEN || (end->next_known && s->seq != end->next))
		return state;
	return ST_CLOSE;
}

static int after_arrival(struct end *end, const struct segment *s, int state)
{
	if (s->flags & SEG_RST)
		return after_reset(end, s, state);
	advance(end, s);
	if (s->flags & SEG_SYN)
		return s->flags & SEG_ACK && state == ST_SYN_SENT ?
		       ST_ESTABLISHED : state;
	if (s->flags & SEG_ACK)
		state = after_ack(end, s->ack, state);
	if (s->flags & SEG_FIN)
		state = after_fin(state);
	return state;
}

/* The sides have no two addresses with the same last byte. */
static u8 tail(const struct segment *s, const u8 *address)
{
	return address[s->family == AF_INET6 ? 15 : 3];
}

static bool same_ends(const struct track *track, const struct captured *wire)
{
	const struct segment *s = &wire->segment;

	return track->port[wire->from] == s->sport &&
	       track->port[!wire->from] == s->dport &&
	       track->tail[wire->from] == tail(s, s->src) &&
	       track->tail[!wire->from] == tail(s, s->dst);
}

static bool begins(const struct track *track, const struct captured *wire)
{
	const struct segment *s = &wire->segment;

	return !wire->injected && (s->flags & (SEG_SYN | SEG_ACK)) == SEG_SYN &&
	       !(track->opener == wire->from && track->isn_known[wire->from] &&
		 track->isn[wire->from] == s->seq);
}

static void begin(struct track *track, const struct captured *wire)
{
	const struct segment *s = &wire->segment;

	memset(track, 0, sizeof(*track));
	track->port[wire->from] = s->sport;
	track->port[!wire->from] = s->dport;
	track->tail[wire->from] = tail(s, s->src);
	track->tail[!wire->from] = tail(s, s->dst);
	track->opener = wire->from;
	track->start = wire->sent;
	track->first[wire->from] = ST_CLOSE;
	track->first[!wire->from] = ST_LISTEN;
	track->state[0] = track->first[0];
	track->state[1] = track->first[1];
}

/* The connection that a segment belongs to: the youngest on its ports. */
static size_t which(const struct track *track, size_t count,
		    const struct captured *wire)
{
	for (size_t i = count; i-- > 0;)
		if (same_ends(&track[i], wire))
			return begins(&track[i], wire) ? count : i;
	return count;
}

/* Both ends of a segment's way, in order of time over all segments. */
struct point {
	u64 at;
	size_t wire;
	bool arrival;
};

static int by_time(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->wire != y->wire)
		return x->wire < y->wire ? -1 : 1;
	return (int)x->arrival - (int)y->arrival;
}

static void follow(struct tracker *t, const struct captured *wire, size_t index,
		   const struct point *point)
{
	struct track *track = t->track;
	const struct segment *s = &wire->segment;
	int side = point->arrival ? !wire->from : wire->from;
	int before = track->state[side];
	int after = before;

	if (wire->injected)
		;
	else if (point->arrival)
		after = after_arrival(&t->end[side], s, before);
	else
		after = after_sending(&t->end[side], s, before);
	track->state[side] = after;
	track->move[track->moves++] = (struct move){
		.wire = index, .side = side, .arrival = point->arrival,
		.at = point->at, .state = after, .changed = before != after,
	};
}

struct track *track_all(const struct captured *wire, size_t count, size_t *tracks)
{
	struct track *track = calloc(count + 1, sizeof(*track));
	struct tracker *t = calloc(count + 1, sizeof(*t));
	struct point *point = calloc(2 * count + 1, sizeof(*point));
	size_t *owner = calloc(count + 1, sizeof(*owner));
	size_t points = 0;

	*tracks = 0;
	if (!track || !t || !point || !owner)
		goto fail;
	for (size_t i = 0; i < count; i++) {
		owner[i] = which(track, *tracks, &wire[i]);
		if (owner[i] == *tracks)
			begin(&track[(*tracks)++], &wire[i]);
		if (!wire[i].injected)
			point[points++] = (struct point){
				wire[i].sent, i, false };
		if (wire[i].arrived)
			point[points++] = (struct point){
				wire[i].arrived, i, true };
		/* needed by begins() before the states are followed */
		if (wire[i].segment.flags & SEG_SYN && !wire[i].injected) {
			struct track *own = &track[owner[i]];

			own->isn[wire[i].from] = wire[i].segment.seq;
			own->isn_known[wire[i].from] = true;
		}
	}
	qsort(point, points, sizeof(*point), by_time);
	for (size_t i = 0; i < points; i++)
		track[owner[point[i].wire]].moves++;
	for (size_t i = 0; i < *tracks; i++) {
		track[i].move = calloc(track[i].moves, sizeof(struct move));
		if (!track[i].move)
			goto fail;
		track[i].moves = 0;
		t[i].track = &track[i];
	}
	for (size_t i = 0; i < points; i++)
		follow(&t[owner[point[i].wire]], &wire[point[i].wire],
		       point[i].wire, &point[i]);
	free(t);
	free(point);
	free(owner);
	return track;
fail:
	if (track)
		track_free(track, *tracks);
	free(t);
	free(point);
	free(owner);
	return NULL;
}

void track_free(struct track *track, size_t count)
{
	for (size_t i = 0; track && i < count; i++)
		free(track[i].move);
	free(track);
}
