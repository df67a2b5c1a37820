// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "fate.h"
#include "foreign.h"
#include "origin.h"

/* Segments that were beyond doubt sent after a RST had arrived. */
#define SLACK_NS 200000000LL
#define REPEAT_SLACK_NS 3000000LL

/* RST that overtakes the segments before it, by another queue. */
#define OVERTAKEN_NS 1000000LL

/* Queues, or taps that were merged, swap a SYN and its answer: sooner than it is sent again. */
#define SWAPPED_NS 200000000LL

/* TCP_TIMEOUT_INIT: then a SYN-ACK that nobody has acknowledged is sent again. */
#define SYN_ACK_AGAIN_NS 1200000000LL

static void take_text(struct reset *r, const struct packet *p)
{
	uint32_t n = p->captured;

	/* RFC 9293 section 3.5.3 allows data that says why. */
	if (n > sizeof(r->text) - 1)
		n = sizeof(r->text) - 1;
	for (uint32_t i = 0; i < n; i++)
		r->text[i] = isprint(p->data[i]) ? p->data[i] : '.';
	r->text[n] = '\0';
}

static bool ends_sender(enum origin origin)
{
	return origin != ORIGIN_BAD_ACK && origin != ORIGIN_BETWEEN &&
	       origin != ORIGIN_NO_SOCKET && origin != ORIGIN_REFUSED;
}

static void describe(const struct conn *conn, int side, const struct packet *p,
		     struct reset *r)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	r->frame = p->frame;
	r->at = p->at;
	r->seq = p->seq;
	r->ack = p->ack;
	r->side = side;
	r->flags = p->flags;
	r->ttl = p->ttl;
	r->ttl_before = x->ttl;
	r->id = p->id;
	r->id_before = x->id;
	r->window = p->window;
	r->window_before = x->raw_window;
	for (int i = 0; i < 2; i++) {
		r->nxt[i] = conn->end[i].nxt;
		r->state[i] = conn_state(conn, i);
	}
	r->after_fin = x->fins;
	/* Of a direction that was not captured, nothing says that there was none. */
	r->peer_data = y->data || y->missing || !y->seen ||
		       (p->flags & SEG_ACK && y->isn_known &&
			seq_after(p->ack, y->isn + 1 + !!y->fins));
	r->own_data = x->data;
	r->late_data = y->late_frame;
	r->one_probe = x->probes == 1;
	r->odd_number = p->flags & SEG_ACK && conn->plain && x->nxt_known && p->seq != x->nxt;
	r->begun_before = conn->opener < 0;
	r->mptcp = p->mptcp & MPTCP_REASON;
	r->reason = p->reason;
	r->cause_frame = y->last_frame;
	take_text(r, p);
}

/* Where to remember it: the last place is for the newest. */
static struct reset *place(struct conn *conn)
{
	conn->resets_all++;
	if (!conn->reset)
		conn->reset = calloc(MAX_RESETS, sizeof(*conn->reset));
	if (!conn->reset)
		return NULL;
	if (conn->resets == MAX_RESETS)
		return &conn->reset[MAX_RESETS - 1];
	return &conn->reset[conn->resets++];
}

/*
 * It acknowledges more than a SYN-ACK, which has not been sent again for as long as it would
 * have been: the other end is established.
 */
static bool has_answered_more(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *y = &conn->end[!side];

	return !conn->plain && y->answers && !y->estab && p->flags & SEG_ACK &&
	       seq_after(p->ack, y->isn + 1) && p->at - y->syn_last_at > SYN_ACK_AGAIN_NS;
}

/* A RST without ACK answers a segment (RFC 9293 section 3.10.7.1); of late none was captured. */
static bool answers_nothing(const struct conn *conn, int side, int64_t at)
{
	const struct end *y = &conn->end[!side];

	return y->seen && at - y->last_at > conn_rtt(conn) + SLACK_NS;
}

/*
 * Both ends are reset at once, though neither has sent anything that asks for it, nor is a RST
 * answered: a firewall that forgets the connection tells both.
 */
static bool resets_both(struct conn *conn, int side, const struct packet *p)
{
	int by = conn->end[side].over_by;
	struct reset *r = by < 0 ? NULL : &conn->reset[by];

	if (!r || r->side == side || r->origin != ORIGIN_FORGOTTEN || p->flags & SEG_ACK ||
	    !conn->end[side].nxt_known || p->seq != conn->end[side].nxt ||
	    !times_near(p->at, r->at, conn_rtt(conn)) ||
	    !answers_nothing(conn, r->side, r->at) || !answers_nothing(conn, side, p->at))
		return false;
	conn_blame_between(conn, by, KNOWN_BY_BOTH_ENDS);
	return true;
}

