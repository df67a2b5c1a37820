// SPDX-License-Identifier: GPL-2.0
/* Unit tests of what a state change amounts to. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "classify.h"
#include "lib/tap.h"

#define STATES(a)	(1U << (a))
#define ANY		(~0U)
#define SYN		(STATES(TCP_SYN_SENT) | STATES(TCP_SYN_RECV))
/* States in which the kernel tells the peer of an abort */
#define TELLS		(STATES(TCP_ESTABLISHED) | STATES(TCP_CLOSE_WAIT) | \
			 STATES(TCP_FIN_WAIT1) | STATES(TCP_FIN_WAIT2) | \
			 STATES(TCP_SYN_RECV))
#define CONNECTIONS	(SYN | TELLS | STATES(TCP_CLOSING) | STATES(TCP_LAST_ACK))

/* Before a FIN of ours, and after it, but CLOSE_WAIT, where a RST leaves another error. */
#define OPEN		(STATES(TCP_SYN_RECV) | STATES(TCP_ESTABLISHED))
#define CLOSED		(STATES(TCP_FIN_WAIT1) | STATES(TCP_FIN_WAIT2) | FIN_UNSENT)

/* A FIN may still have to be sent there. */
#define FIN_UNSENT	(STATES(TCP_CLOSING) | STATES(TCP_LAST_ACK))

enum errors { ALL_ERRORS, NONE, RESET, PIPE, ABORT, TIMEOUT, OTHER };

/* The function that ended it: one of these, or any. */
#define BY(who)		(1U << TCS_DONE_##who)

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
	GOT_RST = 1 << 10,
	SENT_RST = 1 << 11,
	UNSENT = 1 << 12,
	SENT_SYN = 1 << 13,
	PASSIVE = 1 << 14,
	NET_GONE = 1 << 15,
	SUBFLOW = 1 << 16,
	N_FACTS = 17,
	ALL_FACTS = (1 << N_FACTS) - 1,
};

