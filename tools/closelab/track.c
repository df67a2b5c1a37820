// SPDX-License-Identifier: GPL-2.0
#include "track.h"

#include "explain/conn.h"
#include "lib/util.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/*
 * A connection as each of its ends sees it, judged by the rules of closelab explain:
 * what it has sent, from then on, and what has arrived. Its first segment is by
 * end 0 of each.
 */
struct tracker {
	struct track *track;
	struct conn seen[2];
	int first;
};

/* The sides have no two addresses with the same last byte. */
static u8 tail(const struct packet *s, const u8 *address)
{
	return address[s->family == AF_INET6 ? 15 : 3];
}

static bool same_ends(const struct track *track, const struct captured *wire)
{
	const struct packet *s = &wire->segment;

	return track->port[wire->from] == s->sport &&
	       track->port[!wire->from] == s->dport &&
	       track->tail[wire->from] == tail(s, s->src) &&
	       track->tail[!wire->from] == tail(s, s->dst);
}

static bool begins(const struct track *track, const struct captured *wire)
{
	const struct packet *s = &wire->segment;

	return !wire->injected && (s->flags & (SEG_SYN | SEG_ACK)) == SEG_SYN &&
	       !(track->opener == wire->from && track->isn_known[wire->from] &&
		 track->isn[wire->from] == s->seq);
}

static void begin(struct track *track, const struct captured *wire)
{
	const struct packet *s = &wire->segment;

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
	int side = point->arrival ? !wire->from : wire->from;
	int before = track->state[side];
	int after = ST_UNKNOWN;

	if (!wire->injected) {
		struct packet packet = wire->segment;

		packet.frame = track->moves + 1;
		packet.at = point->at;
		conn_take(&t->seen[side], wire->from != t->first, &packet);
		after = conn_state(&t->seen[side], side != t->first);
		/* Nothing but what has no socket any more answers so. */
		if (!point->arrival && packet.flags & SEG_RST)
			after = ST_CLOSE;
	}
	if (after == ST_UNKNOWN || (before == ST_CLOSE && after == ST_TIME_WAIT))
		after = before;
	track->state[side] = after;
	track->move[track->moves++] = (struct move){
		.wire = index, .side = side, .arrival = point->arrival,
		.at = point->at, .state = after, .changed = before != after,
	};
}

/* A tracker for each connection, at its first segment: NULL without memory. */
static struct tracker *trackers_new(struct track *track, size_t tracks,
				    const struct captured *wire, size_t count,
				    const size_t *owner)
{
	struct tracker *all = calloc(tracks + 1, sizeof(*all));

	for (size_t i = 0; all && i < count; i++) {
		struct tracker *t = &all[owner[i]];

		if (t->track)
			continue;
		t->track = &track[owner[i]];
		t->first = wire[i].from;
		for (int side = 0; side < 2; side++)
			conn_init(&t->seen[side], &wire[i].segment);
	}
	return all;
}

static void trackers_free(struct tracker *t, size_t count)
{
	for (size_t i = 0; t && i < 2 * count; i++)
		conn_release(&t[i / 2].seen[i % 2]);
	free(t);
}

/* Whose each segment is: returns how many connections there are. */
static size_t sort_out(struct track *track, const struct captured *wire, size_t count,
		       size_t *owner)
{
	size_t tracks = 0;

	for (size_t i = 0; i < count; i++) {
		struct track *own;

		owner[i] = which(track, tracks, &wire[i]);
		if (owner[i] == tracks)
			begin(&track[tracks++], &wire[i]);
		own = &track[owner[i]];
		/* needed by begins() before the states are followed */
		if (wire[i].segment.flags & SEG_SYN && !wire[i].injected) {
			own->isn[wire[i].from] = wire[i].segment.seq;
			own->isn_known[wire[i].from] = true;
		}
		own->moves += !wire[i].injected + !!wire[i].arrived;
	}
	return tracks;
}

/* In order of time: returns how many points there are. */
static size_t order(const struct captured *wire, size_t count, struct point *point)
{
	size_t points = 0;

	for (size_t i = 0; i < count; i++) {
		if (!wire[i].injected)
			point[points++] = (struct point){ wire[i].sent, i, false };
		if (wire[i].arrived)
			point[points++] = (struct point){ wire[i].arrived, i, true };
	}
	qsort(point, points, sizeof(*point), by_time);
	return points;
}

/* Room for the moves of each, which are counted again as they are made: 0, or -1. */
static int make_room(struct track *track, size_t tracks)
{
	for (size_t i = 0; i < tracks; i++) {
		track[i].move = calloc(track[i].moves + 1, sizeof(struct move));
		if (!track[i].move)
			return -1;
		track[i].moves = 0;
	}
	return 0;
}

struct track *track_all(const struct captured *wire, size_t count, size_t *tracks)
{
	struct track *track = calloc(count + 1, sizeof(*track));
	struct point *point = calloc(2 * count + 1, sizeof(*point));
	size_t *owner = calloc(count + 1, sizeof(*owner));
	struct tracker *t = NULL;
	size_t points;

	*tracks = 0;
	if (track && point && owner) {
		*tracks = sort_out(track, wire, count, owner);
		t = trackers_new(track, *tracks, wire, count, owner);
	}
	if (!t || make_room(track, *tracks)) {
		track_free(track, *tracks);
		track = NULL;
		*tracks = 0;
	} else {
		points = order(wire, count, point);
		for (size_t i = 0; i < points; i++)
			follow(&t[owner[point[i].wire]], &wire[point[i].wire],
			       point[i].wire, &point[i]);
	}
	trackers_free(t, *tracks);
	free(point);
	free(owner);
	return track;
}

void track_free(struct track *track, size_t count)
{
	for (size_t i = 0; track && i < count; i++)
		free(track[i].move);
	free(track);
}
