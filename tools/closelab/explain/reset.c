// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "fate.h"
#include "foreign.h"
#include "repeat.h"

/* Segments that were beyond doubt sent after a RST had arrived. */
#define SLACK_NS 200000000LL
#define REPEAT_SLACK_NS 3000000LL

/* RST that overtakes the segments before it, by another queue. */
#define OVERTAKEN_NS 1000000LL

/* Queues, or taps that were merged, swap a SYN and its answer: sooner than it is sent again. */
#define SWAPPED_NS 200000000LL

/* TCP_TIMEOUT_INIT: then a SYN-ACK that nobody has acknowledged is sent again. */
#define SYN_ACK_AGAIN_NS 1200000000LL

/*
 * A segment that is not answered is sent again this often at least: Windows does five times,
 * BSD twelve, before it gives up with a RST. Linux gives up without (tcp_write_err()).
 */
#define GIVES_UP_AFTER 5

/* RFC 6298 section 2.5: the longest wait is 60 s or more. */
#define RTO_MAX_NS 60000000000LL

static bool answers_syn(const struct end *y, const struct packet *p)
{
	return p->flags & SEG_ACK && y->syns &&
	       p->ack - y->isn - 1 <= y->syn_data;
}

/*
 * RFC 9293 section 3.10.7.1: to a segment with ACK the answer has none, so a RST with ACK at the
 * number that is expected comes from a socket; and with number 0 it answers a SYN.
 */
static enum origin origin_alone(const struct end *x, const struct end *y, const struct packet *p)
{
	bool ack = p->flags & SEG_ACK;

	if (!y->seen)
		return ack && !p->seq && !x->seen && !p->length ? ORIGIN_NO_SOCKET : ORIGIN_UNKNOWN;
	if (answers_syn(y, p))
		return ORIGIN_REFUSED;
	return ack && y->ack_known && p->seq == y->ack_max ? ORIGIN_ABORT : ORIGIN_NO_SOCKET;
}

/*
 * It comes when the next repetition would: after twice the last wait, or as long again where
 * that had reached its longest (BSD: 64 s).
 */
static bool repetition_due(const struct end *x, const struct packet *p)
{
	int64_t wait = p->at - x->repeat_last_at, last = x->repeat_wait_ns;

	if (x->repeats < GIVES_UP_AFTER || last <= 0)
		return false;
	return times_near(wait, 2 * last, last / 10) ||
	       (last >= RTO_MAX_NS && times_near(wait, last, last / 20));
}

/*
 * In the middle of a connection, with nothing but probes: they are one below, and as far apart each
 * time. Window probes, which would look the same here, double their wait.
 */
static bool interval_over(const struct conn *conn, const struct end *x, const struct packet *p)
{
	/* The RST is one of the segments. */
	int64_t mean = (x->last_at - conn->start) / (int64_t)(x->segments - 2);

	return times_near(p->at - x->last_at, mean, mean / 10 + SLACK_NS);
}

static enum origin origin_abort(const struct conn *conn, int side,
				const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	/* RFC 8684 section 3.5: asked for by an ACK of the peer, or on the RST itself */
	if (y->fastclose || p->mptcp & MPTCP_FASTCLOSE)
		return ORIGIN_FASTCLOSE;
	if (probe_due(x, y, p))
		return ORIGIN_KEEPALIVE;
	if (repetition_due(x, p))
		return ORIGIN_TIMEOUT;
	if (conn->opener < 0 && !y->seen && !x->data && x->segments > 2 &&
	    p->seq == x->nxt + 1 && interval_over(conn, x, p))
		return ORIGIN_KEEPALIVE;
	if (conn->syn_met.open && conn->syn_met.side != side)
		return ORIGIN_NEW_SYN;
	return ORIGIN_ABORT;
}

/*
 * tcp_fastopen_create_child(): whose SYN-ACK acknowledges data of the SYN, or is followed by
 * data, has more than a request socket before the handshake is over.
 */
static bool has_full_socket(const struct end *x, const struct end *y)
{
	return x->data || (x->ack_known && y->isn_known && seq_after(x->ack_max, y->isn + 1));
}