void conn_take_reset(struct conn *conn, int side, const struct packet *p)
{
	struct end *x = &conn->end[side];
	struct end *y = &conn->end[!side];
	struct reset *r = place(conn), fresh = { 0 };
	int index;
	bool held, both;

	/* Without memory it is counted, and that is all. */
	if (!r)
		return;
	if (!x->estab && conn_has_data(x, p))
		x->estab = true;
	if (has_answered_more(conn, side, p))
		y->estab = true;
	index = r - conn->reset;
	held = x->over_by == index || y->over_by == index;
	both = resets_both(conn, side, p);
	describe(conn, side, p, &fresh);
	fresh.known_by = both ? KNOWN_BY_BOTH_ENDS : KNOWN_BY_HEADER;
	fresh.origin = both ? ORIGIN_BETWEEN : reset_origin(conn, side, p, &fresh);
	fresh.fate = reset_fate(conn, side, p, &fresh);
	x->resets++;
	if (reset_without_socket(fresh.origin))
		conn->no_socket[side]++;
	/* The RST that ended an end is not forgotten. */
	if (held)
		return;
	*r = fresh;
	if (ends_sender(r->origin) &&
	    (x->over_by < 0 || reset_crossed(conn, side, p)))
		x->over_by = index;
	if (r->fate == FATE_TIME_WAIT)
		y->tw_killed = true;
	if (r->fate != FATE_BELIEVED && r->fate != FATE_UNCHALLENGED)
		return;
	if (r->state[!side] == ST_SYN_SENT)
		y->refused = true;
	if (y->over_by < 0)
		y->over_by = index;
}

/* The last RST, where it is the other end's and may have been swapped with a segment. */
static struct reset *swapped(const struct conn *conn, int side, const struct packet *p)
{
	struct reset *r = conn->resets ? &conn->reset[conn->resets - 1] : NULL;

	return r && r->side != side && times_near(p->at, r->at, SWAPPED_NS) ? r : NULL;
}

bool conn_refused_before(const struct conn *conn, int side, const struct packet *p)
{
	const struct reset *r = swapped(conn, side, p);

	return r && !conn->end[!side].seen && r->flags & SEG_ACK &&
	       r->ack == packet_end(p) + 1 &&
	       (r->origin == ORIGIN_NO_SOCKET || r->origin == ORIGIN_UNKNOWN);
}

/* No TCP resets what it has asked for itself but as the answer to a SYN-ACK, with its number. */
static bool half_open_before(const struct conn *conn, int side, const struct packet *p)
{
	const struct reset *r = swapped(conn, side, p);

	return r && r->origin == ORIGIN_GIVEN_UP && !(r->flags & SEG_ACK) && r->seq == p->ack;
}

void conn_answered_before(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	bool answer = p->flags & SEG_ACK;
	int index = conn->resets - 1;
	struct reset *r;

	if (!(answer ? half_open_before : conn_refused_before)(conn, side, p))
		return;
	r = &conn->reset[index];
	if (!reset_without_socket(r->origin))
		conn->no_socket[!side]++;
	r->origin = answer ? ORIGIN_HALF_OPEN : ORIGIN_REFUSED;
	r->state[side] = answer ? ST_SYN_RECV : ST_SYN_SENT;
	r->fate = FATE_BELIEVED;
	r->cause_frame = p->frame;
	e->over_by = index;
	e->refused = !answer;
	if (!answer)
		conn->end[!side].over_by = -1;
}

/*
 * A segment that acknowledges what the other end has sent since a RST was itself sent after that.
 * What goes as far as the RST itself says it did is older, and was captured late.
 */
static bool sent_since(const struct conn *conn, int side, const struct reset *r,
		       const struct packet *p)
{
	const struct end *o = &conn->end[!side];
	uint32_t had = r->nxt[!side];
	uint32_t told = had;

	if (r->side == side && r->flags & SEG_ACK)
		told = r->ack;
	else if (r->side != side && r->origin != ORIGIN_WENT_ON)
		told = r->seq;
	return p->flags & SEG_ACK && o->first_frame < r->frame && o->last_frame > r->frame &&
	       seq_after(p->ack, had) && seq_after(p->ack, told) && !seq_after(p->ack, o->nxt);
}

/* Whether a segment was sent before the sender could know of a RST. */
static bool under_way(const struct conn *conn, const struct end *e,
		      const struct reset *r, const struct packet *p)
{
	bool again = e->nxt_known && !seq_after(packet_end(p), e->nxt) &&
		     p->length + !!(p->flags & (SEG_FIN | SEG_SYN));
	uint32_t edge = conn->end[r->side].edge;
	int64_t rtt = conn_rtt(conn);
	int64_t gap = p->at - r->at;

	if (sent_since(conn, !r->side, r, p))
		return false;
	/* However long the queue is: what goes on without a pause may all have been sent before. */
	if (!again && p->length && p->at - e->last_at < SLACK_NS && edge &&
	    !seq_after(p->seq + p->length, edge))
		return true;
	return gap < (again ? rtt + REPEAT_SLACK_NS : 2 * rtt + SLACK_NS);
}

