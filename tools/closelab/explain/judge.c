// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <string.h>

#include "bytes.h"
#include "repeat.h"

/* R2 of RFC 9293 section 3.8.3: so long at least a segment is repeated. */
#define R2_NS 100000000000LL

/* So many RSTs that should have been believed, and were not, never arrived. */
#define RESETS_UNHEARD 2

/* Causes of a RST with ACK at the sender's own next number. */
static uint32_t abort_causes(const struct conn *conn, int side,
			     const struct reset *r)
{
	uint32_t causes = CAUSE_LINGER;

	/* RFC 8684 section 3.6: a subflow's own reason, which is none of these; 0 is no reason. */
	if (r->mptcp && r->reason)
		return CAUSE_OTHER;
	/* tcp_close(): data that came and was not read */
	if (r->peer_data || r->begun_before)
		causes |= CAUSE_UNREAD_DATA;
	/* Windows' answer to data after closesocket() looks the same. */
	if (r->after_fin && r->late_data)
		causes |= CAUSE_DATA_AFTER_CLOSE;
	/* inet_csk_listen_stop(): not accepted yet, so it has said nothing. */
	if (conn->opener == !side && !r->own_data && !r->after_fin)
		causes |= CAUSE_NOT_ACCEPTED;
	return causes;
}

static void judge_sender(const struct conn *conn, int side, struct verdict *v)
{
	const struct reset *r = v->by;

	v->word = WORD_RST_SENT;
	switch (r->origin) {
	case ORIGIN_ABORT:
		v->causes = abort_causes(conn, side, r);
		break;
	case ORIGIN_DATA_AFTER_CLOSE:
		v->causes = CAUSE_DATA_AFTER_CLOSE;
		break;
	case ORIGIN_EXPIRED:
		v->word = WORD_FIN_WAIT2_EXPIRED;
		v->causes = CAUSE_NO_SOCKET;
		break;
	case ORIGIN_HALF_OPEN:
		v->word = WORD_NO_SOCKET;
		v->causes = CAUSE_HALF_OPEN;
		break;
	case ORIGIN_FORGOTTEN:
		v->causes = CAUSE_FORGOTTEN;
		break;
	case ORIGIN_CLOSED:
		/* Where the other has closed, too, or may have, it answers when all is over. */
		v->word = conn->end[!side].fins || conn_may_have_closed(conn, !side) ?
			  WORD_NO_SOCKET : WORD_RST_SENT;
		v->causes = v->word == WORD_NO_SOCKET ? 0 :
						CAUSE_DATA_AFTER_CLOSE | CAUSE_FORGOTTEN;
		break;
	case ORIGIN_SYN_RECV:
		v->word = WORD_NOT_ESTABLISHED;
		v->causes = CAUSE_OTHER;
		break;
	case ORIGIN_TOO_LATE:
		v->word = WORD_NOT_ESTABLISHED;
		v->causes = CAUSE_TIMEOUT;
		break;
	case ORIGIN_GIVEN_UP:
		v->word = WORD_CONNECT_FAILED;
		v->causes = CAUSE_OTHER | CAUSE_GIVEN_UP;
		break;
	case ORIGIN_KEEPALIVE:
		v->word = WORD_TIMEOUT;
		/* By one interval alone nothing tells a timer from who aborts when it likes. */
		v->causes = CAUSE_KEEPALIVE | (r->one_probe ? abort_causes(conn, side, r) : 0);
		break;
	case ORIGIN_TIMEOUT:
		v->word = WORD_TIMEOUT;
		break;
	case ORIGIN_FASTCLOSE:
		v->causes = CAUSE_FASTCLOSE;
		break;
	case ORIGIN_NEW_SYN:
		v->causes = CAUSE_NEW_SYN;
		break;
	case ORIGIN_UNASKED:
		v->word = WORD_UNKNOWN;
		v->state = ST_UNKNOWN;
		break;
	default:
		v->causes = CAUSE_OTHER;
		break;
	}
}

/* RSTs that it should have believed, all the same it has gone on. */
static int unheard(const struct conn *conn, int side)
{
	int n = 0;

	for (int i = 0; i < conn->resets; i++)
		n += conn->reset[i].side != side &&
		     conn->reset[i].fate == FATE_NO_EFFECT &&
		     conn->reset[i].origin != ORIGIN_BETWEEN;
	return n;
}