/* The function that ended it, as a fact. */
#define DONE(who)	(TCS_DONE_##who << N_FACTS)

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
	unsigned int by;
} rules[] = {
	{ ANY, ALL_ERRORS, MOVED, 0, END(NOT), ANY },
	{ ~CONNECTIONS, ALL_ERRORS, 0, 0, END(NOT), ANY },

	/* not established */
	{ SYN & TELLS, ALL_ERRORS, ORPHAN, 0, END(NOT), ANY },
	{ SYN & TELLS, ABORT, 0, PASSIVE, RST(DESTROYED), ANY },
	{ SYN & ~TELLS, ABORT, 0, 0, END(OTHER), ANY },
	{ SYN & TELLS, NONE, SHUT | LINGER0, PASSIVE, RST(LINGER), ANY },
	{ SYN & TELLS, NONE, 0, PASSIVE, RST(OTHER), ANY },
	{ SYN & ~TELLS, NONE, SHUT, ORPHAN, END(OTHER), ANY },
	{ SYN & ~TELLS, NONE, SENT_SYN, ORPHAN, END(OTHER), ANY },
	/* left over from the connection before */
	{ SYN & ~TELLS, RESET, SHUT, ORPHAN, END(OTHER), ANY },
	{ SYN & ~TELLS, RESET, SENT_SYN, ORPHAN, END(OTHER), ANY },
	{ SYN & ~TELLS, ALL_ERRORS, 0, 0, END(CONNECT_FAILED), ANY },
	{ SYN & TELLS, ALL_ERRORS, 0, PASSIVE, END(CONNECT_FAILED), ANY },

	/* a segment ended it */
	{ STATES(TCP_CLOSE_WAIT), ALL_ERRORS, WITHOUT_RST, 0, RST(OTHER), ANY },
	{ ANY, ALL_ERRORS, WITHOUT_RST, 0, RST(DATA_AFTER_CLOSE), ANY },
	{ ANY, ALL_ERRORS, GOT_RST, 0, END(RST_RECEIVED), ANY },

	/* both FINs are through, whatever error is left over */
	{ STATES(TCP_LAST_ACK), ALL_ERRORS, ALL_ACKED, 0, END(PASSIVE_FIN), ANY },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, FIN_RECEIVED, 0, END(ACTIVE_FIN), ANY },
	{ STATES(TCP_CLOSING), ALL_ERRORS, ALL_ACKED, 0, END(SIMULTANEOUS_FIN), ANY },

	/* an error that only a RST leaves, or an administrator; not in tcp_close() */
	{ STATES(TCP_CLOSE_WAIT), PIPE, 0, SHUT, END(RST_RECEIVED), ANY },
	{ STATES(TCP_CLOSE_WAIT), PIPE, ORPHAN, 0, END(RST_RECEIVED), ANY },
	{ OPEN, RESET, 0, SHUT, END(RST_RECEIVED), ANY },
	{ OPEN, RESET, ORPHAN, 0, END(RST_RECEIVED), ANY },
	{ CLOSED, RESET, 0, SHUT, END(RST_RECEIVED), ANY },
	{ CLOSED, RESET, 0, UNREAD, END(RST_RECEIVED), ANY },
	{ CLOSED, RESET, ORPHAN, 0, END(RST_RECEIVED), ANY },
	{ TELLS, ABORT, 0, 0, RST(DESTROYED), ANY },
	{ ANY, ABORT, 0, 0, END(OTHER), ANY },
	{ ANY, ALL_ERRORS, REPAIR, 0, END(OTHER), ANY },

	/* the application is gone */
	{ ANY, ALL_ERRORS, ORPHAN | NET_GONE, 0, END(OTHER), ANY },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN | LINGER2_OFF, 0, RST(LINGER), ANY },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN, 0, END(FIN_WAIT2_EXPIRED), BY(NO_TIMEWAIT) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN, 0, RST(DATA_AFTER_CLOSE), BY(SEGMENT) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN, 0, RST(MEMORY), BY(CLOSE) },
	{ STATES(TCP_FIN_WAIT2), ALL_ERRORS, ORPHAN, 0, RST(TIMEOUT), ANY },
	{ ANY, TIMEOUT, ORPHAN, 0, END(TIMEOUT), ANY },
	{ ANY, ALL_ERRORS, ORPHAN | SENT_RST, 0, RST(MEMORY), ANY },
	{ ANY, ALL_ERRORS, ORPHAN, 0, RST(MEMORY), BY(CLOSE) },
	{ ANY, ALL_ERRORS, ORPHAN, 0, END(OTHER), ANY },

	/* the application closes it, or an error came */
	{ ANY, ALL_ERRORS, SHUT | UNREAD, 0, RST(UNREAD_DATA), ANY },
	{ STATES(TCP_ESTABLISHED) | STATES(TCP_CLOSE_WAIT), ALL_ERRORS, SHUT, LINGER0 | SUBFLOW,
	  RST(UNREAD_DATA), ANY },
	{ STATES(TCP_SYN_RECV), PIPE, 0, SHUT, END(TIMEOUT), ANY },
	{ STATES(TCP_SYN_RECV), OTHER, 0, SHUT, END(TIMEOUT), ANY },
	{ ANY, TIMEOUT, 0, 0, END(TIMEOUT), ANY },
	{ TELLS, ALL_ERRORS, SHUT | LINGER0, 0, RST(LINGER), ANY },
	{ FIN_UNSENT, ALL_ERRORS, SHUT | LINGER0 | UNSENT, 0, RST(LINGER), ANY },
	{ TELLS, ALL_ERRORS, 0, 0, RST(OTHER), ANY },
	{ FIN_UNSENT, ALL_ERRORS, UNSENT, 0, RST(OTHER), ANY },
	{ ANY, ALL_ERRORS, 0, 0, END(OTHER), ANY },
};

