// SPDX-License-Identifier: GPL-2.0
#include "conn.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "fin.h"
#include "foreign.h"
#include "holes.h"
#include "repeat.h"

/*
 * A copy by a mirror port comes at once. Where the IP header has an
 * identification of its own for each packet, it may be later: queues differ.
 */
#define COPY_NS 3000000LL
#define COPY_WITH_ID_NS 50000000LL

/* How far a segment may be beyond the window: the capture may have lost ACKs. */
#define BEYOND 0x100000U
#define BEYOND_UNKNOWN 0x40000000U

/* The largest IP packet that fragments can make. */
#define FRAGMENTS 0x10000U

void conn_init(struct conn *conn, const struct packet *p)
{
	conn->family = p->family;
	conn->opener = -1;
	conn->start = p->at;
	conn->last = p->at;
	conn->first_frame = p->frame;
	for (int side = 0; side < 2; side++) {
		struct end *e = &conn->end[side];

		memcpy(e->addr, side ? p->dst : p->src, sizeof(e->addr));
		e->port = side ? p->dport : p->sport;
		e->over_by = -1;
		e->wscale = -1;
	}
	/* Without a handshake, services are on the lower port. */
	conn->client = p->sport < p->dport;
}

void conn_release(struct conn *conn)
{
	free(conn->kept);
	free(conn->reset);
}

static bool is_copy(const struct conn *conn, const struct recent *r, const struct end *o,
		    const struct packet *p)
{
	/* Without an identification, the same again may answer something else. */
	if (!p->id && !p->has_ts && o->last_frame > r->frame)
		return false;
	/* So may a RST, where nothing else came twice: two segments on their way get one each. */
	if (!p->id && !p->has_ts && !conn->copies &&
	    (p->flags & (SEG_RST | SEG_ACK)) == SEG_RST)
		return false;
	return r->used && r->seq == p->seq && r->ack == p->ack &&
	       r->flags == p->flags && r->length == p->length &&
	       r->id == p->id && r->window == p->window &&
	       r->ts_val == p->ts_val &&
	       times_near(p->at, r->at, p->id ? COPY_WITH_ID_NS : COPY_NS);
}

static bool seen_before(const struct conn *conn, struct end *e, const struct end *o,
			const struct packet *p)
{
	struct recent *r = &e->recent[e->recent_next];

	for (int i = 0; i < RECENT; i++)
		if (is_copy(conn, &e->recent[i], o, p))
			return true;
	*r = (struct recent){
		.frame = p->frame, .at = p->at, .seq = p->seq, .ack = p->ack,
		.length = p->length, .ts_val = p->ts_val, .id = p->id, .window = p->window,
		.flags = p->flags, .used = true,
	};
	e->recent_next = (e->recent_next + 1) % RECENT;
	return false;
}

static void hear(struct end *o, const struct packet *p)
{
	if (repeated_in_vain(o) && seq_before(p->ack, o->nxt) &&
	    conn_overdue(o->repeat_at, o->repeat_last_at, o->repeats, p->at))
		o->lapsed = true;
	o->probes = 0;
	o->repeats = 0;
	o->repeat_at = 0;
}

/* RFC 7323 section 2.2: only when both ends offer it. Where that is not known, the largest. */
static uint32_t scaled(const struct end *e, const struct end *o, uint32_t window)
{
	bool known = e->isn_known && o->isn_known;

	if (known && (e->wscale == -1 || o->wscale == -1))
		return window;
	return window << (known && e->wscale != WSCALE_UNKNOWN ? e->wscale : 14);
}

static void take_window(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	uint32_t window = p->window;

	if (p->flags & SEG_SYN)
		e->wscale = p->wscale;
	else
		window = scaled(e, o, window);
	e->window = window;
	e->zero_window = !p->window && !(p->flags & SEG_SYN);
	if (!(p->flags & SEG_ACK))
		return;
	if (!e->edge || seq_after(p->ack + window, e->edge))
		e->edge = p->ack + window;
}

/*
 * SYN-ACK and FIN or RST, but not a segment between them: captured by a filter for flags. How
 * far the ends went meanwhile is told by these alone.
 */
static bool lacks_data(const struct conn *conn, int side)
{
	return !conn->plain && conn->end[!side].estab + conn->end[side].estab > 0;
}

