// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "foreign.h"

/* Segments that were beyond doubt sent after a RST had arrived. */
#define SLACK_NS 200000000LL
#define REPEAT_SLACK_NS 3000000LL

/* RST that overtakes the segments before it, by another queue. */
#define OVERTAKEN_NS 1000000LL

/* TCP_TIMEOUT_INIT: then a SYN-ACK that nobody has acknowledged is sent again. */
#define SYN_ACK_AGAIN_NS 1200000000LL

/*
 * A segment that is not answered is sent again this often at least: Windows does five times,
 * BSD twelve, before it gives up with a RST. Linux gives up without (tcp_write_err()).
 */
#define GIVES_UP_AFTER 5

/* RFC 6298 section 2.5: the longest wait is 60 s or more. */
#define RTO_MAX_NS 60000000000LL

/*
 * tcp_rcv_synsent_state_process(), RFC 9293 section 3.10.7.3: it must
 * acknowledge the SYN.
 */
static enum fate fate_syn_sent(const struct end *y, const struct packet *p)
{
	if (!(p->flags & SEG_ACK))
		return FATE_IGNORED;
	if (p->ack - y->isn - 1 > y->syn_data)
		return FATE_IGNORED;
	return FATE_BELIEVED;
}

/* tcp_check_req(): a request socket takes any RST in the window. */
static enum fate fate_request(const struct end *y, const struct packet *p)
{
	uint32_t expected = y->ack_max;

	if (p->flags & SEG_ACK && p->ack != y->isn + 1)
		return FATE_IGNORED;
	return p->seq - expected <= y->window ? FATE_BELIEVED : FATE_IGNORED;
}

/* tcp_reset_check(): the number of a FIN is taken for the one behind it. */
static bool is_fin_number(const struct end *x, int state_y, uint32_t seq)
{
	return x->fins && seq == x->fin_end - 1 &&
	       (state_y == ST_CLOSE_WAIT || state_y == ST_LAST_ACK ||
		state_y == ST_CLOSING);
}

/* tcp_validate_incoming(), RFC 5961 section 3.2, RFC 9293 section 3.10.7.4. */
static enum fate fate_synchronized(const struct end *x, const struct end *y,
				   int state_y, const struct packet *p,
				   uint32_t expected)
{
	uint32_t edge = expected + y->window;

	if (p->seq == expected || is_fin_number(x, state_y, p->seq))
		return FATE_BELIEVED;
	if (y->has_sack && p->seq == y->sack_right && seq_after(p->seq, y->ack_max))
		return FATE_BELIEVED;
	if (y->edge && seq_after(y->edge, edge))
		edge = y->edge;
	if (seq_before(p->seq, expected)) {
		/* tcp_sequence(): the window begins at what was acknowledged last. */
		return y->ack_known && !seq_before(p->seq, y->ack_max) ?
		       FATE_CHALLENGED : FATE_IGNORED;
	}
	return seq_after(p->seq, edge) ? FATE_IGNORED : FATE_CHALLENGED;
}

/*
 * The handshake was over and its ACK is not there: a filter for flags has left it out, with the
 * data that a RST counts.
 */
static bool counts_what_lacks(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	return !conn->plain && y->estab && x->nxt_known && p->seq != x->nxt;
}

/*
 * A socket's RST has the number behind all that it sent. Beyond what was captured: the capture
 * lost data of its sender, or the network did; then the receiver challenges it.
 */
static bool may_have_lost(const struct end *x, const struct packet *p, const struct reset *r)
{
	return r->origin == ORIGIN_ABORT && p->flags & SEG_ACK && x->data && !x->fins &&
	       seq_after(p->seq, r->expected);
}

