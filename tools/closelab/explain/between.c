// SPDX-License-Identifier: GPL-2.0
#include "between.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "foreign.h"
#include "joint.h"

__attribute__((format(printf, 2, 3)))
static void add(struct between *b, const char *format, ...)
{
	va_list list;

	if (b->count == MAX_BETWEEN) {
		b->left_out = true;
		return;
	}
	va_start(list, format);
	vsnprintf(b->text[b->count++], sizeof(b->text[0]), format, list);
	va_end(list);
}

static int kept_steps(const struct conn *conn)
{
	uint64_t count = conn->kept ? conn->kept->count : 0;

	return count > KEEP_FIRST + KEEP_LAST ? KEEP_FIRST + KEEP_LAST : (int)count;
}

static const struct step_seen *step(const struct conn *conn, int i)
{
	return i < KEEP_FIRST ? &conn->kept->first[i] :
				&conn->kept->last[i - KEEP_FIRST];
}

/* The end of a FIN's data is the same however it was cut; so are SYN and RST. */
static bool same(const struct step_seen *a, const struct step_seen *b, int turn)
{
	return (a->side ^ turn) == b->side && a->ack == b->ack &&
	       (a->flags | SEG_PSH) == (b->flags | SEG_PSH) &&
	       a->seq + a->length == b->seq + b->length;
}

/* How often a segment is in a connection, up to and with one of its own steps. */
static int times(const struct conn *conn, const struct step_seen *s, int turn,
		 int until)
{
	int n = 0;

	for (int i = 0; i < until; i++)
		n += same(s, step(conn, i), turn);
	return n;
}

/* Whether the step of one capture is in the other one, as often as so far here. */
static bool is_there(const struct conn *here, int i, const struct conn *there,
		     int turn)
{
	const struct step_seen *s = step(here, i);

	return times(there, s, turn, kept_steps(there)) >= times(here, s, 0, i + 1);
}

static bool all_kept(const struct conn *conn)
{
	return conn->kept && conn->kept->count <= KEEP_FIRST + KEEP_LAST;
}

/*
 * The first step that the other capture can have. Where that begins in the middle, nothing says
 * that a SYN was not there, nor anything before the first step that both have.
 */
static int first_step(const struct conn *here, const struct conn *there, int turn)
{
	int first = 0;

	for (int i = 0; there->opener < 0 && i < kept_steps(here); i++) {
		if (is_there(here, i, there, turn))
			return i;
		if (step(here, i)->flags & SEG_SYN)
			first = i + 1;
	}
	return first;
}

/* A capture of one direction: what its end acknowledges is not in it. */
static bool lacks_direction(const struct conn *conn, int side)
{
	return !conn->end[side].segments && conn->end[!side].ack_known;
}

static bool is_missing(const struct conn *here, int i, const struct conn *there, int turn)
{
	return !is_there(here, i, there, turn) &&
	       !lacks_direction(there, step(here, i)->side ^ turn);
}

/* A RST that the other capture does not have: lost on its way there, or not sent from there. */
static void blame(struct conn *here, int n, int far_side)
{
	if (here->reset[n].side == far_side)
		conn_blame_between(here, n, KNOWN_BY_PEER);
	else
		conn_reset_lost(here, n);
}

static void blame_missing(struct conn *here, const struct conn *there, int far_side)
{
	int turn = joint_turned(here, there);

	if (turn < 0 || !all_kept(here) || !all_kept(there))
		return;
	for (int i = first_step(here, there, turn); i < kept_steps(here); i++) {
		const struct step_seen *s = step(here, i);

		if (!(s->flags & SEG_RST) || !is_missing(here, i, there, turn))
			continue;
		for (int n = 0; n < here->resets; n++)
			if (here->reset[n].frame == s->frame)
				blame(here, n, far_side);
	}
}

void between_blame(struct conn *near, struct conn *far)
{
	int turn = joint_turned(near, far);

	if (turn < 0)
		return;
	blame_missing(near, far, !near->client);
	blame_missing(far, near, near->client ^ turn);
}

static const char *flag_name(uint8_t flags)
{
	return flags & SEG_RST ? "RST" : flags & SEG_FIN ? "FIN" :
	       flags & SEG_ACK ? "SYN-ACK" : "SYN";
}

/* Segments that one capture has and the other has not. @own: its own end, by @here. */
static void only_here(const struct conn *here, const struct conn *there, int own,
		      bool is_near, struct between *b)
{
	int turn = joint_turned(here, there), first = first_step(here, there, turn);

	b->left_out |= first > 0 || lacks_direction(there, 0) || lacks_direction(there, 1);
	for (int i = first; i < kept_steps(here); i++) {
		const struct step_seen *s = step(here, i);
		bool client = (s->side == own) == is_near;

		if (!is_missing(here, i, there, turn))
			continue;
		if (s->side == own)
			add(b, "%s of the %s lost between, frame %llu of the %s's capture",
			    flag_name(s->flags), client ? "client" : "server",
			    (unsigned long long)s->frame, is_near ? "client" : "server");
		else
			add(b, "%s not sent by the %s but between, frame %llu of the %s's capture",
			    flag_name(s->flags), client ? "client" : "server",
			    (unsigned long long)s->frame, is_near ? "client" : "server");
	}
}

/* Data by how far it went. */
static void compare_data(const struct end *own, const struct end *arrived,
			 const char *who, struct between *b)
{
	if (!own->nxt_known || !arrived->nxt_known || own->nxt == arrived->nxt)
		return;
	if (seq_after(own->nxt, arrived->nxt))
		add(b, "the last %u of the %s lost between", own->nxt - arrived->nxt, who);
	else
		add(b, "%u more of the %s than it sent: sent between",
		    arrived->nxt - own->nxt, who);
}

void between_compare(const struct conn *near, const struct conn *far,
		     struct between *b)
{
	int turn = joint_turned(near, far);
	int client = near->client;

	memset(b, 0, sizeof(*b));
	if (turn < 0)
		return;
	if (all_kept(near) && all_kept(far)) {
		only_here(near, far, client, true, b);
		only_here(far, near, !client ^ turn, false, b);
	} else {
		b->left_out = true;
	}
	compare_data(&near->end[client], &far->end[client ^ turn],
		     "client's sequence numbers were", b);
	compare_data(&far->end[!client ^ turn], &near->end[!client],
		     "server's sequence numbers were", b);
}
