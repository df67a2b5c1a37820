// SPDX-License-Identifier: GPL-2.0
#include "table.h"

#include "bytes.h"

/* Longer than any path; a SYN after that is not the answer to the other one. */
#define SIMULTANEOUS_NS 3000000000LL

/* TCP_TIMEWAIT_LEN: what comes later finds the port free */
#define TIME_WAIT_NS 60000000000LL

/* MSL, RFC 9293 section 3.4.2: so long a repetition may be on its way. */
#define MSL_NS 120000000000LL

/* Beyond any window that is in use at the end of a connection */
#define FAR 0x400000U

/* A copy by a mirror port comes sooner than a repetition. */
#define COPY_NS 1000000LL
#define COPY_WITH_ID_NS 50000000LL

/* By so much a SYN is captured late: less than its sender waits before it repeats it. */
#define SYN_LATE_NS 200000000LL

/* Whether an end can have no socket for this connection any more. */
static bool is_gone(const struct conn *conn, int side)
{
	int state = conn_state(conn, side);

	return state == ST_CLOSE || state == ST_UNKNOWN || state == ST_LISTEN;
}

/* Whether nothing is to come of an end but answers. */
static bool is_done(const struct conn *conn, int side)
{
	int state = conn_state(conn, side);

	return state == ST_CLOSE || state == ST_TIME_WAIT;
}

/*
 * A copy of the SYN that met this connection. After a challenge ACK Linux repeats a
 * SYN within two ticks (tcp_rcv_synsent_state_process()), with another
 * identification and a later timestamp.
 */
static bool is_copy(const struct conn *conn, int side, const struct packet *p)
{
	return conn->syn_met.frame && conn->syn_met.side == side &&
	       conn->syn_met.seq == p->seq && conn->syn_met.id == p->id &&
	       conn->syn_met.ts_val == p->ts_val &&
	       times_near(p->at, conn->syn_met.at,
			  p->id ? COPY_WITH_ID_NS : COPY_NS);
}

/* A SYN with another number than that of its sender's SYN. */
static enum belongs new_syn(struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	if (is_copy(conn, side, p)) {
		conn->copies++;
		return BELONGS_OLD;
	}
	/* Or nobody has answered the one before: it was given up. */
	if (is_gone(conn, !side) || (!o->seen && e->syns)) {
		conn->syn_met.open = false;
		return BELONGS_NEW;
	}
	/*
	 * RFC 9293 section 3.10.7.4: a SYN in a synchronized state is answered
	 * by a challenge ACK, in TIME_WAIT it may take over. Wait for it.
	 */
	if (conn->syn_met.open && conn->syn_met.side == side &&
	    conn->syn_met.seq == p->seq) {
		conn->syn_met.count++;
		return BELONGS_OLD;
	}
	conn->syn_met.frame = p->frame;
	conn->syn_met.answer_frame = 0;
	conn->syn_met.at = p->at;
	conn->syn_met.seq = p->seq;
	conn->syn_met.side = side;
	conn->syn_met.id = p->id;
	conn->syn_met.ts_val = p->ts_val;
	conn->syn_met.count = 1;
	conn->syn_met.open = true;
	conn->syn_met.challenged = false;
	return BELONGS_OLD;
}

/* RFC 5961 section 4.2: an ACK that says again what was expected before the SYN. */
static bool challenges_syn(const struct end *o, const struct packet *p)
{
	return (p->flags & (SEG_SYN | SEG_FIN | SEG_RST | SEG_ACK)) == SEG_ACK && !p->length &&
	       p->seq == o->nxt && p->ack == o->last_ack;
}

/* The answer to a waiting SYN, of its other end or its sender. */
static enum belongs settle(struct conn *conn, int side, const struct packet *p)
{
	uint32_t next = conn->syn_met.seq + 1;

	if (side == conn->syn_met.side) {
		/* It continues from there: the answer was not captured. */
		return !(p->flags & (SEG_SYN | SEG_RST)) && p->seq == next &&
		       !conn->syn_met.answer_frame ? BELONGS_NEW : BELONGS;
	}
	if (p->flags & SEG_SYN && p->flags & SEG_ACK && p->ack == next)
		return BELONGS_NEW;
	/* RFC 9293 section 3.10.7.1: no socket there */
	if (p->flags & SEG_RST && p->flags & SEG_ACK && p->ack == next && !p->seq)
		return BELONGS_NEW;
	if (!conn->syn_met.challenged && challenges_syn(&conn->end[side], p)) {
		conn->syn_met.challenged = true;
		conn->syn_met.answer_frame = p->frame;
	}
	if (!conn->syn_met.answer_frame)
		conn->syn_met.answer_frame = p->frame;
	return BELONGS;
}

