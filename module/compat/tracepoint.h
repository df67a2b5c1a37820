/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the kernel, attached by name.
 *
 * Of those about closing only tcp_send_reset is exported, so that
 * register_trace_*() would not link; for_each_kernel_tracepoint() and
 * tracepoint_probe_register() are exported everywhere (GPL).
 *
 * History of the prototypes:
 *  - inet_sock_set_state(sk, oldstate, newstate): since 4.16, unchanged;
 *  - tcp_send_reset(sk, skb): sk is a full socket; from 6.10 on
 *    (sk, skb, reason), sk and skb may be NULL and sk a timewait socket;
 *  - tcp_retransmit_skb(sk, skb): where a segment went out; from 6.17 on
 *    (sk, skb, err), also where it did not.
 *
 * From 7.0 on callbacks run under SRCU and may be preempted.
 */
#ifndef TCS_COMPAT_TRACEPOINT_H
#define TCS_COMPAT_TRACEPOINT_H

#include <linux/tracepoint.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

/* TCS_SEND_RESET_ARGS: the arguments after the first one of every callback. */
#ifdef TCS_HAVE_SEND_RESET_REASON
#define TCS_SEND_RESET_ARGS const struct sock *sk, const struct sk_buff *skb, \
			    const enum sk_rst_reason reason
#else
#define TCS_SEND_RESET_ARGS const struct sock *sk, const struct sk_buff *skb
#endif

/* TCS_RETRANSMIT_ERR: of these arguments, why nothing was sent, or 0. */
#ifdef TCS_HAVE_RETRANSMIT_ERR
#define TCS_RETRANSMIT_ARGS const struct sock *sk, const struct sk_buff *skb, \
			    int err
#define TCS_RETRANSMIT_ERR err
#else
#define TCS_RETRANSMIT_ARGS const struct sock *sk, const struct sk_buff *skb
#define TCS_RETRANSMIT_ERR 0
#endif

/**
 * struct tcs_tracepoint - a callback and the tracepoint it belongs to
 * @name: of the tracepoint
 * @callback: of the tracepoint's own prototype
 * @tp: set while attached
 */
struct tcs_tracepoint {
	const char *name;
	void *callback;
	struct tracepoint *tp;
};

/*
 * TCS_CHECK_TRACEPOINT(name, callback): a statement that does not compile for a
 * callback of another prototype than the tracepoint's.
 */
#define TCS_CHECK_TRACEPOINT(_name, _callback) \
	check_trace_callback_type_##_name(_callback)

/**
 * tcs_tracepoints_sync() - wait for callbacks under way
 *
 * Process context, sleeps. Where they run with preemption off, any grace period of
 * RCU does, and nothing is done here.
 */
static inline void tcs_tracepoints_sync(void)
{
#ifdef TCS_HAVE_TRACEPOINT_SRCU
	tracepoint_synchronize_unregister();
#endif
}

int tcs_tracepoints_attach(struct tcs_tracepoint *tps, unsigned int n);
void tcs_tracepoints_detach(struct tcs_tracepoint *tps, unsigned int n);

#endif /* TCS_COMPAT_TRACEPOINT_H */
