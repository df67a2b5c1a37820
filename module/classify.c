// SPDX-License-Identifier: GPL-2.0
/* The meaning of a state change, see classify.h. */
#include "classify.h"

#ifdef __KERNEL__
#include <linux/compiler_attributes.h>
#include <linux/errno.h>
#include <net/tcp_states.h>
#else
#define fallthrough __attribute__((fallthrough))
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

/*
 * tcp_write_err(). An error of another kind is one that nobody has read yet; but before the
 * handshake is over that of any ICMP ends a Fast Open child that was not accepted (tcp_v4_err()).
 */
static bool timed_out(const struct tcs_facts *f)
{
	if (f->old == TCP_SYN_RECV && !f->shut)
		return f->err;
	return f->err && f->err == (f->err_soft ? f->err_soft : ETIMEDOUT);
}

/*
 * The error that tcp_reset() sets for a RST in this state. Any other was set for another
 * reason, and nobody has read it yet (kTLS, sockmap).
 */
static bool reset_error(const struct tcs_facts *f)
{
	return f->err == (f->old == TCP_CLOSE_WAIT ? EPIPE : ECONNRESET);
}

/*
 * By the errno of connect(). A RST that answers a SYN is ECONNREFUSED, one that comes later in
 * the handshake ECONNRESET (tcp_reset()); ICMP's errors are those of icmp_err_convert[] and
 * icmpv6_err_convert(), where EACCES is a prohibition. An error that keeps connect() from
 * sending a SYN is returned, and never set in the socket.
 */
static enum tcs_connect connect_cause(const struct tcs_facts *f, int err)
{
	switch (err) {
	case ECONNREFUSED:
	case ECONNRESET:
		return TCS_CONNECT_REFUSED;
	case ETIMEDOUT:
		return TCS_CONNECT_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case EACCES:
		return TCS_CONNECT_UNREACHABLE;
	case 0:
		return f->had_port ? TCS_CONNECT_OTHER : TCS_CONNECT_NO_PORT;
	default:
		return TCS_CONNECT_OTHER;
	}
}

static struct tcs_end connect_failed(const struct tcs_facts *f, int err)
{
	return (struct tcs_end){
		.ended = TCS_ENDED_CONNECT_FAILED,
		.connect = connect_cause(f, err),
	};
}

/* Never established: everything but our own change of mind is a failure. */
static struct tcs_end classify_connecting(const struct tcs_facts *f)
{
	/* tcp_disconnect() has left it, of the connection that the socket had before. */
	const bool stale = f->old == TCP_SYN_SENT && f->err == ECONNRESET;
	const int err = stale ? 0 : f->err;

	if (err == ECONNABORTED)
		return destroyed(f);
	/*
	 * Given up by close(), shutdown() or connect(AF_UNSPEC). In SYN_SENT it may
	 * also be connect() itself that finds no port, before it has sent a SYN.
	 */
	if (!err && !f->orphan &&
	    (f->shut || f->syn_sent || f->old == TCP_SYN_RECV))
		return disconnected(f, f->shut && f->linger0 ? TCS_RST_LINGER :
							       TCS_RST_OTHER);
	return connect_failed(f, err);
}

/* Both FINs are through, and ours was acknowledged: no RST finds a socket like this. */
static bool closed_by_fins(const struct tcs_facts *f, struct tcs_end *end)
{
	if (f->old == TCP_LAST_ACK && f->all_acked)
		*end = ended(TCS_ENDED_PASSIVE_FIN);
	/* There was no timewait socket to be had. */
	else if (f->old == TCP_FIN_WAIT2 && f->fin_received)
		*end = ended(TCS_ENDED_ACTIVE_FIN);
	else if (f->old == TCP_CLOSING && f->all_acked)
		*end = ended(TCS_ENDED_SIMULTANEOUS_FIN);
	else
		return false;
	return true;
}

/*
 * tcp_close() shuts both directions before anything else, and would have sent a FIN, had it
 * let the socket go in one of these states: it is at work, and no segment is.
 */
static bool closes_now(const struct tcs_facts *f)
{
	if (f->orphan || !f->shut)
		return false;
	return f->unread || f->old == TCP_ESTABLISHED ||
	       f->old == TCP_CLOSE_WAIT || f->old == TCP_SYN_RECV;
}

/*
 * Without unread data, and without SO_LINGER, tcp_close() would have sent a FIN. What it took for
 * unread was read before, and came again with the FIN (tcp_data_queue(), before 6.18).
 */