/* An ICMP message's error is reported when the time is over. */
static const struct {
	int err;
	int soft;
	enum errors class;
} errors[] = {
	{ 0, 0, NONE }, { 0, EHOSTUNREACH, NONE }, { ECONNRESET, 0, RESET },
	{ EPIPE, EHOSTUNREACH, PIPE }, { ECONNABORTED, 0, ABORT },
	{ ETIMEDOUT, 0, TIMEOUT }, { ETIMEDOUT, EHOSTUNREACH, OTHER },
	{ EHOSTUNREACH, EHOSTUNREACH, TIMEOUT }, { EHOSTUNREACH, 0, OTHER },
	{ ECONNREFUSED, 0, OTHER },
};

#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

static bool fits(const struct rule *r, int state, enum errors err,
		 unsigned int facts, enum tcs_done_by by)
{
	return r->states >> state & 1 && (facts & r->set) == r->set &&
	       !(facts & r->clear) && r->by >> by & 1 &&
	       (r->err == ALL_ERRORS || r->err == err);
}

static struct tcs_facts facts_of(int state, int err, int soft,
				 unsigned int facts, enum tcs_done_by by)
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
		.rst_received = facts & GOT_RST,
		.rst_sent = facts & SENT_RST,
		.unsent = facts & UNSENT,
		.syn_sent = facts & SENT_SYN,
		.passive = facts & PASSIVE,
		.subflow = facts & SUBFLOW,
		.done_by = by,
		.net_gone = facts & NET_GONE,
	};
}

/*
 * Whoever it may be, with every combination of the facts that go with it: those that are
 * left out here come before it, or are of no account to it.
 */
static enum tcs_done_by by_of(int state, unsigned int facts, unsigned int e)
{
	const unsigned int n = __builtin_popcount(facts & ~(ORPHAN | SENT_RST |
							    LINGER2_OFF | NET_GONE));

	return (n + e + state) % TCS_N_DONE;
}

static bool every_combination(void)
{
	unsigned int facts, e, r;
	int state;

	for (state = 0; state < TCS_N_TCP_STATES; state++)
		for (e = 0; e < N_ERRORS; e++)
			for (facts = 0; facts <= ALL_FACTS; facts++) {
				const enum tcs_done_by by = by_of(state, facts, e);
				const struct tcs_facts f =
					facts_of(state, errors[e].err,
						 errors[e].soft, facts, by);
				const struct tcs_end is = tcs_classify(&f);

				for (r = 0; !fits(&rules[r], state,
						  errors[e].class, facts, by); r++)
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
				const enum tcs_done_by by = by_of(state, facts, e);

				for (r = 0; !fits(&rules[r], state,
						  errors[e].class, facts, by); r++)
					;
				used[r] = true;
			}
	for (r = 0; r < sizeof(used); r++)
		if (!used[r])
			return tap_fails("nothing fits rule %u", r);
	return true;
}

/* Where it is not asked who ended it, that makes no difference. */
static bool asks_where_it_matters(void)
{
	unsigned int facts, e;
	int state, by;

	for (state = 0; state < TCS_N_TCP_STATES; state++)
		for (e = 0; e < N_ERRORS; e++)
			for (facts = 0; facts <= ALL_FACTS; facts++) {
				struct tcs_facts f = facts_of(state, errors[e].err,
							      errors[e].soft, facts,
							      TCS_DONE_UNKNOWN);
				const struct tcs_end is = tcs_classify(&f);

				if (tcs_classify_asks_who(&f))
					continue;
				for (by = 0; by < TCS_N_DONE; by++) {
					f.done_by = by;
					if (tcs_classify(&f).ended != is.ended ||
					    tcs_classify(&f).rst != is.rst)
						return tap_fails("state %d, error %d, facts %#x: by %d",
								 state, f.err, facts, by);
				}
			}
	return true;
}

