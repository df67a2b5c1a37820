/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The meaning of a state change.
 *
 * Pure: no kernel object, no global, no lock. The same file is compiled on the
 * host for the unit tests.
 */
#ifndef TCS_CLASSIFY_H
#define TCS_CLASSIFY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

#include "counters_list.h"

/* The closing states of RFC 9293, section 3.3.2, in the order of the files. */
enum tcs_state {
#define X(id, name, text) TCS_##id,
	TCS_STATES(X)
#undef X
	TCS_N_STATES,
	TCS_NOT_CLOSING = TCS_N_STATES,
};

/* Room for every TCP state (net/tcp_states.h). */
#define TCS_N_TCP_STATES 16

/* How a connection ended; resets that we sent are counted by cause. */
enum tcs_ended {
#define X(id, name, help) TCS_ENDED_##id,
	TCS_ENDS_BY_FIN(X)
	TCS_ENDS_OTHERWISE(X)
#undef X
	TCS_N_ENDED,
	TCS_ENDED_RST_SENT = TCS_N_ENDED,
	TCS_ENDED_NOT,			/* no connection ended */
};

/* Why we reset a connection of ours. */
enum tcs_rst {
#define X(id, name, help) TCS_RST_##id,
	TCS_RSTS(X)
#undef X
	TCS_N_RST,
};

/* The function that ended an orphan; no clock would tell. */
enum tcs_done_by {
	TCS_DONE_UNKNOWN,
	TCS_DONE_NO_TIMEWAIT,		/* tcp_time_wait(), which got no timewait socket */
	TCS_DONE_SEGMENT,		/* tcp_rcv_state_process() */
	TCS_DONE_TIMER,			/* tcp_keepalive_timer() */
	TCS_DONE_CLOSE,			/* tcp_close() */
	TCS_N_DONE,
};

/* Why a connect failed. */
enum tcs_connect {
#define X(id, name, help) TCS_CONNECT_##id,
	TCS_CONNECTS(X)
#undef X
	TCS_N_CONNECT,
};

/**
 * struct tcs_facts - the facts about a full socket as it goes to CLOSE
 * @old: its TCP state before (net/tcp_states.h)
 * @err: sk_err
 * @err_soft: sk_err_soft: the error of an ICMP message, to be reported on a timeout
 * @done_by: the function that ended it; looked up for orphans alone
 * @moved: a timewait socket takes its place, which will be counted
 * @reset_without_rst: tcp_reset() was called for a segment without RST: data that
 *	came after the application had closed, or after the peer's own FIN
 * @rst_received: tcp_reset() was called for a RST
 * @rst_sent: we have sent a RST already: a timer did so, before it ended the socket
 * @passive: the peer connected, not we; asked in SYN_RECV only
 * @orphan: SOCK_DEAD: the application has closed it
 * @shut: both directions are shut: tcp_close() does so before anything else
 * @fin_received: SOCK_DONE: the peer's FIN was processed
 * @all_acked: everything we sent was acknowledged, our FIN included
 * @unsent: not all that the application sent, its FIN included, has gone out
 * @syn_sent: our SYN is on its way, or put off until there are data to go with it
 *	(TCP_FASTOPEN_CONNECT); of no meaning once ESTABLISHED
 * @had_port: connect() had found a port; of no meaning once the SYN is on its way
 * @subflow: of MPTCP, which may shut one long before it closes it
 * @unread: tcp_close() threw data away that the application had not read
 * @linger0: SO_LINGER with 0 s
 * @linger2_off: TCP_LINGER2 below 0
 * @repair: TCP_REPAIR: closes without a segment to the peer
 * @net_gone: its namespace is dying, nothing can be sent any more
 */
struct tcs_facts {
	int old;
	int err;
	int err_soft;
	enum tcs_done_by done_by;
	bool moved;
	bool reset_without_rst;
	bool rst_received;
	bool rst_sent;
	bool passive;
	bool orphan;
	bool shut;
	bool fin_received;
	bool all_acked;
	bool unsent;
	bool syn_sent;
	bool had_port;
	bool subflow;
	bool unread;
	bool linger0;
	bool linger2_off;
	bool repair;
	bool net_gone;
};

/**
 * struct tcs_end - how a connection ended
 * @ended: the kind; TCS_ENDED_NOT where none ended
 * @rst: the cause, where @ended is TCS_ENDED_RST_SENT
 * @connect: the cause, where @ended is TCS_ENDED_CONNECT_FAILED
 */
struct tcs_end {
	enum tcs_ended ended;
	union {
		enum tcs_rst rst;
		enum tcs_connect connect;
	};
};

extern const unsigned char tcs_closing_states[TCS_N_TCP_STATES];

/**
 * tcs_closing_state() - the closing state that a TCP state is
 * @tcp_state: of net/tcp_states.h, below TCS_N_TCP_STATES
 *
 * Return: the closing state, TCS_NOT_CLOSING for all others.
 */
static inline enum tcs_state tcs_closing_state(unsigned int tcp_state)
{
	return tcs_closing_states[tcp_state % TCS_N_TCP_STATES];
}

bool tcs_classify_asks_who(const struct tcs_facts *f);
struct tcs_end tcs_classify(const struct tcs_facts *f);

#endif /* TCS_CLASSIFY_H */
