// SPDX-License-Identifier: GPL-2.0
#include "fate.h"

#include "bytes.h"

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
 * RFC 9293 section 3.10.7.4, first: with a shut window nothing is taken but what is expected. What
 * was sent beyond it, as some systems' window probes are, and was answered with the same number
 * has not arrived.
 */
static bool refuses(const struct end *x, const struct end *y)
{
	return y->zero_window && y->ack_known && y->last_frame > x->last_frame &&
	       y->last_ack == y->ack_max && x->nxt_known && seq_after(x->nxt, y->last_ack);
}

/*
 * A socket's RST has the number behind all that it sent. Beyond what was captured: the capture
 * lost data of its sender, or the network did; then the receiver challenges it, if it is in the
 * window. Beyond that, who knows what to acknowledge is believed.
 */
static bool may_have_lost(const struct end *x, const struct end *y, const struct packet *p,
			  const struct reset *r, enum fate fate)
{
	return !refuses(x, y) &&
	       (fate == FATE_CHALLENGED || (fate == FATE_IGNORED && p->ack == y->nxt)) &&
	       r->origin == ORIGIN_ABORT && p->flags & SEG_ACK && x->data && !x->fins &&
	       seq_after(p->seq, r->expected);
}

enum fate reset_fate(const struct conn *conn, int side, const struct packet *p, struct reset *r)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];
	int state = r->state[!side];
	uint32_t expected = x->nxt_known && (x->estab || x->syns || x->answers) ?
			    x->nxt : y->ack_max;
	enum fate fate;

	/* What it acknowledged long after the last segment is all that has arrived. */
	if (y->ack_known && seq_before(y->ack_max, expected) && p->seq == y->last_ack &&
	    y->last_at - x->last_at > conn_rtt(conn))
		expected = y->ack_max;
	if (refuses(x, y))
		expected = y->ack_max;
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
	return may_have_lost(x, y, p, r, fate) ? FATE_UNCHALLENGED : fate;
}
