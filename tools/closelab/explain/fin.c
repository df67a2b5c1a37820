// SPDX-License-Identifier: GPL-2.0
#include "fin.h"

#include "bytes.h"
#include "holes.h"

/*
 * Whether a FIN that comes again may have been sent before the acknowledgment of
 * the first one, captured at the other end, could arrive.
 */
static bool ack_under_way(const struct conn *conn, const struct end *e,
			  const struct packet *p)
{
	return conn->opener >= 0 && times_near(p->at, e->acked_at, conn_rtt(conn));
}

/*
 * Behind a FIN there is nothing: who sends one before it, in what the other end has not
 * acknowledged, has not sent that.
 */
static bool replaces_fin(const struct end *e, const struct end *o, const struct packet *p,
			 uint32_t end)
{
	return e->fins && !e->fin_acked && !e->fin_cut && !p->first_fragment &&
	       seq_before(end, e->fin_end) && (!o->ack_known || seq_after(end, o->ack_max));
}

/* It was not its own, nor is what lacks before it: it has sent as much as that. */
static void forget_fin(struct end *e, uint32_t sent)
{
	e->fins = 0;
	e->fin_acked = false;
	e->goes_beyond = false;
	e->nxt = sent;
	cut_holes(e, sent);
}

void take_fin(const struct conn *conn, struct end *e, const struct end *o,
	      const struct packet *p)
{
	uint32_t end = p->seq + p->length + 1;

	if (e->fin_cut && !p->first_fragment && seq_after(end, e->fin_end)) {
		e->fin_cut = false;
		e->fin_end = end;
	}
	if (replaces_fin(e, o, p, end))
		forget_fin(e, end);
	if (e->fins && e->fin_end != end)
		return;
	/* It was captured behind its acknowledgment. */
	if (e->fin_unseen && end == e->nxt) {
		e->fin_unseen = false;
		e->missing--;
	}
	if (!e->fins) {
		e->fin_cut = p->first_fragment;
		e->fin_end = end;
		e->fin_ack = p->ack;
		e->fin_at = p->at;
		e->fin_frame = p->frame;
		e->fin_ttl = p->ttl;
		e->fin_ttl_before = e->ttl;
		e->fin_acked = o->ack_known && !seq_before(o->ack_max, end);
		if (e->fin_acked) {
			e->acked_frame = o->ack_frame;
			e->acked_at = o->last_at;
		}
	} else if (e->fin_acked && !ack_under_way(conn, e, p)) {
		/* It has not heard of that acknowledgment. */
		e->fin_acked = false;
		e->fin_ack_lost = true;
	}
	/* Of a FIN that was sent again, what the first one said counts. */
	if (seq_before(p->ack, e->fin_ack))
		e->fin_ack = p->ack;
	e->fins++;
	e->fin_last_at = p->at;
	e->fin_last_frame = p->frame;
}

void take_syn_fin(struct end *e, const struct end *o)
{
	e->fins = 1;
	e->fin_end = e->isn + 1 + e->syn_data;
	/* What it did not know yet it has not acknowledged. */
	e->fin_ack = o->isn;
	e->fin_at = e->syn_at;
	e->fin_frame = e->syn_frame;
	e->fin_last_at = e->syn_at;
	e->fin_last_frame = e->syn_frame;
}

bool acks_beyond_fin(const struct end *o, const struct packet *p)
{
	return o->fins && !o->fin_cut && p->flags & SEG_ACK && seq_after(p->ack, o->fin_end);
}

bool is_old_fin(const struct end *e, const struct packet *p)
{
	bool whole = e->isn_known && !e->holes && !e->missing && !e->fin_unseen;

	return p->flags & SEG_FIN && !p->first_fragment && !e->fins && whole &&
	       !seq_after(packet_end(p), e->nxt);
}

bool is_behind_fin(const struct end *e, const struct packet *p)
{
	return e->fins && !e->fin_cut && seq_after(packet_end(p), e->fin_end);
}

void note_beyond(struct end *e, const struct packet *p)
{
	uint32_t end = packet_end(p);

	if (!is_behind_fin(e, p) || (e->goes_beyond && !seq_after(end, e->beyond)))
		return;
	e->beyond = end;
	e->goes_beyond = true;
}

void doubt_fin(struct end *o, const struct packet *p)
{
	if (acks_beyond_fin(o, p) && o->goes_beyond && !o->fin_acked &&
	    !seq_after(p->ack, o->beyond))
		forget_fin(o, o->beyond);
}
