// SPDX-License-Identifier: GPL-2.0
/* Unit tests of what a state change amounts to. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "classify.h"
#include "tap.h"

#define STATES(a)	(1U << (a))
#define ANY		(~0U)
#define SYN		(STATES(TCP_SYN_SENT) | STATES(TCP_SYN_RECV))
/* States in which the kernel tells the peer of an abort */
#define TELLS		(STATES(TCP_ESTABLISHED) | STATES(TCP_CLOSE_WAIT) | \
			 STATES(TCP_FIN_WAIT1) | STATES(TCP_FIN_WAIT2) | \
			 STATES(TCP_SYN_RECV))
#define CONNECTIONS	(SYN | TELLS | STATES(TCP_CLOSING) | STATES(TCP_LAST_ACK))

/* A FIN may still have to be sent there. */
#define FIN_UNSENT	(STATES(TCP_CLOSING) | STATES(TCP_LAST_ACK))

enum errors { ALL_ERRORS, NONE, RESET, ABORT, TIMEOUT, OTHER };

/* The yes-or-no facts, a bit each. */
enum {
	MOVED = 1 << 0,
	WITHOUT_RST = 1 << 1,
	ORPHAN = 1 << 2,
	SHUT = 1 << 3,
	FIN_RECEIVED = 1 << 4,
	ALL_ACKED = 1 << 5,
	UNREAD = 1 << 6,
	LINGER0 = 1 << 7,
	LINGER2_OFF = 1 << 8,
	REPAIR = 1 << 9,
	TW_FULL = 1 << 10,
	ACKED_NOW = 1 << 11,
	UNSENT = 1 << 12,
	SENT_SYN = 1 << 13,
	IN_TASK = 1 << 14,
	NET_GONE = 1 << 15,
	ALL_FACTS = (1 << 16) - 1,
};

/* A kind, or the cause of a reset. */
struct answer {
	enum tcs_ended ended;
	enum tcs_rst rst;
};

#define END(kind)	{ TCS_ENDED_##kind, 0 }
#define RST(cause)	{ TCS_ENDED_RST_SENT, TCS_RST_##cause }

/*
 * The whole of it as a table: the first line that fits a combination of facts
 * says how the connection ended.
 */
