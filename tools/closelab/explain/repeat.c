// SPDX-License-Identifier: GPL-2.0
#include "repeat.h"
#include "bytes.h"

/* No retransmission timeout is shorter, nor do segments of one burst take so long. */
#define BURST_NS 50000000LL
/* The shortest time between keepalive probes is a second. */
#define KEEPALIVE_MIN_NS 900000000LL
#define TIMER_SLACK_NS 100000000LL
/* So many probes may not have been captured, between the first and the last or behind that. */
#define PROBES_LOST 1

void note_repeat(struct end *e, const struct packet *p)
{
	if (p->at - (e->repeats ? e->repeat_last_at : e->last_at) < BURST_NS)
		return;
	e->repeat_wait_ns = e->repeats ? p->at - e->repeat_last_at : 0;
	if (!e->repeats++)
		e->repeat_at = p->at;
	e->repeat_last_at = p->at;
}

/*
 * All else was acknowledged. Of an end that was not captured nothing says so; but without data no
 * other segment has the number before the next one.
 */
static bool is_probe(const struct end *e, const struct end *o, const struct packet *p)
{
	bool acked = o->seen ? o->ack_known && o->ack_max == e->nxt : !p->length;

	return p->length <= 1 && p->seq == e->nxt - 1 && !(p->flags & SEG_FIN) &&
	       !e->fins && e->segments > 1 && acked;
}

static void note_wait(struct end *e, const struct packet *p)
{
	int64_t wait = p->at - e->probe_at;

	if (!e->probes) {
		e->probe_wait_ns = 0;
		e->probe_first_at = p->at;
	} else if (wait > 0 && (!e->probe_wait_ns || wait < e->probe_wait_ns)) {
		e->probe_wait_ns = wait;
	}
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
	note_wait(e, p);
	e->probe_at = p->at;
	e->probes++;
	e->probes_all++;
	e->probe_frame = p->frame;
	/* tcp_probe_timer() gives up as a retransmission does. */
	if (o->zero_window)
		note_repeat(e, p);
	return true;
}

/* As window probes are not, which double their wait. Some may not have been captured. */
static bool evenly_apart(const struct end *x)
{
	int64_t wait = x->probe_wait_ns, all = x->probe_at - x->probe_first_at;
	int64_t times = (all + wait / 2) / wait;

	return times_near(all, times * wait, times * (wait / 10)) &&
	       times <= (int64_t)x->probes - 1 + PROBES_LOST;
}

bool probe_due(const struct end *x, const struct end *y, const struct packet *p)
{
	int64_t wait = p->at - x->probe_at, usual = x->probe_wait_ns, times;

	if (!x->probes || y->zero_window)
		return false;
	/* Whether its window is shut was not captured. */
	if (!y->seen && (x->probes < 3 || usual <= 0 || !evenly_apart(x)))
		return false;
	if (usual <= 0)
		return wait > KEEPALIVE_MIN_NS;
	times = (wait + usual / 2) / usual;
	return times > 0 && times <= 1 + PROBES_LOST &&
	       times_near(wait, times * usual, usual / 10 + TIMER_SLACK_NS);
}