static enum fate fate_of(const struct conn *conn, int side,
			 const struct packet *p, struct reset *r)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];
	int state = r->state[!side];
	uint32_t expected = x->nxt_known && (x->estab || x->syns || x->answers) ?
			    x->nxt : y->ack_max;
	enum fate fate;

	r->expected = expected;
	if (state == ST_CLOSE)
		return FATE_NOBODY;
	if (state == ST_SYN_SENT)
		return fate_syn_sent(y, p);
	if (!y->seen || (!y->ack_known && !x->nxt_known))
		return FATE_UNKNOWN;
	/* It has answered nothing: nothing says that this one reaches it. */
	if (r->origin == ORIGIN_KEEPALIVE || r->origin == ORIGIN_TIMEOUT)
		return FATE_UNKNOWN;
	if (counts_what_lacks(conn, side, p)) {
		r->expected = p->seq;
		return FATE_BELIEVED;
	}
	if (state == ST_SYN_RECV && !y->syns)
		return fate_request(y, p);
	if (state == ST_TIME_WAIT)
		/* tcp_timewait_state_process(), without tcp_rfc1337 */
		return p->seq == x->fin_end ? FATE_TIME_WAIT : FATE_IGNORED;
	fate = fate_synchronized(x, y, state, p, expected);
	return fate == FATE_CHALLENGED && may_have_lost(x, p, r) ? FATE_UNCHALLENGED : fate;
}

static bool answers_syn(const struct end *y, const struct packet *p)
{
	return p->flags & SEG_ACK && y->syns &&
	       p->ack - y->isn - 1 <= y->syn_data;
}

static enum origin origin_opening(const struct conn *conn, int side,
				  const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (x->answers)
		return ORIGIN_SYN_RECV;
	if (!x->syns) {
		if (!y->seen)
			return ORIGIN_UNKNOWN;
		return answers_syn(y, p) ? ORIGIN_REFUSED : ORIGIN_NO_SOCKET;
	}
	if (!y->seen)
		return ORIGIN_GIVEN_UP;
	if (y->answers && y->ack_known && seq_after(y->ack_max, x->isn))
		return !conn->plain && seq_after(p->seq, y->last_ack) ?
		       ORIGIN_FORGOTTEN : ORIGIN_HALF_OPEN;
	if (y->answers && y->last_ack == x->isn + 1 + x->syn_data)
		return ORIGIN_HALF_OPEN;
	return ORIGIN_BAD_ACK;
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

static enum origin origin_abort(const struct conn *conn, int side,
				const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (y->fastclose)
		return ORIGIN_FASTCLOSE;
	if (x->probes)
		return ORIGIN_KEEPALIVE;
	if (repetition_due(x, p))
		return ORIGIN_TIMEOUT;
	/* In the middle of a connection, with nothing but probes: they are one below. */
	if (conn->opener < 0 && !y->seen && !x->data && x->segments > 2 &&
	    p->seq == x->nxt + 1)
		return ORIGIN_KEEPALIVE;
	if (conn->syn_met.open && conn->syn_met.side != side)
		return ORIGIN_NEW_SYN;
	return ORIGIN_ABORT;
}

/* tcp_v4_send_reset(): without ACK, at the number that was acknowledged. */
static enum origin origin_answer(const struct conn *conn, int side,
				 const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (!x->fins)
		return ORIGIN_FORGOTTEN;
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
	return y->fins || y->probes ? ORIGIN_EXPIRED : ORIGIN_FORGOTTEN;
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
	fresh.fate = fate_of(conn, side, p, &fresh);
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

/* Whether a segment was sent before the sender could know of a RST. */
static bool under_way(const struct conn *conn, const struct end *e,
		      const struct reset *r, const struct packet *p)
{
	bool again = e->nxt_known &&
		     !seq_after(p->seq + p->length + !!(p->flags & SEG_FIN), e->nxt) &&
		     p->length + !!(p->flags & (SEG_FIN | SEG_SYN));
	int64_t rtt = conn_rtt(conn);
	int64_t gap = p->at - r->at;

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
		if (times_near(p->at, r->at, OVERTAKEN_NS) && seq_before(p->seq, r->seq))
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
		if (under_way(conn, e, r, p) && r->origin != ORIGIN_BETWEEN)
			return;
		no_effect(conn, e->over_by);
	}
	e->over_by = -1;
	e->refused = false;
}