static const struct rule {
	unsigned int states;
	enum errors err;
	unsigned int set;
	unsigned int clear;
	struct answer answer;
} rules[] = {
	{ ANY, ALL_ERRORS, MOVED, 0, END(NOT) },
	{ ~CONNECTIONS, ALL_ERRORS, 0, 0, END(NOT) },

	/* not established */
	{ SYN & TELLS, ABORT, 0, 0, RST(DESTROYED) },
	{ SYN, ABORT, 0, 0, END(OTHER) },
	{ SYN & TELLS, NONE, SHUT | UNREAD, 0, RST(UNREAD_DATA) },
	{ SYN & TELLS, NONE, SHUT | LINGER0, ORPHAN, RST(LINGER) },
	{ SYN & TELLS, NONE, 0, ORPHAN, RST(OTHER) },
	{ SYN, NONE, SHUT, ORPHAN, END(OTHER) },
	{ SYN, NONE, SENT_SYN, ORPHAN, END(OTHER) },
	{ SYN, ALL_ERRORS, 0, 0, END(CONNECT_FAILED) },

	/* a segment, or an administrator, ended it */
	{ STATES(TCP_CLOSE_WAIT), ALL_ERRORS, WITHOUT_RST, 0, RST(OTHER) },
	{ ANY, ALL_ERRORS, WITHOUT_RST, 0, RST(DATA_AFTER_CLOSE) },
	{ ANY, RESET, 0, 0, END(RST_RECEIVED) },
	{ TELLS, ABORT, 0, 0, RST(DESTROYED) },
	{ ANY, ABORT, 0, 0, END(OTHER) },
	{ ANY, ALL_ERRORS, REPAIR, 0, END(OTHER) },

	/* both FINs are through */
	{ STATES(TCP_LAST_ACK), ALL_ERRORS, ALL_ACKED, 0, END(PASSIVE_FIN) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, FIN_RECEIVED, 0, END(ACTIVE_FIN) },
	{ STATES(TCP_CLOSING), ALL_ERRORS, ALL_ACKED, 0, END(SIMULTANEOUS_FIN) },

	/* the application is gone */
	{ ANY, ALL_ERRORS, ORPHAN | NET_GONE, 0, END(OTHER) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN | LINGER2_OFF, 0, RST(LINGER) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN | TW_FULL, 0, END(FIN_WAIT2_EXPIRED) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN | ACKED_NOW, 0, RST(DATA_AFTER_CLOSE) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN | IN_TASK, 0, RST(MEMORY) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN, 0, RST(TIMEOUT) },
	{ ANY, TIMEOUT, ORPHAN, 0, END(TIMEOUT) },
	{ ANY, ALL_ERRORS, ORPHAN, 0, RST(MEMORY) },

	/* the application closes it, or an error came */
	{ ANY, ALL_ERRORS, SHUT | UNREAD, 0, RST(UNREAD_DATA) },
	{ ANY, TIMEOUT, 0, 0, END(TIMEOUT) },
	{ TELLS, ALL_ERRORS, SHUT | LINGER0, 0, RST(LINGER) },
	{ FIN_UNSENT, ALL_ERRORS, SHUT | LINGER0 | UNSENT, 0, RST(LINGER) },
	{ TELLS, ALL_ERRORS, 0, 0, RST(OTHER) },
	{ FIN_UNSENT, ALL_ERRORS, UNSENT, 0, RST(OTHER) },
	{ ANY, ALL_ERRORS, 0, 0, END(OTHER) },
};

/* An ICMP message's error is reported when the time is over. */
static const struct {
	int err;
	int soft;
	enum errors class;
} errors[] = {
	{ 0, 0, NONE }, { 0, EHOSTUNREACH, NONE }, { ECONNRESET, 0, RESET },
	{ EPIPE, EHOSTUNREACH, RESET }, { ECONNABORTED, 0, ABORT },
	{ ETIMEDOUT, 0, TIMEOUT }, { ETIMEDOUT, EHOSTUNREACH, OTHER },
	{ EHOSTUNREACH, EHOSTUNREACH, TIMEOUT }, { EHOSTUNREACH, 0, OTHER },
	{ ECONNREFUSED, 0, OTHER },
};

#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

static bool fits(const struct rule *r, int state, enum errors err,
		 unsigned int facts)
{
	return r->states >> state & 1 && (facts & r->set) == r->set &&
	       !(facts & r->clear) &&
	       (r->err == ALL_ERRORS || r->err == err);
}

static struct tcs_facts facts_of(int state, int err, int soft,
				 unsigned int facts)
{
	return (struct tcs_facts){
		.old = state,
		.err = err,
		.err_soft = soft,
		.moved = facts & MOVED,
		.reset_without_rst = facts & WITHOUT_RST,
		.orphan = facts & ORPHAN,
		.shut = facts & SHUT,
		.fin_received = facts & FIN_RECEIVED,
		.all_acked = facts & ALL_ACKED,
		.unread = facts & UNREAD,
		.linger0 = facts & LINGER0,
		.linger2_off = facts & LINGER2_OFF,
		.repair = facts & REPAIR,
		.tw_full = facts & TW_FULL,
		.acked_now = facts & ACKED_NOW,
		.unsent = facts & UNSENT,
		.syn_sent = facts & SENT_SYN,
		.in_task = facts & IN_TASK,
		.net_gone = facts & NET_GONE,
	};
}