/* Segments that it has sent since a RST are acknowledged by that RST's own sender. */
static void revive(struct conn *conn, int side, int by, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct reset *r = &conn->reset[by];

	if (e->over_by != by || e->last_frame < r->frame ||
	    !(p->flags & SEG_ACK) || p->ack != e->nxt)
		return;
	r->fate = FATE_NO_EFFECT;
	e->over_by = -1;
	e->refused = false;
}

/* Nor had those that followed, to an end that was taken for gone. */
static void no_effect(struct conn *conn, int by)
{
	int side = conn->reset[by].side;

	conn->reset[by].fate = FATE_NO_EFFECT;
	for (int i = by + 1; i < conn->resets; i++)
		if (conn->reset[i].side == side && conn->reset[i].fate == FATE_NOBODY)
			conn->reset[i].fate = FATE_NO_EFFECT;
}

/* The RST of the same number that came next, to an end that was taken for gone; -1: none did. */
static int came_next(const struct conn *conn, int index)
{
	const struct reset *r = &conn->reset[index];

	for (int i = index + 1; i < conn->resets; i++)
		if (conn->reset[i].side == r->side && conn->reset[i].seq == r->seq &&
		    conn->reset[i].fate == FATE_NOBODY)
			return i;
	return -1;
}

void conn_reset_lost(struct conn *conn, int index)
{
	struct reset *r = &conn->reset[index], *next;
	struct end *y = &conn->end[!r->side];

	if (r->fate == FATE_TIME_WAIT)
		y->tw_killed = false;
	if (y->over_by == index) {
		y->over_by = came_next(conn, index);
		if (y->over_by < 0) {
			y->refused = false;
		} else {
			next = &conn->reset[y->over_by];
			next->state[!r->side] = r->state[!r->side];
			next->expected = r->expected;
			next->fate = r->fate;
		}
	}
	r->fate = FATE_LOST;
}

/* RFC 5961 section 3.2: it says again what it expects. */
static bool challenges(const struct end *y, const struct reset *r, const struct packet *p)
{
	return r->fate == FATE_UNCHALLENGED && !p->length && y->ack_known &&
	       (p->flags & (SEG_SYN | SEG_FIN | SEG_ACK)) == SEG_ACK &&
	       p->ack == r->expected && y->ack_max == p->ack;
}

/*
 * Who goes on has not sent the RST in its name, nor is a RST answered: the one in the other end's
 * name that came at once is of who has sent the first.
 */
static void doubt_both(struct conn *conn, int side, int by)
{
	struct end *o = &conn->end[!side];
	int other = o->over_by;

	if (other < 0 || conn->reset[other].side == side ||
	    conn->reset[other].origin != ORIGIN_ABORT ||
	    !times_near(conn->reset[other].at, conn->reset[by].at, OVERTAKEN_NS))
		return;
	conn_blame_between(conn, by, KNOWN_BY_BOTH_ENDS);
	conn_blame_between(conn, other, KNOWN_BY_BOTH_ENDS);
	if (conn->reset[by].fate == FATE_BELIEVED)
		o->over_by = by;
}

/* Whether the sender of a RST may have sent a segment before it, captured behind it though. */
static bool overtaken(const struct conn *conn, const struct reset *r, const struct packet *p)
{
	return r->fate != FATE_IGNORED && times_near(p->at, r->at, OVERTAKEN_NS) &&
	       !seq_after(packet_end(p), r->seq) && !sent_since(conn, r->side, r, p);
}

/*
 * An end without a socket may still send, by hand, after its kernel has ended what that had begun:
 * by a RST at the number that the SYN-ACK acknowledges.
 */
static bool by_hand(const struct reset *r)
{
	return r->origin == ORIGIN_HALF_OPEN && r->fate == FATE_BELIEVED && r->seq == r->expected;
}

void conn_goes_on(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct reset *r;

	if (e->over_by < 0)
		return;
	r = &conn->reset[e->over_by];
	if (r->side == side) {
		if (overtaken(conn, r, p))
			return;
		if (by_hand(r))
			return;
		if (reset_without_socket(r->origin) && conn->no_socket[side])
			conn->no_socket[side]--;
		r->origin = ORIGIN_WENT_ON;
		revive(conn, !side, e->over_by, p);
		doubt_both(conn, side, e->over_by);
	} else if (challenges(e, r, p)) {
		r->fate = FATE_CHALLENGED;
	} else {
		/* Windows tries three times, with the same number. */
		if (p->flags & SEG_SYN && e->refused)
			return;
		if (under_way(conn, e, r, p) && r->origin != ORIGIN_BETWEEN &&
		    !(e->refused && conn->end[!side].answers))
			return;
		no_effect(conn, e->over_by);
	}
	e->over_by = -1;
	e->refused = false;
}
