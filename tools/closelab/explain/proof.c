// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "bytes.h"

__attribute__((format(printf, 4, 5)))
static void add(struct proofs *v, uint64_t frame, const char *rule,
		const char *format, ...)
{
	struct proof *proof;
	va_list list;

	if (v->count == MAX_PROOF)
		return;
	proof = &v->proof[v->count++];
	proof->frame = frame;
	proof->rule = rule;
	va_start(list, format);
	vsnprintf(proof->text, sizeof(proof->text), format, list);
	va_end(list);
}

static double seconds(int64_t from, int64_t to)
{
	return to > from ? (to - from) / 1e9 : 0;
}

static void prove_fins(const struct conn *conn, int side, struct proofs *v)
{
	const struct end *e = &conn->end[side];
	const struct end *o = &conn->end[!side];

	if (conn_each_passive(conn))
		add(v, e->fin_frame, "RFC 9293 3.6",
		    "each FIN acknowledges the other (frame %llu): they were sent before, unseen",
		    (unsigned long long)o->fin_frame);
	else if (e->fins && o->fins && conn_passive(conn, side))
		add(v, e->fin_frame, "RFC 9293 3.6 case 2",
		    "its FIN acknowledges the other's FIN (frame %llu)",
		    (unsigned long long)o->fin_frame);
	else if (e->fins && o->fins && conn_passive(conn, !side))
		add(v, e->fin_frame, "RFC 9293 3.6 case 1",
		    "its FIN is acknowledged by the other's FIN (frame %llu)",
		    (unsigned long long)o->fin_frame);
	else if (e->fins && o->fins)
		add(v, e->fin_frame, "RFC 9293 3.6 case 3",
		    "neither its FIN nor the other's (frame %llu) acknowledges the other",
		    (unsigned long long)o->fin_frame);
	else if (e->fins)
		add(v, e->fin_frame, "RFC 9293 3.6", "its FIN; of the other none was captured");
	else if (o->fins)
		add(v, o->fin_frame, "RFC 9293 3.6", "the other's FIN; of its own none was captured");
	if (e->fins && e->fin_acked)
		add(v, e->acked_frame, "RFC 9293 3.10.7.4", "its FIN is acknowledged");
	if (e->fins > 1)
		add(v, e->fin_last_frame, "RFC 9293 3.8.3",
		    "its FIN was sent %u times over %.3f s%s", e->fins,
		    seconds(e->fin_at, e->fin_last_at),
		    e->fin_acked ? "" : ", never acknowledged, as far as captured");
}

static const char *origin_text(const struct reset *r)
{
	static const char * const texts[] = {
		[ORIGIN_ABORT] = "RST with ACK: an application or a timer aborts",
		[ORIGIN_DATA_AFTER_CLOSE] = "RST without ACK, after its FIN: answers data after close()",
		[ORIGIN_NO_SOCKET] = "RST of no socket: it answers a segment of no connection",
		[ORIGIN_EXPIRED] = "RST without ACK answers the FIN: its FIN_WAIT2 was over",
		[ORIGIN_REFUSED] = "RST with ACK, number 0: no socket for this SYN",
		[ORIGIN_HALF_OPEN] = "RST without ACK answers the SYN-ACK: a scan, or a connect given up",
		[ORIGIN_FORGOTTEN] = "RST without ACK, no FIN before: its kernel does not know the connection (any more), or another system's abort",
		[ORIGIN_CLOSED] = "RST without ACK: its FIN, or what this answers, was not captured; it had closed, or its kernel knows no connection",
		[ORIGIN_BAD_ACK] = "RST answers an ACK that fits no SYN of it: not an end",
		[ORIGIN_SYN_RECV] = "RST within the handshake: overflow of the accept queue, or no listener any more",
		[ORIGIN_TOO_LATE] = "RST without ACK: its SYN-ACK had been sent again in vain, what this answers came too late",
		[ORIGIN_GIVEN_UP] = "RST after its own SYN: it gave up; Linux would say nothing",
		[ORIGIN_KEEPALIVE] = "RST with ACK after probes that were not answered",
		[ORIGIN_TIMEOUT] = "RST with ACK when the next repetition was due: it gave up; Linux would say nothing",
		[ORIGIN_FASTCLOSE] = "RST with ACK, asked for by MP_FASTCLOSE, or with it",
		[ORIGIN_NEW_SYN] = "RST with ACK answers a SYN in the connection: BSD before RFC 5961, not Linux",
		[ORIGIN_BETWEEN] = "not sent by the peer: something between",
		[ORIGIN_UNASKED] = "RST without ACK at a number that nobody acknowledged: forged, or another system's abort behind data not captured",
		[ORIGIN_WENT_ON] = "RST after which its sender went on: an old duplicate, or not its own",
		[ORIGIN_UNKNOWN] = "RST; nothing else of its sender was captured",
	};

	return texts[r->origin];
}