static void take_ack(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct end *o = &conn->end[!side];

	e->last_ack = p->ack;
	/* Of an older connection */
	if (!e->ack_known && o->isn_known && !seq_after(p->ack, o->isn))
		return;
	/* Behind a FIN there is nothing: where it is, its acknowledgment says. */
	if (o->fin_cut && seq_after(p->ack, o->fin_end) && p->ack - o->fin_end < FRAGMENTS) {
		o->fin_cut = false;
		o->fin_end = p->ack;
		o->nxt = p->ack;
	}
	/* RFC 9293 section 3.10.7.4: an ACK of what was not sent is no ACK */
	if (o->nxt_known && o->isn_known && seq_after(p->ack, o->nxt + o->syn_data) &&
	    !lacks_data(conn, side) &&
	    (!o->seen || p->ack - o->nxt > (e->edge ? e->window + BEYOND : BEYOND_UNKNOWN)))
		return;
	if (e->ack_known && !seq_after(p->ack, e->ack_max))
		goto fin;
	e->ack_known = true;
	e->ack_max = p->ack;
	e->ack_frame = p->frame;
	if (o->nxt_known && seq_after(p->ack, o->nxt)) {
		if (!o->syn_data)
			o->missing += p->ack - o->nxt;
		o->fin_unseen = o->estab && p->ack - o->nxt == 1 && !o->fins;
		o->nxt = p->ack;
	}
	if (o->syn_fin && p->ack == o->isn + 1 + o->syn_data)
		take_syn_fin(o, e);
	o->syn_data = 0;
	o->syn_fin = false;
	settle_holes(o, p->ack);
	if (o->isn_known && !o->syn_acked_at)
		o->syn_acked_at = p->at;
fin:
	/* Who acknowledges data after its FIN has a socket for it (RFC 9293 section 3.10.7.4). */
	if (o->late_frame && !seq_before(p->ack, o->late_end))
		o->late_frame = 0;
	if (o->fins && !o->fin_acked && !seq_before(p->ack, o->fin_end)) {
		o->fin_acked = true;
		o->acked_frame = p->frame;
		o->acked_at = p->at;
	}
}

/*
 * RFC 9293 section 3.10.7.3: a SYN-ACK must acknowledge the SYN. Of one that does not, as an old
 * connection's or what protects a server sends it to see the RST, nothing is learnt.
 */
static bool answers_other(const struct end *o, const struct packet *p)
{
	return p->flags & SEG_ACK && o->syns &&
	       (!seq_after(p->ack, o->isn) || seq_after(p->ack, o->nxt + o->syn_data));
}

static void take_syn(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct end *o = &conn->end[!side];
	bool answer = p->flags & SEG_ACK;

	if (answers_other(o, p)) {
		e->seen = true;
		e->last_ack = p->ack;
		conn->strays++;
		return;
	}
	if (!e->isn_known) {
		e->isn = p->seq;
		e->isn_known = true;
		/* What followed it may have been captured before. */
		if (!e->nxt_known || seq_after(p->seq + 1, e->nxt))
			e->nxt = p->seq + 1;
		e->nxt_known = true;
		e->syn_data = packet_end(p) - p->seq;
		e->syn_fin = p->flags & SEG_FIN;
		e->syn_at = p->at;
		e->syn_frame = p->frame;
	}
	if (p->seq != e->isn) {
		conn->strays++;
		return;
	}
	e->syn_last_at = p->at;
	e->seen = true;
	take_window(conn, side, p);
	if (!answer) {
		e->syns++;
		if (conn->opener < 0) {
			conn->opener = side;
			conn->client = side;
			conn->client_sure = true;
		}
		return;
	}
	e->answers++;
	e->answers_data += e->answers > 1 && o->data;
	e->answers_late += e->syn_acked_at && p->at - e->syn_acked_at > conn_rtt(conn);
	if (!e->answer_frame) {
		e->answer_frame = p->frame;
		e->answer_ack = p->ack;
	}
	if (conn->opener < 0) {
		conn->client = !side;
		conn->client_sure = true;
	}
	take_ack(conn, side, p);
	/* RFC 9293 section 3.10.7.3: the SYN-ACK must acknowledge the SYN. */
	if (o->syns && e->ack_known && seq_after(e->ack_max, o->isn))
		o->estab = true;
}

static void take_numbers(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	uint32_t end = packet_end(p);

	if (!e->nxt_known) {
		e->nxt_known = true;
		e->nxt = p->seq;
		if (!e->isn_known)
			e->isn = p->seq - 1;
	}
	if (take_probe(e, o, p))
		return;
	if (end != p->seq && !seq_after(end, e->nxt))
		note_repeat(e, p);
	if (seq_after(p->seq, e->nxt))
		note_hole(e, e->nxt, p->seq);
	else if (e->holes)
		fill_holes(e, p->seq, end);
	if (seq_after(end, e->nxt)) {
		e->nxt = end;
		e->fin_unseen = false;
	}
	e->data += p->length;
	if (p->flags & SEG_FIN)
		take_fin(conn, e, o, p);
}

/* A FIN that acknowledges all that the other has sent: what was before it was not captured. */
static bool fits_reverse(const struct end *o, const struct packet *p)
{
	return p->flags & SEG_FIN && p->flags & SEG_ACK && o->seen && o->nxt_known &&
	       p->ack == o->nxt;
}

/* A segment that cannot be of this connection, or is an old one of it. */
static bool is_stray(const struct conn *conn, int side, const struct packet *p)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	uint32_t beyond = o->edge && o->isn_known ? o->edge + BEYOND - e->nxt :
						    BEYOND_UNKNOWN;

	if (!e->nxt_known || (!e->fins && lacks_data(conn, side)))
		return false;
	if (seq_after(p->seq, e->nxt) && p->seq - e->nxt > beyond)
		return !fits_reverse(o, p);
	if (seq_before(p->seq, e->nxt) && e->nxt - p->seq > BEYOND_UNKNOWN)
		return true;
	if (acks_beyond_fin(o, p) || is_old_fin(e, p))
		return true;
	return is_behind_fin(e, p);
}