static enum origin origin_opening(const struct conn *conn, int side,
				  const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (x->answers)
		return p->flags & SEG_ACK && has_full_socket(x, y) ?
		       origin_abort(conn, side, p) : ORIGIN_SYN_RECV;
	if (!x->syns)
		return origin_alone(x, y, p);
	/* What it acknowledges was not captured: it was established. */
	if (!y->seen)
		return p->flags & SEG_ACK && p->ack ? ORIGIN_ABORT : ORIGIN_GIVEN_UP;
	if (y->answers && y->ack_known && seq_after(y->ack_max, x->isn))
		return !conn->plain && seq_after(p->seq, y->last_ack) ?
		       ORIGIN_FORGOTTEN : ORIGIN_HALF_OPEN;
	if (y->answers && y->last_ack == x->isn + 1 + x->syn_data)
		return ORIGIN_HALF_OPEN;
	/* In SYN_SENT such an ACK without SYN is passed over (RFC 9293 section 3.10.7.3). */
	if (y->last_ack == x->isn + 1 && p->seq == y->last_ack)
		return ORIGIN_HALF_OPEN;
	return ORIGIN_BAD_ACK;
}

/* Right at the end of the handshake, before a listener's end has sent anything else */
static bool ends_handshake(const struct conn *conn, const struct end *x, const struct packet *p)
{
	return x->answers && x->last_at == x->syn_last_at && p->seq == x->isn + 1 &&
	       p->at - x->syn_acked_at < conn_rtt(conn) + SLACK_NS;
}

/* tcp_v4_send_reset(): without ACK, at the number that was acknowledged. */
static enum origin origin_answer(const struct conn *conn, int side,
				 const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (!x->fins && ends_handshake(conn, x, p))
		return ORIGIN_SYN_RECV;
	/* It had given up: this is somebody who wakes up. */
	if (x->lapsed)
		return ORIGIN_NO_SOCKET;
	if (!x->fins)
		return conn_may_have_closed(conn, side) ? ORIGIN_CLOSED : ORIGIN_FORGOTTEN;
	if (x->fins > 1 && !x->fin_acked && conn_overdue(x->fin_at, x->fin_last_at, x->fins, p->at))
		return ORIGIN_NO_SOCKET;
	/* Of what came meanwhile nothing was captured; to a FIN its socket would have answered. */
	if (!y->seen)
		return ORIGIN_DATA_AFTER_CLOSE;
	if (y->late_frame && p->seq == y->late_ack)
		return ORIGIN_DATA_AFTER_CLOSE;
	/* Data that was under way when the FIN was sent, and is answered now */
	if (y->data && x->nxt_known && seq_before(p->seq, x->fin_end))
		return ORIGIN_DATA_AFTER_CLOSE;
	if (y->late_frame)
		return ORIGIN_DATA_AFTER_CLOSE;
	/* A filter for flags leaves data out. */
	if (!y->fins && !conn->plain)
		return ORIGIN_DATA_AFTER_CLOSE;
	/* A probe is acknowledged as long as there is a socket. */
	return y->fins || y->probes ? ORIGIN_EXPIRED : ORIGIN_CLOSED;
}

/*
 * A RST that answers what was sent before the other end's RST cannot come of
 * that one: the two have crossed.
 */
static bool crossed(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];
	const struct reset *by = x->over_by < 0 ? NULL : &conn->reset[x->over_by];

	if (!by || by->side == side || by->origin == ORIGIN_BETWEEN)
		return false;
	/* With ACK it answers nothing, but is the abort of a socket that was still there. */
	return y->last_frame < by->frame && p->at - by->at < conn_rtt(conn) &&
	       (!(p->flags & SEG_ACK) || p->seq == x->nxt);
}

/*
 * A FIN that was captured on its way to an end is known to have arrived there
 * when that end has acknowledged it, not before.
 */
static bool is_over(const struct conn *conn, int side, int state)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (!x->seen)
		return false;
	if (state == ST_TIME_WAIT)
		return x->ack_known && !seq_before(x->ack_max, y->fin_end);
	return state == ST_CLOSE;
}