/* It takes a walk over the stack. */
static bool asks_nowhere_else(void)
{
	unsigned int facts, e;
	int state;

	for (state = 0; state < TCS_N_TCP_STATES; state++)
		for (e = 0; e < N_ERRORS; e++)
			for (facts = 0; facts <= ALL_FACTS; facts++) {
				const struct tcs_facts f =
					facts_of(state, errors[e].err, errors[e].soft,
						 facts, TCS_DONE_UNKNOWN);

				if (tcs_classify_asks_who(&f) && (!f.orphan || f.net_gone))
					return tap_fails("state %d, error %d, facts %#x",
							 state, f.err, facts);
			}
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
				facts_of(states[i], ECONNRESET, 0, facts, 0);

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

/* The histories of connections, in words. */
static const struct {
	const char *what;
	int state;
	int err;
	unsigned int facts;
	struct answer answer;
} cases[] = {
	{ "last ACK arrived", TCP_LAST_ACK, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(PASSIVE_FIN) },
	{ "went on as TIME_WAIT", TCP_FIN_WAIT2, 0,
	  MOVED | ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(NOT) },
	{ "no room for a TIME_WAIT", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(ACTIVE_FIN) },
	{ "FINs crossed, no room for a TIME_WAIT", TCP_CLOSING, 0,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(SIMULTANEOUS_FIN) },
	{ "no room for a FIN_WAIT2", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | DONE(NO_TIMEWAIT), END(FIN_WAIT2_EXPIRED) },
	{ "close() with unread data", TCP_ESTABLISHED, 0, SHUT | UNREAD, RST(UNREAD_DATA) },
	{ "the same after the peer's FIN", TCP_CLOSE_WAIT, 0,
	  SHUT | UNREAD | FIN_RECEIVED, RST(UNREAD_DATA) },
	{ "close() with linger 0", TCP_ESTABLISHED, 0, SHUT | LINGER0, RST(LINGER) },
	{ "both: the data are looked at first", TCP_ESTABLISHED, 0,
	  SHUT | LINGER0 | UNREAD, RST(UNREAD_DATA) },
	{ "linger 0 in LAST_ACK tells nobody", TCP_LAST_ACK, 0, SHUT | LINGER0, END(OTHER) },
	{ "the same with the FIN not sent yet", TCP_LAST_ACK, 0,
	  SHUT | LINGER0 | UNSENT, RST(LINGER) },
	{ "last ACK arrived, an error left over", TCP_LAST_ACK, EPIPE,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(PASSIVE_FIN) },
	{ "the same, of another kind", TCP_LAST_ACK, ECONNRESET,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(PASSIVE_FIN) },
	{ "FINs crossed, an error left over", TCP_CLOSING, EPIPE,
	  ORPHAN | SHUT | FIN_RECEIVED | ALL_ACKED, END(SIMULTANEOUS_FIN) },
	{ "FIN never sent, out of memory, RST came", TCP_LAST_ACK, ECONNRESET,
	  SHUT | FIN_RECEIVED | ALL_ACKED | GOT_RST, END(RST_RECEIVED) },
	{ "close() with unread data, an error left over", TCP_CLOSE_WAIT, EPIPE,
	  SHUT | UNREAD | FIN_RECEIVED, RST(UNREAD_DATA) },
	{ "the same, of another kind", TCP_ESTABLISHED, ECONNRESET, SHUT | UNREAD,
	  RST(UNREAD_DATA) },
	{ "what was read already came again, with a FIN", TCP_CLOSE_WAIT, 0, SHUT | FIN_RECEIVED,
	  RST(UNREAD_DATA) },
	{ "a subflow that MPTCP had shut", TCP_ESTABLISHED, 0, SHUT | SUBFLOW, RST(OTHER) },
	{ "linger 0, an error left over", TCP_CLOSE_WAIT, EPIPE, SHUT | LINGER0, RST(LINGER) },
	{ "connect(AF_UNSPEC), an error left over", TCP_ESTABLISHED, EPIPE, 0, RST(OTHER) },
	{ "RST came, the error was read at once", TCP_ESTABLISHED, 0, GOT_RST,
	  END(RST_RECEIVED) },
	{ "RST came", TCP_ESTABLISHED, ECONNRESET, 0, END(RST_RECEIVED) },
	{ "RST came in CLOSE_WAIT", TCP_CLOSE_WAIT, EPIPE, FIN_RECEIVED, END(RST_RECEIVED) },
	{ "data after close()", TCP_FIN_WAIT1, ECONNRESET,
	  WITHOUT_RST | ORPHAN | SHUT, RST(DATA_AFTER_CLOSE) },
	{ "data with the ACK of our FIN", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | DONE(SEGMENT), RST(DATA_AFTER_CLOSE) },
	{ "retransmissions ran out", TCP_ESTABLISHED, ETIMEDOUT, 0, END(TIMEOUT) },
	{ "the same after close()", TCP_FIN_WAIT1, ETIMEDOUT, ORPHAN | SHUT, END(TIMEOUT) },
	{ "FIN_WAIT2 longer than a timewait socket's", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | DONE(TIMER), RST(TIMEOUT) },
	{ "TCP_LINGER2 below 0", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | LINGER2_OFF, RST(LINGER) },
	{ "out of socket memory, in a timer", TCP_FIN_WAIT1, 0, ORPHAN | SHUT | SENT_RST,
	  RST(MEMORY) },
	{ "the same, without a word to the peer", TCP_FIN_WAIT1, 0, ORPHAN | SHUT, END(OTHER) },
	{ "out of socket memory, in tcp_close()", TCP_FIN_WAIT1, 0, ORPHAN | SHUT | DONE(CLOSE),
	  RST(MEMORY) },
	{ "the same in FIN_WAIT2, in tcp_close()", TCP_FIN_WAIT2, 0,
	  ORPHAN | SHUT | ALL_ACKED | DONE(CLOSE), RST(MEMORY) },
	{ "its namespace dies", TCP_FIN_WAIT1, 0, ORPHAN | SHUT | NET_GONE, END(OTHER) },
	{ "ss -K", TCP_ESTABLISHED, ECONNABORTED, 0, RST(DESTROYED) },
	{ "ss -K in LAST_ACK tells nobody", TCP_LAST_ACK, ECONNABORTED,
	  ORPHAN | SHUT | FIN_RECEIVED, END(OTHER) },
	{ "connect(AF_UNSPEC)", TCP_ESTABLISHED, 0, 0, RST(OTHER) },
	{ "refused", TCP_SYN_SENT, ECONNREFUSED, 0, END(CONNECT_FAILED) },
	{ "no answer", TCP_SYN_SENT, ETIMEDOUT, 0, END(CONNECT_FAILED) },
	{ "no port left", TCP_SYN_SENT, 0, 0, END(CONNECT_FAILED) },
	{ "put off, given up", TCP_SYN_SENT, 0, SENT_SYN, END(OTHER) },
	{ "the same, by a socket that was reset before", TCP_SYN_SENT, ECONNRESET,
	  SENT_SYN | SHUT, END(OTHER) },
	{ "no connection came of it", TCP_SYN_RECV, 0, ORPHAN, END(NOT) },
	{ "Fast Open: RST came", TCP_SYN_RECV, ECONNRESET, PASSIVE, END(RST_RECEIVED) },
	{ "Fast Open: SYN-ACK not answered", TCP_SYN_RECV, ETIMEDOUT, PASSIVE, END(TIMEOUT) },
	{ "Fast Open: an ICMP error came", TCP_SYN_RECV, EHOSTUNREACH, PASSIVE, END(TIMEOUT) },
	{ "Fast Open: not accepted", TCP_SYN_RECV, 0, PASSIVE, RST(OTHER) },
	{ "Fast Open: unread data", TCP_SYN_RECV, 0, PASSIVE | SHUT | UNREAD, RST(UNREAD_DATA) },
	{ "Fast Open: ss -K", TCP_SYN_RECV, ECONNABORTED, PASSIVE, RST(DESTROYED) },
	{ "close() while connecting", TCP_SYN_SENT, 0, SHUT, END(OTHER) },
	{ "TCP_REPAIR", TCP_ESTABLISHED, 0, REPAIR | SHUT, END(OTHER) },
};

static bool named(void)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tcs_facts f = facts_of(cases[i].state, cases[i].err,
						    0, cases[i].facts,
						    cases[i].facts >> N_FACTS);
		const struct tcs_end is = tcs_classify(&f);

		if (is.ended != cases[i].answer.ended ||
		    (is.ended == TCS_ENDED_RST_SENT &&
		     is.rst != cases[i].answer.rst))
			ok = tap_fails("%s: ended %d, cause %d", cases[i].what,
				       is.ended, is.rst);
	}
	return ok;
}