/* Whether nothing of an end is there any more: no TIME_WAIT either, after so long. */
static bool is_past(const struct conn *conn, int side, const struct packet *p)
{
	return is_gone(conn, side) ||
	       (is_done(conn, side) && p->at - conn->last > TIME_WAIT_NS);
}

/*
 * Silent for so long that nothing is under way, and not for a filter for flags, which leaves
 * out the data.
 */
static bool is_silent(const struct conn *conn, const struct packet *p)
{
	return conn->plain && p->at - conn->last > MSL_NS;
}

/*
 * Far from where both ends are, which have ended or are silent. The clock that makes initial
 * numbers advances by 4 MB in 0.3 s (RFC 6528).
 */
static bool is_elsewhere(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	bool over = is_done(conn, side) && is_done(conn, !side);

	return e->nxt_known && o->nxt_known && (over || is_silent(conn, p)) &&
	       e->nxt - p->seq + FAR > 2 * FAR && o->nxt - p->ack + FAR > 2 * FAR;
}

/* A SYN-ACK for a SYN that was not captured, of a later connection. */
static bool new_answer(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	if (e->isn_known && p->seq == e->isn)
		return false;
	if (!e->estab && !e->fins && e->over_by < 0)
		return false;
	if (is_past(conn, side, p) && is_past(conn, !side, p))
		return o->nxt_known && p->ack != o->nxt;
	return is_elsewhere(conn, side, p) && is_silent(conn, p);
}

/* A segment of a later connection, whose SYN was not captured. */
static bool in_new_one(const struct conn *conn, int side, const struct packet *p)
{
	return (p->flags & (SEG_ACK | SEG_RST)) == SEG_ACK && is_elsewhere(conn, side, p);
}

/* Its answer, or what followed that, was captured just before it: queues swap them. */
static bool overtaken(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	if (conn->opener >= 0 || !times_near(p->at, conn->start, SYN_LATE_NS))
		return false;
	/* Its data, too, or the SYN alone */
	if (o->answers &&
	    (o->answer_ack == p->seq + 1 + p->length || o->answer_ack == p->seq + 1))
		return true;
	if (conn_refused_before(conn, side, p))
		return true;
	return e->seen && e->isn == p->seq;
}

/* Whether the connection was there and is over at both ends, and this is no copy of its SYN. */
static bool is_over(const struct conn *conn, int side, const struct packet *p)
{
	return conn->end[side].estab && is_done(conn, side) && is_done(conn, !side) &&
	       p->at - conn->last > COPY_WITH_ID_NS;
}

/*
 * The number of its sender's SYN: a repetition, but not of what is over, nor that long after the
 * last one. Scanners, and small devices after each start, take the same number every time.
 */
static bool repeats_syn(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];

	if (e->isn != p->seq || is_over(conn, side, p))
		return false;
	return !is_done(conn, side) || p->at - e->syn_last_at <= MSL_NS;
}

enum belongs split_where(struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	bool syn = (p->flags & (SEG_SYN | SEG_ACK | SEG_RST)) == SEG_SYN;

	if (conn->syn_met.open) {
		enum belongs whose = settle(conn, side, p);

		if (whose != BELONGS)
			return whose;
	}
	if ((p->flags & (SEG_SYN | SEG_RST)) == SEG_SYN && !syn)
		return new_answer(conn, side, p) ? BELONGS_NEW : BELONGS;
	if (!syn)
		return in_new_one(conn, side, p) ? BELONGS_NEW : BELONGS;
	if (e->isn_known)
		return repeats_syn(conn, side, p) ? BELONGS : new_syn(conn, side, p);
	if (overtaken(conn, side, p))
		return BELONGS;
	/* Simultaneous open */
	if (o->syns && !o->estab && o->over_by < 0 && !o->refused &&
	    p->at - o->syn_last_at < SIMULTANEOUS_NS)
		return BELONGS;
	/* The first segment of an end in the middle of a connection */
	return new_syn(conn, side, p);
}

/* A TIME_WAIT whose end refuses a SYN was over: tcp_timewait_state_process() would challenge. */
static bool had_time_wait(const struct conn *old, int side, const struct packet *p)
{
	bool refuses = p->flags & SEG_RST && old->syn_met.side == !side;

	return conn_state(old, side) == ST_TIME_WAIT && !refuses;
}

void split_begin(struct conn *old, struct conn *conn, const struct packet *p)
{
	if (!old)
		return;
	conn->reuses = true;
	old->taken_over = true;
	if (old->syn_met.open) {
		/* The SYN that waited is its first segment. */
		conn->start = old->syn_met.at;
		conn->last = old->syn_met.at;
		conn->first_frame = old->syn_met.frame;
		old->syn_met.open = false;
		old->syn_met.answer_frame = 0;
	}
	conn->takes_over = conn->start - old->last < TIME_WAIT_NS &&
			   (had_time_wait(old, 0, p) || had_time_wait(old, 1, p));
}
