// SPDX-License-Identifier: GPL-2.0
#include "notes.h"

#include <stdarg.h>
#include <stdio.h>

#include "bytes.h"
#include "repeat.h"

__attribute__((format(printf, 3, 4)))
static void add(struct notes *notes, uint64_t frame, const char *format, ...)
{
	va_list list;

	if (notes->count == MAX_NOTES)
		return;
	notes->frame[notes->count] = frame;
	va_start(list, format);
	vsnprintf(notes->text[notes->count++], sizeof(notes->text[0]), format, list);
	va_end(list);
}

static void note_reset(const struct conn *conn, const struct reset *r,
		       struct notes *notes)
{
	const char *who = r->side == conn->client ? "client" : "server";

	if (r->origin == ORIGIN_BETWEEN && r->known_by == KNOWN_BY_BOTH_ENDS)
		add(notes, r->frame,
		    "RST not sent by the %s: something between, which has reset both ends", who);
	else if (r->origin == ORIGIN_BETWEEN && r->known_by == KNOWN_BY_PEER)
		add(notes, r->frame,
		    "RST not sent by the %s: something between (not in its own capture)", who);
	else if (r->origin == ORIGIN_BETWEEN)
		add(notes, r->frame,
		    "RST not sent by the %s: something between (TTL %u, before it %u)",
		    who, r->ttl, r->ttl_before);
	if (*r->text)
		add(notes, r->frame, "RST of the %s says \"%s\"", who, r->text);
	if (r->mptcp)
		add(notes, r->frame, "RST of the %s, MPTCP reason %u", who, r->reason);
	if (r->odd_number && r->origin == ORIGIN_ABORT && r->fate != FATE_UNCHALLENGED)
		add(notes, r->frame,
		    "RST with ACK not at the %s's next number: not what Linux sends", who);
	if (r->origin == ORIGIN_NEW_SYN)
		add(notes, r->frame,
		    "a SYN was answered by RST: RFC 793's rule; Linux and RFC 5961 challenge it");
	if (r->fate == FATE_CHALLENGED)
		add(notes, r->frame,
		    "RST of the %s in the window, not at the expected number: Linux challenges it",
		    who);
	if (r->fate == FATE_UNCHALLENGED)
		add(notes, r->frame,
		    "the last %u bytes of the %s before its RST are missing",
		    r->seq - r->expected, who);
	if (r->fate == FATE_IGNORED && r->origin != ORIGIN_NO_SOCKET)
		add(notes, r->frame, "RST of the %s outside the window: ignored", who);
	if (r->fate == FATE_NO_EFFECT)
		add(notes, r->frame, "RST of the %s had no effect: the other went on", who);
}

static void note_end(const struct conn *conn, int side, struct notes *notes)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];
	const char *who = side == conn->client ? "client" : "server";

	if (conn->no_socket[side])
		add(notes, 0, "%u RST of the %s for no socket%s", conn->no_socket[side], who,
		    o->over_by >= 0 && conn->reset[o->over_by].side == side ? "" : ", harmless");
	if (e->fins && !e->fin_acked && e->over_by < 0 && o->segments)
		add(notes, e->fin_last_frame,
		    "FIN of the %s never acknowledged, %u times over %.1f s, as far as captured",
		    who, e->fins, (e->fin_last_at - e->fin_at) / 1e9);
	if (e->fin_between)
		add(notes, e->fin_frame,
		    "FIN not sent by the %s: something between (TTL %u, before it %u)", who,
		    e->fin_ttl, e->fin_ttl_before);
	if (e->fin_ack_lost)
		add(notes, e->fin_last_frame, "the ACK of the %s's FIN was lost", who);
	if (e->answers_data)
		add(notes, e->answer_frame,
		    "SYN-ACK of the %s %u times, after data too: accept queue full?", who,
		    e->answers);
	else if (e->answers_late > 1)
		add(notes, e->answer_frame,
		    "SYN-ACK of the %s %u times, though acknowledged: accept queue full?", who,
		    e->answers);
	else if (e->answers && e->segments == e->answers && o->repeats > 1)
		add(notes, e->answer_frame,
		    "nothing of the %s since its SYN-ACK, though data came: accept queue full?",
		    who);
	if (e->zero_window)
		add(notes, e->last_frame, "zero window of the %s at the end", who);
	if (e->probes_all)
		add(notes, e->probe_frame, "%u %s probes of the %s, %u of the last unanswered",
		    e->probes_all, o->zero_window ? "window" : "keepalive", who, e->probes);
	if (e->fin_unseen)
		add(notes, e->last_frame, "one number of the %s behind all that it sent was acknowledged: its FIN was not captured?",
		    who);
	else if (e->missing)
		add(notes, 0, "%llu bytes of the %s are missing although acknowledged",
		    (unsigned long long)e->missing, who);
	if (repeated_in_vain(e) && !e->fins)
		add(notes, e->last_frame, "the %s repeated %u segments without an answer", who,
		    e->repeats);
}

static void note_capture(const struct conn *conn, struct notes *notes)
{
	if (conn->opener < 0)
		add(notes, conn->first_frame, "begins in the middle");
	if (conn_to_itself(conn))
		add(notes, 0, "connected to itself: one socket is both ends");
	else if (!conn->end[0].segments || !conn->end[1].segments)
		add(notes, 0, "one direction only");
	if (!conn->plain && conn->end[0].missing + conn->end[1].missing > 0)
		add(notes, 0, "nothing but SYN, FIN and RST: captured by a filter?");
	if (conn->copies)
		add(notes, 0, "%llu segments captured more than once",
		    (unsigned long long)conn->copies);
	if (conn->cut)
		add(notes, 0, "%llu segments cut by the snap length",
		    (unsigned long long)conn->cut);
	if (conn->back)
		add(notes, 0, "time goes back");
	if (conn->strays)
		add(notes, 0, "%llu segments fit no window",
		    (unsigned long long)conn->strays);
	if (conn->resets_all > MAX_RESETS)
		add(notes, 0, "%llu RSTs", (unsigned long long)conn->resets_all);
}

static void note_syn_met(const struct conn *conn, struct notes *notes)
{
	int by = conn->end[conn->syn_met.side].over_by;
	bool reset = by >= 0 && conn->reset[by].side == conn->syn_met.side;

	add(notes, conn->syn_met.frame, "a SYN met this connection%s%s",
	    conn->syn_met.challenged ? ": challenge ACK" : "",
	    conn->syn_met.challenged && reset ? ", then RST" : "");
}

void notes_make(const struct conn *conn, const struct judgement *j,
		struct notes *notes)
{
	notes->count = 0;
	for (int i = 0; i < conn->resets; i++)
		note_reset(conn, &conn->reset[i], notes);
	for (int side = 0; side < 2; side++) {
		note_end(conn, side, notes);
		if (j->end[side].causes & CAUSE_OR_GONE)
			add(notes, 0, "nothing of the %s since %s FIN: it may be gone",
			    side == conn->client ? "client" : "server",
			    conn->end[side].fins ? "its" : "the other's");
		if (conn->end[side].tw_killed)
			add(notes, 0, "a RST ended the TIME_WAIT of the %s",
			    side == conn->client ? "client" : "server");
	}
	if (conn->syn_met.open || conn->syn_met.answer_frame)
		note_syn_met(conn, notes);
	if (conn->takes_over)
		add(notes, conn->first_frame, "takes over a TIME_WAIT: port reuse");
	else if (conn->reuses)
		add(notes, conn->first_frame, "the same ports as a connection before");
	note_capture(conn, notes);
}