static void judge_receiver(const struct conn *conn, int side, struct verdict *v)
{
	const struct end *e = &conn->end[side];
	int state = v->by->state[side];

	v->word = WORD_RST_RECEIVED;
	if (v->by->origin == ORIGIN_BETWEEN)
		v->causes = CAUSE_BETWEEN;
	if (e->fastclose) {
		v->word = WORD_OTHER;
		v->causes = CAUSE_FASTCLOSE;
	} else if (state == ST_SYN_SENT || (state == ST_SYN_RECV && e->syns)) {
		v->word = WORD_CONNECT_FAILED;
		v->causes |= CAUSE_REFUSED;
	} else if (state == ST_SYN_RECV) {
		v->word = WORD_NOT_ESTABLISHED;
		v->causes |= CAUSE_RST_RECEIVED;
	} else if (unheard(conn, side) >= RESETS_UNHEARD) {
		v->word = WORD_TIMEOUT;
		v->so_far = true;
	}
}

/* Its FIN, or its data, was repeated and not acknowledged. */
static bool gave_up(const struct end *e, int64_t now, int64_t first, int64_t last,
		    uint32_t count)
{
	if (count < 2 || e->over_by >= 0)
		return false;
	return last - first >= R2_NS || conn_overdue(first, last, count, now);
}

static bool gave_up_data(const struct end *e, int64_t now)
{
	return repeated_in_vain(e) && gave_up(e, now, e->repeat_at, e->repeat_last_at, e->repeats);
}

/* tcp_v4_err() gives up in SYN_SENT; who sends the SYN again has not. */
static bool was_unreachable(const struct end *e)
{
	return e->unreachable && e->syn_last_at <= e->unreachable_at;
}

static void judge_opening(const struct conn *conn, int side, int64_t now,
			  struct verdict *v)
{
	const struct end *e = &conn->end[side];
	bool overdue = conn_overdue(e->syn_at, e->syn_last_at, e->syns + e->answers, now);

	v->so_far = true;
	switch (v->state) {
	case ST_SYN_SENT:
		if (conn->incoherent && conn->end[!side].seen) {
			v->word = WORD_UNKNOWN;
			break;
		}
		if (was_unreachable(e)) {
			v->state = ST_CLOSE;
			v->word = WORD_CONNECT_FAILED;
			v->causes = e->unreachable == UNREACHABLE_PORT ? CAUSE_REFUSED :
									 CAUSE_UNREACHABLE;
			v->so_far = !overdue;
			break;
		}
		v->word = overdue ? WORD_CONNECT_FAILED : WORD_OPEN;
		v->causes = overdue ? CAUSE_TIMEOUT : 0;
		break;
	case ST_SYN_RECV:
		if (conn->opener < 0 && !conn->end[!side].seen) {
			v->word = WORD_UNKNOWN;
			break;
		}
		v->word = overdue ? WORD_NOT_ESTABLISHED : WORD_OPEN;
		v->causes = overdue ? CAUSE_TIMEOUT : 0;
		break;
	default:
		v->word = WORD_UNKNOWN;
		break;
	}
}

/* The other end's FIN, or data before it, came again and again: is this one still there? */
static bool silent_since(const struct end *e, const struct end *o)
{
	return (o->fins > 1 || (o->fins && repeated_in_vain(o))) && !o->fin_acked &&
	       e->last_frame < o->fin_frame;
}

static void judge_fin(const struct conn *conn, int side, int64_t now,
		      struct verdict *v)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	/* Data before the FIN is sent again without it. */
	bool up = gave_up(e, now, e->fin_at, e->fin_last_at, e->fins) || gave_up_data(e, now);

	if (conn_each_passive(conn)) {
		v->state = ST_UNKNOWN;
		v->word = WORD_UNKNOWN;
		return;
	}
	switch (v->state) {
	case ST_FIN_WAIT1:
	case ST_LAST_ACK:
	case ST_CLOSING:
		v->word = up ? WORD_TIMEOUT : WORD_OPEN;
		v->so_far = true;
		if (!up && v->state == ST_CLOSING)
			v->word = WORD_SIMULTANEOUS_FIN;
		break;
	case ST_FIN_WAIT2:
		v->word = WORD_HALF_CLOSED;
		v->so_far = true;
		break;
	default:
		v->word = conn_passive(conn, side) ? WORD_PASSIVE_FIN :
			  conn_passive(conn, !side) ? WORD_ACTIVE_FIN :
			  WORD_SIMULTANEOUS_FIN;
		if (v->word != WORD_PASSIVE_FIN && silent_since(e, o))
			v->causes |= CAUSE_OR_GONE;
		break;
	}
}

/*
 * Its SYN-ACK came again and again, and it has said nothing to that: it was not reached, as its own
 * SYN says that comes again, or it is one that does not answer.
 */
static bool judge_unreached(const struct end *e, const struct end *o, int64_t now,
			    struct verdict *v)
{
	bool again = e->syn_last_at > o->syn_at;

	if (e->fins || !e->syns || e->ack_known || !o->answers ||
	    !conn_overdue(o->syn_at, o->syn_last_at, o->answers, now))
		return false;
	v->state = ST_SYN_SENT;
	v->word = again ? WORD_CONNECT_FAILED : WORD_UNKNOWN;
	v->causes = again ? CAUSE_TIMEOUT : 0;
	return true;
}