/* Data after the other's FIN, which may be captured behind what acknowledges it. */
static void note_late(struct end *e, const struct end *o, const struct packet *p)
{
	if (!p->length || e->probe_frame == p->frame ||
	    !(o->fins || (o->fin_unseen && p->ack == o->nxt)))
		return;
	e->late_frame = p->frame;
	e->late_ack = p->ack;
	e->late_end = p->seq + p->length;
}

/* Whether it may be taken for a segment of an established connection. */
static bool establish(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct end *o = &conn->end[!side];

	if (e->estab)
		return true;
	if (!(p->flags & SEG_ACK))
		return false;
	if (e->answers) {
		/* Fast Open lets a server send before the handshake is over. */
		e->estab = !o->seen || conn_has_data(e, p);
		return true;
	}
	if (!e->syns && o->syns && !o->estab) {
		/* It answers a SYN with no SYN: of an older connection. */
		e->last_ack = p->ack;
		return false;
	}
	if (e->syns && o->isn_known && !seq_after(p->ack, o->isn)) {
		e->last_ack = p->ack;
		return false;
	}
	e->estab = true;
	if (o->seen && !o->isn_known)
		o->estab = true;
	return true;
}

static void take_segment(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];
	struct end *o = &conn->end[!side];

	e->seen = true;
	if (!establish(conn, side, p)) {
		if (p->flags & SEG_FIN)
			conn->incoherent = true;
		return;
	}
	/* RFC 9293 section 3.10.7.4, fifth: without ACK it is dropped. */
	if (!(p->flags & SEG_ACK)) {
		conn->strays++;
		return;
	}
	doubt_fin(o, p);
	if (is_stray(conn, side, p)) {
		conn->strays++;
		note_beyond(e, p);
		conn_doubt_fin(conn, side, p);
		e->last_ack = p->ack;
		/* RFC 9293 section 3.10.7.4: its ACK counts before its text, which does not. */
		if (is_behind_fin(e, p) && !acks_beyond_fin(o, p) && o->edge &&
		    !seq_after(p->seq, o->edge))
			take_ack(conn, side, p);
		return;
	}
	take_numbers(conn, side, p);
	take_window(conn, side, p);
	take_ack(conn, side, p);
	note_late(e, o, p);
	if (o->answers && !o->estab && e->ack_known && seq_after(e->ack_max, o->isn))
		o->estab = true;
	e->has_sack = p->has_sack;
	e->sack_right = p->sack_right;
}

static void keep(struct conn *conn, int side, const struct packet *p)
{
	struct kept *kept = conn->kept;
	struct step_seen *s;
	uint64_t n;

	if (kept->control && !(p->flags & (SEG_SYN | SEG_FIN | SEG_RST)))
		return;
	n = kept->count++;
	s = n < KEEP_FIRST ? &kept->first[n] :
			     &kept->last[(n - KEEP_FIRST) % KEEP_LAST];
	*s = (struct step_seen){
		.frame = p->frame, .at = p->at, .seq = p->seq, .ack = p->ack,
		.length = p->length, .flags = p->flags, .side = side,
		.state = { conn_state(conn, 0), conn_state(conn, 1) },
	};
}

/* Whether an end numbers its packets one by one. */
static void note_id(struct end *e, const struct packet *p)
{
	if (!p->id || (uint16_t)(p->id - e->id) != 1)
		e->id_run = 0;
	else if (e->id_run < UINT8_MAX)
		e->id_run++;
	e->id = p->id;
	e->raw_window = p->window;
}

void conn_take(struct conn *conn, int side, const struct packet *p)
{
	struct end *e = &conn->end[side];

	if (seen_before(conn, e, &conn->end[!side], p)) {
		conn->copies++;
		return;
	}
	if (p->at < conn->last)
		conn->back = true;
	else
		conn->last = p->at;
	conn->last_frame = p->frame;
	conn->cut += p->cut;
	conn->plain += !(p->flags & (SEG_SYN | SEG_FIN | SEG_RST));
	if (!e->segments++)
		e->first_frame = p->frame;
	if (p->flags & SEG_RST) {
		conn_take_reset(conn, side, p);
	} else {
		conn_goes_on(conn, side, p);
		if (e->resets && !e->ttl)
			conn_compare_ttl(conn, side, p);
		e->lapsed = false;
		hear(&conn->end[!side], p);
		if (p->flags & SEG_SYN) {
			take_syn(conn, side, p);
			conn_answered_before(conn, side, p);
		} else {
			take_segment(conn, side, p);
		}
		e->fastclose |= p->mptcp & MPTCP_FASTCLOSE;
		e->last_at = p->at;
		e->last_frame = p->frame;
		e->ttl = p->ttl;
		note_id(e, p);
	}
	if (conn->kept)
		keep(conn, side, p);
}
