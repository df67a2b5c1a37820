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

const unsigned char tcs_closing_states[TCS_N_TCP_STATES] = {
	[0 ... TCP_SYN_RECV] = TCS_NOT_CLOSING,
	[TCP_FIN_WAIT1] = TCS_FIN_WAIT1,
	[TCP_FIN_WAIT2] = TCS_FIN_WAIT2,
	[TCP_TIME_WAIT] = TCS_TIME_WAIT,
	[TCP_CLOSE] = TCS_NOT_CLOSING,
	[TCP_CLOSE_WAIT] = TCS_CLOSE_WAIT,
	[TCP_LAST_ACK] = TCS_LAST_ACK,
	[TCP_LISTEN] = TCS_NOT_CLOSING,
	[TCP_CLOSING] = TCS_CLOSING,
	[TCP_CLOSING + 1 ... TCS_N_TCP_STATES - 1] = TCS_NOT_CLOSING,
};

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

/* tcp_abort(): the peer is told only where it has to be. */
static struct tcs_end destroyed(const struct tcs_facts *f)
{
	return need_reset(f->old) ? rst_sent(TCS_RST_DESTROYED) :
				    ended(TCS_ENDED_OTHER);
}

/* tcp_disconnect(): the same, but what is left to send is missed as well. */
static struct tcs_end disconnected(const struct tcs_facts *f, enum tcs_rst cause)
{
	const bool to_send = f->unsent && (f->old == TCP_CLOSING ||
					   f->old == TCP_LAST_ACK);

	return need_reset(f->old) || to_send ? rst_sent(cause) :
					       ended(TCS_ENDED_OTHER);
}

/* tcp_write_err(). An error of another kind is one that nobody has read yet. */
static bool timed_out(const struct tcs_facts *f)
{
	return f->err && f->err == (f->err_soft ? f->err_soft : ETIMEDOUT);
}

/* Never established: everything but our own change of mind is a failure. */
static struct tcs_end classify_connecting(const struct tcs_facts *f)
{
	if (f->err == ECONNABORTED)
		return destroyed(f);
	/* Fast Open: data may come before the handshake is over. */
	if (f->old == TCP_SYN_RECV && !f->err && f->shut && f->unread)
		return rst_sent(TCS_RST_UNREAD_DATA);
	/*
	 * Given up by close(), shutdown() or connect(AF_UNSPEC), or the child
	 * of a listener that is gone. In SYN_SENT it may also be connect()
	 * itself that finds no port, before it has sent a SYN.
	 */
	if (!f->err && !f->orphan &&
	    (f->shut || f->syn_sent || f->old == TCP_SYN_RECV))
		return disconnected(f, f->shut && f->linger0 ? TCS_RST_LINGER :
							       TCS_RST_OTHER);
	return ended(TCS_ENDED_CONNECT_FAILED);
}

/* The application still holds the socket: it closes it, or an error came. */
static struct tcs_end classify_owned(const struct tcs_facts *f)
{
	/* tcp_close(): unread data is looked at before SO_LINGER */
	if (f->shut && f->unread)
		return rst_sent(TCS_RST_UNREAD_DATA);
	if (timed_out(f))
		return ended(TCS_ENDED_TIMEOUT);
	if (f->shut && f->linger0)
		return disconnected(f, TCS_RST_LINGER);
	/* connect(AF_UNSPEC), or a listener closed with this one not accepted */
	return disconnected(f, TCS_RST_OTHER);
}

/* The application is gone: tcp_close() after sock_orphan(), timers, segments. */
static struct tcs_end classify_orphan(const struct tcs_facts *f)
{
	if (f->net_gone)
		return ended(TCS_ENDED_OTHER);
	if (f->old == TCP_FIN_WAIT2) {
		if (f->linger2_off)
			return rst_sent(TCS_RST_LINGER);
		if (f->tw_full)
			return ended(TCS_ENDED_FIN_WAIT2_EXPIRED);
		/* tcp_rcv_state_process(): data with the ACK of our FIN */
		if (f->acked_now)
			return rst_sent(TCS_RST_DATA_AFTER_CLOSE);
		/*
		 * tcp_check_oom() in tcp_close(). Else tcp_keepalive_timer()
		 * ended the wait, and says so by a RST.
		 */
		return rst_sent(f->in_task ? TCS_RST_MEMORY : TCS_RST_TIMEOUT);
	}
	if (timed_out(f))
		return ended(TCS_ENDED_TIMEOUT);
	/* tcp_check_oom(), in tcp_close() or in a timer */
	return rst_sent(TCS_RST_MEMORY);
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

	/* In CLOSE_WAIT it is the peer that goes on after its FIN. */
	if (f->reset_without_rst)
		return rst_sent(f->old == TCP_CLOSE_WAIT ?
				TCS_RST_OTHER : TCS_RST_DATA_AFTER_CLOSE);
	if (f->err == ECONNRESET || f->err == EPIPE)
		return ended(TCS_ENDED_RST_RECEIVED);
	if (f->err == ECONNABORTED)
		return destroyed(f);
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