/* Why connects fail: by what connect() says, and whether it had a port. */
static const struct {
	int state;
	int err;
	bool syn_sent;
	bool had_port;
	enum tcs_connect cause;
} connects[] = {
	{ TCP_SYN_SENT, ECONNREFUSED, true, true, TCS_CONNECT_REFUSED },
	{ TCP_SYN_SENT, ECONNREFUSED, false, true, TCS_CONNECT_REFUSED },
	{ TCP_SYN_RECV, ECONNRESET, true, true, TCS_CONNECT_REFUSED },
	{ TCP_SYN_SENT, ECONNRESET, false, false, TCS_CONNECT_NO_PORT },
	{ TCP_SYN_SENT, ECONNRESET, false, true, TCS_CONNECT_OTHER },
	{ TCP_SYN_SENT, ETIMEDOUT, true, true, TCS_CONNECT_TIMEOUT },
	{ TCP_SYN_SENT, EHOSTUNREACH, true, true, TCS_CONNECT_UNREACHABLE },
	{ TCP_SYN_SENT, ENETUNREACH, true, true, TCS_CONNECT_UNREACHABLE },
	{ TCP_SYN_SENT, EHOSTDOWN, true, true, TCS_CONNECT_UNREACHABLE },
	{ TCP_SYN_SENT, ENONET, true, true, TCS_CONNECT_UNREACHABLE },
	{ TCP_SYN_SENT, EACCES, true, true, TCS_CONNECT_UNREACHABLE },
	{ TCP_SYN_SENT, ENOPROTOOPT, true, true, TCS_CONNECT_OTHER },
	{ TCP_SYN_SENT, EPROTO, true, true, TCS_CONNECT_OTHER },
	{ TCP_SYN_SENT, 0, false, false, TCS_CONNECT_NO_PORT },
	{ TCP_SYN_SENT, 0, false, true, TCS_CONNECT_OTHER },
};

static bool connects_by_cause(void)
{
	bool ok = true;
	unsigned int i;

	for (i = 0; i < sizeof(connects) / sizeof(connects[0]); i++) {
		const struct tcs_facts f = {
			.old = connects[i].state,
			.err = connects[i].err,
			.syn_sent = connects[i].syn_sent,
			.had_port = connects[i].had_port,
		};
		const struct tcs_end is = tcs_classify(&f);

		if (is.ended != TCS_ENDED_CONNECT_FAILED ||
		    is.connect != connects[i].cause)
			ok = tap_fails("error %d, port %d: ended %d, cause %d",
				       connects[i].err, connects[i].had_port,
				       is.ended, is.connect);
	}
	return ok;
}

static const struct tap_test tests[] = {
	{ "every state, error and combination of facts", every_combination },
	{ "every rule of the table counts", every_rule_counts },
	{ "who ended it is asked where it matters", asks_where_it_matters },
	{ "and nowhere else", asks_nowhere_else },
	{ "states that are none", no_such_state },
	{ "closing states", closing_states },
	{ "named cases", named },
	{ "why connects fail", connects_by_cause },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
