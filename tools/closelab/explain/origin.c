// SPDX-License-Identifier: GPL-2.0
#include "origin.h"

#include "bytes.h"
#include "foreign.h"
#include "repeat.h"

/* By so much a timer, or who answers, may be late. */
#define SLACK_NS 200000000LL

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

/*
 * RFC 9293 section 3.10.7.4: in SYN-RECEIVED an ACK that does not acknowledge the SYN-ACK, of an
 * older connection say, is answered by a RST, and the handshake goes on.
 */
static bool answers_older(const struct end *x, const struct end *y, const struct packet *p)
{
	return !(p->flags & SEG_ACK) && p->seq == y->last_ack && !seq_after(p->seq, x->isn);
}

static enum origin origin_opening(const struct conn *conn, int side,
				  const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (x->answers && answers_older(x, y, p))
		return ORIGIN_BAD_ACK;
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

/*
 * reqsk_timer_handler(): the request is dropped when its SYN-ACK has been sent often enough, that
 * before any ACK came, or in spite of them, where the accept queue was full.
 */
static bool too_late(const struct end *x, const struct packet *p)
{
	return x->answers > 1 && x->last_at == x->syn_last_at && p->seq == x->isn + 1 &&
	       conn_overdue(x->syn_at, x->syn_last_at, x->answers,
			    x->answers_late > 1 || x->answers_data > 1 ? p->at : x->syn_acked_at);
}

/*
 * RFC 9293 section 3.10.7.1: a RST without ACK has the number that is acknowledged by the segment
 * which it answers. Nobody has acknowledged this one, nor is it its sender's own next: it was
 * forged, or is another system's abort behind data that was not captured.
 */
static bool unasked(const struct conn *conn, const struct end *x, const struct end *y,
		    const struct packet *p)
{
	return conn->plain && y->seen && y->ack_known && x->nxt_known && !x->fins &&
	       seq_after(p->seq, y->ack_max) && seq_after(p->seq, x->nxt);
}

/* tcp_v4_send_reset(): without ACK, at the number that was acknowledged. */
static enum origin origin_answer(const struct conn *conn, int side,
				 const struct packet *p)
{
	const struct end *x = &conn->end[side];
	const struct end *y = &conn->end[!side];

	if (!x->fins && too_late(x, p))
		return ORIGIN_TOO_LATE;
	if (!x->fins && ends_handshake(conn, x, p))
		return ORIGIN_SYN_RECV;
	if (unasked(conn, x, y, p))
		return ORIGIN_UNASKED;
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

bool reset_crossed(const struct conn *conn, int side, const struct packet *p)
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

enum origin reset_origin(const struct conn *conn, int side, const struct packet *p,
			 const struct reset *r)
{
	const struct end *x = &conn->end[side];
	int state = r->state[side];
	/* Its SYN was answered, and this is all that it has to say to that. */
	bool no_more = x->syns && !x->ack_known && !(p->flags & SEG_ACK);

	/* A scanner makes its SYN by itself; to the answer its kernel replies. */
	if (!no_more && reset_is_foreign(x, p))
		return ORIGIN_BETWEEN;
	if (is_over(conn, side, state) && !reset_crossed(conn, side, p))
		return ORIGIN_NO_SOCKET;
	if (no_more || (!x->estab && !x->fins))
		return origin_opening(conn, side, p);
	if (p->flags & SEG_ACK)
		return origin_abort(conn, side, p);
	return origin_answer(conn, side, p);
}