static bool sent_no_fin(const struct tcs_facts *f)
{
	return (f->old == TCP_ESTABLISHED || f->old == TCP_CLOSE_WAIT) &&
	       !f->linger0 && !f->subflow;
}

/* The application still holds the socket: it closes it, or an error came. */
static struct tcs_end classify_owned(const struct tcs_facts *f)
{
	/* tcp_close(): unread data is looked at before SO_LINGER */
	if (f->shut && (f->unread || sent_no_fin(f)))
		return rst_sent(TCS_RST_UNREAD_DATA);
	if (timed_out(f))
		return ended(TCS_ENDED_TIMEOUT);
	if (f->shut && f->linger0)
		return disconnected(f, TCS_RST_LINGER);
	/* connect(AF_UNSPEC), or a listener closed with this one not accepted */
	return disconnected(f, TCS_RST_OTHER);
}

static struct tcs_end classify_orphaned_fin_wait2(const struct tcs_facts *f)
{
	if (f->linger2_off)
		return rst_sent(TCS_RST_LINGER);
	switch (f->done_by) {
	case TCS_DONE_NO_TIMEWAIT:
		return ended(TCS_ENDED_FIN_WAIT2_EXPIRED);
	case TCS_DONE_SEGMENT:	/* data with the ACK of our FIN */
		return rst_sent(TCS_RST_DATA_AFTER_CLOSE);
	case TCS_DONE_CLOSE:	/* tcp_check_oom() */
		return rst_sent(TCS_RST_MEMORY);
	default:
		return rst_sent(TCS_RST_TIMEOUT);
	}
}

/* The application is gone: tcp_close() after sock_orphan(), timers, segments. */
static struct tcs_end classify_orphan(const struct tcs_facts *f)
{
	if (f->net_gone)
		return ended(TCS_ENDED_OTHER);
	if (f->old == TCP_FIN_WAIT2)
		return classify_orphaned_fin_wait2(f);
	if (timed_out(f))
		return ended(TCS_ENDED_TIMEOUT);
	/*
	 * tcp_check_oom(): tcp_close() is about to send a RST, tcp_out_of_resources() has
	 * done so, or goes without where nothing was heard for long.
	 */
	return f->rst_sent || f->done_by == TCS_DONE_CLOSE ?
		rst_sent(TCS_RST_MEMORY) : ended(TCS_ENDED_OTHER);
}

/**
 * tcs_classify_asks_who() - whether tcs_classify() may go by the function that ended the socket
 * @f: the facts, @f->done_by not yet
 *
 * To find out takes a walk over the stack. Most orphans end by a
 * timeout, which their error tells.
 */
bool tcs_classify_asks_who(const struct tcs_facts *f)
{
	return f->orphan && !f->net_gone &&
	       (f->old == TCP_FIN_WAIT2 || !timed_out(f));
}

/**
 * tcs_classify() - how a connection ended whose socket goes to CLOSE
 * @f: the facts
 *
 * At that moment the kernel has not sent the RST yet that it may be about to
 * send (tcp_close() and tcp_disconnect() change the state first), so the answer
 * is derived from the socket. Certain facts come before errors, which may be stale:
 * tcp_reset() sets ECONNRESET or EPIPE, tcp_abort() ECONNABORTED, tcp_write_err()
 * ETIMEDOUT or the error of an ICMP message.
 *
 * Return: the kind and the cause.
 */
struct tcs_end tcs_classify(const struct tcs_facts *f)
{
	struct tcs_end end;

	if (f->moved)
		return not_ended;

	switch (f->old) {
	case TCP_SYN_RECV:
		/*
		 * A child that never was a connection: tcp_v4_syn_recv_sock() and its like
		 * give it up again. Others have sent a FIN before the application is gone.
		 */
		if (f->orphan)
			return not_ended;
		/* Fast Open: data may have been served already. */
		if (f->passive)
			break;
		fallthrough;
	case TCP_SYN_SENT:
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

	/* In CLOSE_WAIT it is the peer that continues after its FIN. */
	if (f->reset_without_rst)
		return rst_sent(f->old == TCP_CLOSE_WAIT ?
				TCS_RST_OTHER : TCS_RST_DATA_AFTER_CLOSE);
	if (f->rst_received)
		return ended(TCS_ENDED_RST_RECEIVED);
	if (closed_by_fins(f, &end))
		return end;
	if (!closes_now(f) && reset_error(f))
		return ended(TCS_ENDED_RST_RECEIVED);
	if (f->err == ECONNABORTED)
		return destroyed(f);
	if (f->repair)
		return ended(TCS_ENDED_OTHER);

	return f->orphan ? classify_orphan(f) : classify_owned(f);
}