/*
 * The capture has nothing of both but the FIN of one: the other's may have been before, and
 * either is the first.
 */
static bool begins_in_closing(const struct conn *conn, int side)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	return e->seen && o->fins && !e->fins && !o->data && !o->probes_all &&
	       conn_may_have_closed(conn, side);
}

static void judge_living(const struct conn *conn, int side, int64_t now,
			 struct verdict *v)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	v->so_far = true;
	if (judge_unreached(e, o, now, v))
		return;
	if (e->fin_unseen || (o->fin_unseen && e->fins) ||
	    begins_in_closing(conn, side) || begins_in_closing(conn, !side)) {
		v->word = WORD_UNKNOWN;
		return;
	}
	if (!e->fins) {
		if (silent_since(e, o))
			v->causes = CAUSE_OR_GONE;
		v->word = v->state == ST_CLOSE_WAIT ? WORD_HALF_CLOSED : WORD_OPEN;
		if (!o->seen)
			v->causes = conn_to_itself(conn) ? 0 : CAUSE_ONE_DIRECTION;
		else if (e->lapsed && conn->no_socket[side])
			v->word = WORD_TIMEOUT;
		else if (gave_up_data(e, now))
			v->word = WORD_TIMEOUT;
		return;
	}
	if (!o->seen && !o->resets) {
		v->word = WORD_UNKNOWN;
		v->causes = conn_to_itself(conn) ? 0 : CAUSE_ONE_DIRECTION;
		return;
	}
	v->so_far = false;
	judge_fin(conn, side, now, v);
}

static void judge_end(const struct conn *conn, int side, int64_t now,
		      struct verdict *v)
{
	const struct end *e = &conn->end[side];

	memset(v, 0, sizeof(*v));
	v->state = conn_state(conn, side);
	if (e->fin_between) {
		v->state = ST_UNKNOWN;
		v->word = WORD_UNKNOWN;
		return;
	}
	if (e->fins && conn->end[!side].fin_between) {
		v->word = WORD_PASSIVE_FIN;
		v->causes = CAUSE_BETWEEN;
		return;
	}
	if (e->over_by >= 0) {
		v->by = &conn->reset[e->over_by];
		if (v->by->side == side)
			judge_sender(conn, side, v);
		else
			judge_receiver(conn, side, v);
		return;
	}
	if (!e->seen) {
		v->word = conn->no_socket[side] ? WORD_NO_SOCKET : WORD_NOT_SEEN;
		return;
	}
	if (!e->estab && !e->fins)
		judge_opening(conn, side, now, v);
	else
		judge_living(conn, side, now, v);
}

static enum holder holder_of(const struct conn *conn, const struct judgement *j)
{
	bool holds[2], doubt = false;

	for (int side = 0; side < 2; side++) {
		holds[side] = j->end[side].state == ST_TIME_WAIT;
		doubt |= j->end[side].word == WORD_UNKNOWN ||
			 (j->end[side].causes & CAUSE_OR_GONE);
	}
	if (holds[0] && holds[1])
		return HOLDER_BOTH;
	if (holds[0] || holds[1])
		return conn->client == holds[1] ? HOLDER_CLIENT : HOLDER_SERVER;
	return doubt ? HOLDER_UNKNOWN : HOLDER_NONE;
}

static bool is_wrong(const struct verdict *v)
{
	switch (v->word) {
	case WORD_RST_SENT:
	case WORD_RST_RECEIVED:
	case WORD_TIMEOUT:
	case WORD_FIN_WAIT2_EXPIRED:
	case WORD_CONNECT_FAILED:
	case WORD_OTHER:
		return true;
	default:
		return v->causes & CAUSE_OR_GONE;
	}
}

/* What says of an end that it is there, or how it ended, is not to be believed. */
static bool is_doubtful(const struct conn *conn, int side, enum word word)
{
	const struct end *e = &conn->end[side];

	/* Neither has a handshake to show: nobody is believed. */
	if (conn->incoherent && !e->estab && !e->fins && e->seen && !conn->end[!side].estab)
		return true;
	/* Another has its ports: it is over, but its end was not captured. */
	return conn->taken_over && (word == WORD_OPEN || word == WORD_HALF_CLOSED);
}

void judge(const struct conn *conn, int64_t now, struct judgement *j)
{
	for (int side = 0; side < 2; side++) {
		struct verdict *v = &j->end[side];

		judge_end(conn, side, now, v);
		if (is_doubtful(conn, side, v->word))
			v->word = WORD_UNKNOWN;
	}
	j->holder = holder_of(conn, j);
	j->wrong = is_wrong(&j->end[0]) || is_wrong(&j->end[1]);
}
