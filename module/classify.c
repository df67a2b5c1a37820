// SPDX-License-Identifier: GPL-2.0
/* What a state change amounts to, see classify.h. */
#include "classify.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <net/tcp_states.h>
#else
#include <errno.h>
#include <netinet/tcp.h>
#endif

static const struct tcs_end not_ended = { .ended = TCS_ENDED_NOT };

static struct tcs_end ended(enum tcs_ended kind)
{
	return (struct tcs_end){ .ended = kind };
}

static struct tcs_end rst_sent(enum tcs_rst cause)
{
	return (struct tcs_end){ .ended = TCS_ENDED_RST_SENT, .rst = cause };
}

/* tcp_need_reset() (net/ipv4/tcp.c): an abort in this state sends a RST. */
static bool need_reset(int state)
{
	switch (state) {
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_SYN_RECV:
		return true;
	default:
		return false;
	}
}

/* An abort by our own side, which tells the peer only where it has to. */
static struct tcs_end aborted(int state, enum tcs_rst cause)
{
	return need_reset(state) ? rst_sent(cause) : ended(TCS_ENDED_OTHER);
}

/* Never established: everything but our own change of mind is a failure. */
static struct tcs_end classify_connecting(const struct tcs_facts *f)
{
	if (f->err == ECONNABORTED)
		return aborted(f->old, TCS_RST_DESTROYED);
	if (!f->err && f->shut && !f->orphan) {
		if (f->unread)
			return aborted(f->old, TCS_RST_UNREAD_DATA);
		return aborted(f->old, f->linger0 ? TCS_RST_LINGER :
						    TCS_RST_OTHER);
	}
	return ended(TCS_ENDED_CONNECT_FAILED);
}

/* The application still holds the socket: it closes it, or an error came. */
static struct tcs_end classify_owned(const struct tcs_facts *f)
{
	/* tcp_close(): unread data is looked at before SO_LINGER */
	if (f->shut && f->unread)
		return rst_sent(TCS_RST_UNREAD_DATA);
	if (f->shut && f->linger0)
		return aborted(f->old, TCS_RST_LINGER);
	if (f->err)
		return ended(TCS_ENDED_TIMEOUT);
	/* connect(AF_UNSPEC), or a listener closed with this one not accepted */
	return aborted(f->old, TCS_RST_OTHER);
}

/* The application is gone: tcp_close() after sock_orphan(), timers, segments. */
static struct tcs_end classify_orphan(const struct tcs_facts *f)
{
	if (f->old == TCP_FIN_WAIT2) {
		if (f->linger2_off)
			return rst_sent(TCS_RST_LINGER);
		if (f->tw_full)
			return ended(TCS_ENDED_FIN_WAIT2_EXPIRED);
		/*
		 * tcp_rcv_state_process(): data with the ACK of our FIN. Else
		 * tcp_keepalive_timer() ended the wait, and says so by a RST.
		 */
		return rst_sent(f->acked_now ? TCS_RST_DATA_AFTER_CLOSE :
					       TCS_RST_TIMEOUT);
	}
	if (f->err)
		return ended(TCS_ENDED_TIMEOUT);
	/* tcp_check_oom(), in tcp_close() or in a timer */
	return rst_sent(TCS_RST_MEMORY);
}

/**
 * tcs_closing_state() - the closing state that a TCP state is
 * @tcp_state: of net/tcp_states.h, any value
 *
 * Return: the closing state, TCS_NOT_CLOSING for all others.
 */
enum tcs_state tcs_closing_state(int tcp_state)
{
	switch (tcp_state) {
	case TCP_FIN_WAIT1:
		return TCS_FIN_WAIT1;
	case TCP_FIN_WAIT2:
		return TCS_FIN_WAIT2;
	case TCP_CLOSING:
		return TCS_CLOSING;
	case TCP_CLOSE_WAIT:
		return TCS_CLOSE_WAIT;
	case TCP_LAST_ACK:
		return TCS_LAST_ACK;
	case TCP_TIME_WAIT:
		return TCS_TIME_WAIT;
	default:
		return TCS_NOT_CLOSING;
	}
}

/**
 * tcs_classify() - how a connection ended whose socket goes to CLOSE
 * @f: what is known
 *
 * At that moment the kernel has not sent the RST yet that it may be about to
 * send (tcp_close() and tcp_disconnect() change the state first), so the answer
 * is derived from the socket. Errors: tcp_reset() sets ECONNRESET or EPIPE,
 * tcp_abort() ECONNABORTED, tcp_write_err() ETIMEDOUT or what an ICMP said.
 *
 * Return: the kind and the cause.
 */
struct tcs_end tcs_classify(const struct tcs_facts *f)
{
	if (f->moved)
		return not_ended;

	switch (f->old) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		return classify_connecting(f);
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
		break;
	default:
		return not_ended;
	}

	if (f->err == ECONNRESET || f->err == EPIPE)
		return f->reset_without_rst ?
			rst_sent(TCS_RST_DATA_AFTER_CLOSE) :
			ended(TCS_ENDED_RST_RECEIVED);
	if (f->err == ECONNABORTED)
		return aborted(f->old, TCS_RST_DESTROYED);
	if (f->repair)
		return ended(TCS_ENDED_OTHER);

	if (f->old == TCP_LAST_ACK && f->all_acked)
		return ended(TCS_ENDED_PASSIVE_FIN);
	/* Both FINs are through, but there was no room for a TIME_WAIT. */
	if (f->old == TCP_FIN_WAIT2 && f->fin_received)
		return ended(TCS_ENDED_ACTIVE_FIN);
	if (f->old == TCP_CLOSING && f->all_acked)
		return ended(TCS_ENDED_SIMULTANEOUS_FIN);

	return f->orphan ? classify_orphan(f) : classify_owned(f);
}