static bool every_combination(void)
{
	unsigned int facts, e, r;
	int state;

	for (state = 0; state < TCS_N_TCP_STATES; state++)
		for (e = 0; e < N_ERRORS; e++)
			for (facts = 0; facts <= ALL_FACTS; facts++) {
				const struct tcs_facts f =
					facts_of(state, errors[e].err,
						 errors[e].soft, facts);
				const struct tcs_end is = tcs_classify(&f);

				for (r = 0; !fits(&rules[r], state,
						  errors[e].class, facts); r++)
					;
				if (is.ended != rules[r].answer.ended ||
				    (is.ended == TCS_ENDED_RST_SENT &&
				     is.rst != rules[r].answer.rst))
					return tap_fails("state %d, error %d, facts %#x: ended %d, cause %d, rule %u says %d, %d",
							 state, errors[e].err,
							 facts, is.ended, is.rst,
							 r,
							 rules[r].answer.ended,
							 rules[r].answer.rst);
			}
	return true;
}

/* A rule that nothing fits says nothing: the table would be wrong. */
static bool every_rule_counts(void)
{
	bool used[sizeof(rules) / sizeof(rules[0])] = {};
	unsigned int facts, e, r;
	int state;

	for (state = 0; state < TCS_N_TCP_STATES; state++)
		for (e = 0; e < N_ERRORS; e++)
			for (facts = 0; facts <= ALL_FACTS; facts++) {
				for (r = 0; !fits(&rules[r], state,
						  errors[e].class, facts); r++)
					;
				used[r] = true;
			}
	for (r = 0; r < sizeof(used); r++)
		if (!used[r])
			return tap_fails("nothing fits rule %u", r);
	return true;
}

/* States that no kernel has: no end, and above all no crash. */
static bool no_such_state(void)
{
	static const int states[] = { -1, 0, TCP_CLOSE, TCP_LISTEN, 12, 13, 14,
				      255, -2147483647 - 1, 2147483647 };
	unsigned int facts, i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		for (facts = 0; facts <= ALL_FACTS; facts++) {
			const struct tcs_facts f =
				facts_of(states[i], ECONNRESET, 0, facts);

			if (tcs_classify(&f).ended != TCS_ENDED_NOT)
				return tap_fails("state %d ends", states[i]);
		}
	return true;
}

static bool closing_states(void)
{
	int state;

	for (state = 0; state < TCS_N_TCP_STATES; state++) {
		const enum tcs_state is = tcs_closing_state(state);
		const enum tcs_state should =
			state == TCP_FIN_WAIT1 ? TCS_FIN_WAIT1 :
			state == TCP_FIN_WAIT2 ? TCS_FIN_WAIT2 :
			state == TCP_CLOSING ? TCS_CLOSING :
			state == TCP_CLOSE_WAIT ? TCS_CLOSE_WAIT :
			state == TCP_LAST_ACK ? TCS_LAST_ACK :
			state == TCP_TIME_WAIT ? TCS_TIME_WAIT :
			TCS_NOT_CLOSING;

		if (is != should)
			return tap_fails("state %d is closing state %d", state, is);
	}
	return true;
}

