// SPDX-License-Identifier: GPL-2.0
#include "repeat.h"
#include "bytes.h"

/* No retransmission timeout is shorter, nor do segments of one burst take so long. */
#define BURST_NS 50000000LL
/* The shortest time between keepalive probes is a second. */
#define KEEPALIVE_MIN_NS 900000000LL
#define TIMER_SLACK_NS 100000000LL

void note_repeat(struct end *e, const struct packet *p)
{
	if (p->at - (e->repeats ? e->repeat_last_at : e->last_at) < BURST_NS)
		return;
	e->repeat_wait_ns = e->repeats ? p->at - e->repeat_last_at : 0;
	if (!e->repeats++)
		e->repeat_at = p->at;
	e->repeat_last_at = p->at;
}

static bool is_probe(const struct end *e, const struct end *o, const struct packet *p)
{
	return p->length <= 1 && p->seq == e->nxt - 1 && !(p->flags & SEG_FIN) &&
	       !e->fins && e->segments > 1 && o->ack_known && o->ack_max == e->nxt;
}

bool take_probe(struct end *e, const struct end *o, const struct packet *p)
{
	if (!is_probe(e, o, p))
		return false;
	/* What is probed again is no FIN, whose number an acknowledgment alone might mean. */
	if (e->fin_unseen && !e->isn_known && !e->data) {
		e->fin_unseen = false;
		e->missing--;
	}
	e->probe_wait_ns = e->probes ? p->at - e->probe_at : 0;
	e->probe_at = p->at;
	e->probes++;
	e->probes_all++;
	e->probe_frame = p->frame;
	/* tcp_probe_timer() gives up as a retransmission does. */
	if (o->zero_window)
		note_repeat(e, p);
	return true;
}

bool probe_due(const struct end *x, const struct end *y, const struct packet *p)
{
	int64_t wait = p->at - x->probe_at;

	if (!x->probes || y->zero_window)
		return false;
	if (!x->probe_wait_ns)
		return wait > KEEPALIVE_MIN_NS;
	return times_near(wait, x->probe_wait_ns, x->probe_wait_ns / 10 + TIMER_SLACK_NS);
}