static enum origin origin_of(const struct conn *conn, int side,
			     const struct packet *p, const struct reset *r)
{
	const struct end *x = &conn->end[side];
	int state = r->state[side];
	/* Its SYN was answered, and this is all that it has to say to that. */
	bool no_more = x->syns && !x->ack_known && !(p->flags & SEG_ACK);

	/* A scanner makes its SYN by itself; to the answer its kernel replies. */
	if (!no_more && reset_is_foreign(x, p))
		return ORIGIN_BETWEEN;
	if (is_over(conn, side, state) && !crossed(conn, side, p))
		return ORIGIN_NO_SOCKET;
	if (no_more || (!x->estab && !x->fins))
		return origin_opening(conn, side, p);
	if (p->flags & SEG_ACK)
		return origin_abort(conn, side, p);
	return origin_answer(conn, side, p);
}

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
	r->state[0] = conn_state(conn, 0);
	r->state[1] = conn_state(conn, 1);
	r->after_fin = x->fins;
	/* Of a direction that was not captured, nothing says that there was none. */
	r->peer_data = y->data || y->missing || !y->seen ||
		       (p->flags & SEG_ACK && y->isn_known &&
			seq_after(p->ack, y->isn + 1 + !!y->fins));
	r->own_data = x->data;
	r->late_data = y->late_frame;
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

void conn_take_reset(struct conn *conn, int side, const struct packet *p)
{
	struct end *x = &conn->end[side];
	struct end *y = &conn->end[!side];
	struct reset *r = place(conn), fresh = { 0 };
	int index;
	bool held;

	/* Without memory it is counted, and that is all. */
	if (!r)
		return;
	if (!x->estab && conn_has_data(x, p))
		x->estab = true;
	if (has_answered_more(conn, side, p))
		y->estab = true;
	index = r - conn->reset;
	held = x->over_by == index || y->over_by == index;
	describe(conn, side, p, &fresh);
	fresh.origin = origin_of(conn, side, p, &fresh);
	fresh.fate = reset_fate(conn, side, p, &fresh);
	x->resets++;
	if (reset_without_socket(fresh.origin))
		conn->no_socket[side]++;
	/* The RST that ended an end is not forgotten. */
	if (held)
		return;
	*r = fresh;
	if (ends_sender(r->origin) &&
	    (x->over_by < 0 || crossed(conn, side, p)))
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
	       r->ack == p->seq + 1 + p->length + !!(p->flags & SEG_FIN) &&
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

/* Whether a segment was sent before the sender could know of a RST. */
static bool under_way(const struct conn *conn, const struct end *e,
		      const struct reset *r, const struct packet *p)
{
	bool again = e->nxt_known &&
		     !seq_after(p->seq + p->length + !!(p->flags & SEG_FIN), e->nxt) &&
		     p->length + !!(p->flags & (SEG_FIN | SEG_SYN));
	uint32_t edge = conn->end[r->side].edge;
	int64_t rtt = conn_rtt(conn);
	int64_t gap = p->at - r->at;

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

/* RFC 5961 section 3.2: it says again what it expects. */
static bool challenges(const struct end *y, const struct reset *r, const struct packet *p)
{
	return r->fate == FATE_UNCHALLENGED && !p->length && y->ack_known &&
	       (p->flags & (SEG_SYN | SEG_FIN | SEG_ACK)) == SEG_ACK &&
	       p->ack == r->expected && y->ack_max == p->ack;
}

void conn_goes_on(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct reset *r;

	if (e->over_by < 0)
		return;
	r = &conn->reset[e->over_by];
	if (r->side == side) {
		/* Earlier segments of it may have been overtaken. */
		if (times_near(p->at, r->at, OVERTAKEN_NS) &&
		    !seq_after(p->seq + p->length + !!(p->flags & SEG_FIN), r->seq))
			return;
		/* An end without a socket may still send, by hand. */
		if (r->origin == ORIGIN_HALF_OPEN)
			return;
		r->origin = ORIGIN_WENT_ON;
		revive(conn, !side, e->over_by, p);
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