/* What happens to connections, in words. */
static const struct {
	const char *what;
	int state;
	int err;
	unsigned int facts;
	struct answer answer;
} cases[] = {
	{ "last ACK arrived", TCP_LAST_ACK, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED | ACKED_NOW, END(PASSIVE_FIN) },
	{ "went on as TIME_WAIT", TCP_FIN_WAIT2, 0,
	  MOVED | ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(NOT) },
	{ "no room for a TIME_WAIT", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED | TW_FULL, END(ACTIVE_FIN) },
	{ "FINs crossed, no room for a TIME_WAIT", TCP_CLOSING, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED | TW_FULL, END(SIMULTANEOUS_FIN) },
	{ "no room for a FIN_WAIT2", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | TW_FULL, END(FIN_WAIT2_EXPIRED) },
	{ "close() with unread data", TCP_ESTABLISHED, 0, SHUT | UNREAD, RST(UNREAD_DATA) },
	{ "the same after the peer's FIN", TCP_CLOSE_WAIT, 0,
	  SHUT | UNREAD | FIN_RECEIVED, RST(UNREAD_DATA) },
	{ "close() with linger 0", TCP_ESTABLISHED, 0, SHUT | LINGER0, RST(LINGER) },
	{ "both: the data are looked at first", TCP_ESTABLISHED, 0,
	  SHUT | LINGER0 | UNREAD, RST(UNREAD_DATA) },
	{ "linger 0 in LAST_ACK tells nobody", TCP_LAST_ACK, 0, SHUT | LINGER0, END(OTHER) },
	{ "the same with the FIN not sent yet", TCP_LAST_ACK, 0,
	  SHUT | LINGER0 | UNSENT, RST(LINGER) },
	{ "RST came", TCP_ESTABLISHED, ECONNRESET, 0, END(RST_RECEIVED) },
	{ "RST came in CLOSE_WAIT", TCP_CLOSE_WAIT, EPIPE, FIN_RECEIVED, END(RST_RECEIVED) },
	{ "data after close()", TCP_FIN_WAIT1, ECONNRESET,
	  WITHOUT_RST | ORPHAN | SHUT, RST(DATA_AFTER_CLOSE) },
	{ "data with the ACK of our FIN", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | ACKED_NOW, RST(DATA_AFTER_CLOSE) },
	{ "retransmissions ran out", TCP_ESTABLISHED, ETIMEDOUT, 0, END(TIMEOUT) },
	{ "the same after close()", TCP_FIN_WAIT1, ETIMEDOUT, ORPHAN | SHUT, END(TIMEOUT) },
	{ "FIN_WAIT2 longer than a timewait socket's", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED, RST(TIMEOUT) },
	{ "TCP_LINGER2 below 0", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | LINGER2_OFF, RST(LINGER) },
	{ "out of socket memory", TCP_FIN_WAIT1, 0, ORPHAN | SHUT, RST(MEMORY) },
	{ "the same in FIN_WAIT2, in tcp_close()", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | IN_TASK, RST(MEMORY) },
	{ "its namespace dies", TCP_FIN_WAIT1, 0, ORPHAN | SHUT | NET_GONE, END(OTHER) },
	{ "ss -K", TCP_ESTABLISHED, ECONNABORTED, 0, RST(DESTROYED) },
	{ "ss -K in LAST_ACK tells nobody", TCP_LAST_ACK, ECONNABORTED,
	  ORPHAN | SHUT | FIN_RECEIVED, END(OTHER) },
	{ "connect(AF_UNSPEC)", TCP_ESTABLISHED, 0, 0, RST(OTHER) },
	{ "refused", TCP_SYN_SENT, ECONNREFUSED, 0, END(CONNECT_FAILED) },
	{ "no answer", TCP_SYN_SENT, ETIMEDOUT, 0, END(CONNECT_FAILED) },
	{ "no port left", TCP_SYN_SENT, 0, 0, END(CONNECT_FAILED) },
	{ "close() while connecting", TCP_SYN_SENT, 0, SHUT, END(OTHER) },
	{ "TCP_REPAIR", TCP_ESTABLISHED, 0, REPAIR | SHUT, END(OTHER) },
};

static bool named(void)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tcs_facts f = facts_of(cases[i].state, cases[i].err,
						    0, cases[i].facts);
		const struct tcs_end is = tcs_classify(&f);

		if (is.ended != cases[i].answer.ended ||
		    (is.ended == TCS_ENDED_RST_SENT &&
		     is.rst != cases[i].answer.rst))
			ok = tap_fails("%s: ended %d, cause %d", cases[i].what,
				       is.ended, is.rst);
	}
	return ok;
}

static const struct tap_test tests[] = {
	{ "every state, error and combination of facts", every_combination },
	{ "every rule of the table counts", every_rule_counts },
	{ "states that are none", no_such_state },
	{ "closing states", closing_states },
	{ "named cases", named },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