static const char *origin_rule(const struct reset *r)
{
	switch (r->origin) {
	case ORIGIN_ABORT:
	case ORIGIN_FASTCLOSE:
		return "tcp_send_active_reset()";
	case ORIGIN_KEEPALIVE:
		return "tcp_keepalive_timer()";
	case ORIGIN_TIMEOUT:
		return "RFC 9293 3.8.3";
	case ORIGIN_DATA_AFTER_CLOSE:
		return "tcp_rcv_state_process()";
	case ORIGIN_UNASKED:
		return "RFC 9293 3.10.7.1";
	case ORIGIN_TOO_LATE:
		return "reqsk_timer_handler()";
	case ORIGIN_NEW_SYN:
		return "RFC 9293 3.10.7.4";
	case ORIGIN_BAD_ACK:
		return "RFC 9293 3.10.7.3, 3.10.7.4";
	case ORIGIN_BETWEEN:
		return r->known_by == KNOWN_BY_BOTH_ENDS ? "RFC 9293 3.10.7.1" :
		       r->known_by == KNOWN_BY_PEER ? "the two captures" :
		       "TTL, IP id, window of the segment just before";
	default:
		return "tcp_v4_send_reset()";
	}
}

/* By what its receiver, whose state it depends on, takes it for the peer's. */
static void prove_belief(const struct conn *conn, const struct reset *r, struct proofs *v)
{
	int state = r->state[!r->side];

	if (state == ST_SYN_SENT)
		add(v, r->frame, "tcp_rcv_synsent_state_process()",
		    "believed: it acknowledges the SYN");
	else if (state == ST_SYN_RECV && !conn->end[!r->side].syns)
		add(v, r->frame, "tcp_check_req()",
		    "believed: in the window of the request socket");
	else if (r->seq == r->expected)
		add(v, r->frame, "tcp_validate_incoming()",
		    "believed: its number is what was expected");
	else if (r->seq == r->expected - 1)
		add(v, r->frame, "tcp_reset_check()",
		    "believed: its number is that of the FIN before");
	else
		add(v, r->frame, "tcp_validate_incoming()",
		    "believed: its number is the rightmost SACK edge");
}

static void prove_fate(const struct conn *conn, const struct reset *r, struct proofs *v)
{
	switch (r->fate) {
	case FATE_BELIEVED:
		prove_belief(conn, r, v);
		break;
	case FATE_CHALLENGED:
		add(v, r->frame, "RFC 5961 3.2",
		    "challenged: in the window, %d beside what was expected",
		    (int32_t)(r->seq - r->expected));
		break;
	case FATE_UNCHALLENGED:
		add(v, r->frame, "RFC 5961 3.2",
		    "believed: nobody challenged it; %d before it were not captured",
		    (int32_t)(r->seq - r->expected));
		break;
	case FATE_IGNORED:
		add(v, r->frame, "RFC 9293 3.10.7.4",
		    "ignored: outside the window, or not for a SYN of this end");
		break;
	case FATE_TIME_WAIT:
		add(v, r->frame, "tcp_timewait_state_process()",
		    "ends the TIME_WAIT, unless tcp_rfc1337 is set");
		break;
	case FATE_NO_EFFECT:
		add(v, r->frame, "RFC 9293 3.10.7.4", "had no effect: the receiver went on");
		break;
	case FATE_LOST:
		add(v, r->frame, NULL, "lost: it is not in the capture of this end");
		break;
	default:
		break;
	}
}

/* By what it is known that its sender is another one. */
static void prove_between(const struct reset *r, struct proofs *v)
{
	if (r->known_by == KNOWN_BY_BOTH_ENDS)
		add(v, r->frame, NULL, "both ends were reset at once, which neither has done");
	else if (r->known_by == KNOWN_BY_PEER)
		add(v, r->frame, NULL, "it is not in the capture of the end whose name it has");
	else
		add(v, r->frame, NULL,
		    "TTL %u, before it %u; IP id %u, before it %u; window %u, before it %u",
		    r->ttl, r->ttl_before, r->id, r->id_before, r->window, r->window_before);
}

static void prove_resets(const struct conn *conn, int side, struct proofs *v)
{
	for (int i = 0; i < conn->resets; i++) {
		const struct reset *r = &conn->reset[i];

		if (r->side == side) {
			add(v, r->frame, origin_rule(r), "%s", origin_text(r));
			if (r->origin == ORIGIN_BETWEEN)
				prove_between(r, v);
			if (*r->text)
				add(v, r->frame, NULL, "it says \"%s\"", r->text);
			if (r->mptcp)
				add(v, r->frame, "RFC 8684 3.6",
				    "MPTCP reason %u", r->reason);
		} else {
			prove_fate(conn, r, v);
		}
	}
}

static void prove_opening(const struct conn *conn, int side, struct proofs *v)
{
	const struct end *e = &conn->end[side];

	if (e->syns > 1)
		add(v, e->syn_frame, "RFC 9293 3.8.1", "%u SYNs over %.3f s", e->syns,
		    seconds(e->syn_at, e->syn_last_at));
	if (e->unreachable)
		add(v, e->unreachable_frame, "tcp_v4_err(), tcp_v6_err()",
		    "ICMP answers its SYN: %s", e->unreachable == UNREACHABLE_PORT ?
		    "port unreachable" : "out of reach, or forbidden");
	if (e->answers > 1)
		add(v, e->answer_frame, "tcp_conn_request(), tcp_check_req()",
		    "%u SYN-ACKs: the ACK was lost, or the accept queue was full",
		    e->answers);
}

void judge_proof(const struct conn *conn, int side, struct proofs *v)
{
	v->count = 0;
	prove_fins(conn, side, v);
	prove_resets(conn, side, v);
	prove_opening(conn, side, v);
	if (!v->count && conn->end[side].last_frame)
		add(v, conn->end[side].last_frame, NULL, "its last segment");
}
