/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace event's details of a connection, beside how it ended: which task closed, how
 * many bytes, how long it lived.
 *
 * Most of that the socket knows until its last moment. The rest is put down in an entry as
 * it happens: when it was established, which task closed, how long
 * it had been idle then; and all of it, before a timewait socket takes its place. An entry
 * is found by the address of the socket, then of the timewait socket. As with close
 * records (records.h) most are slots embedded in the table, for which nothing is allocated
 * and no lock is taken; others are chained behind the slot that was taken.
 *
 * All this is in use only while somebody listens to the event (tcs_trace_reg()): a static
 * key says so, and while it is on the fast path is another (fastpath.h). The order of
 * switching: the key goes on; when no event is under way any more that saw it off, entries
 * may be made. The other way round, they may not be made any more, the key goes off, and
 * when no event is under way any more that saw it on, those left are freed. So each entry
 * that was made is taken out by the event that ends its connection, or freed with all: none
 * is left for a later socket of the same address.
 *
 * An entry of a full socket belongs to the holder of the socket's lock. A timewait
 * socket's is not looked at before it is taken out, by the caller that traces its end.
 */
#ifndef TCS_DETAILS_H
#define TCS_DETAILS_H

#include <linux/jump_label.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <net/tcp_states.h>

#include "classify.h"

struct sock;
struct sock_common;

/* Not known: of bytes and durations. */
#define TCS_UNKNOWN	(-1LL)

/**
 * struct tcs_told - details of a connection for the trace event
 * @cgroup: id of the socket's cgroup; 0: not known
 * @bytes_sent: payload that went out, what was sent again not counted; TCS_UNKNOWN
 * @bytes_received: payload that came in order, read or not; TCS_UNKNOWN
 * @lifetime_us: us; TCS_UNKNOWN
 * @idle_us: us without data either way before the first FIN or RST, TCS_UNKNOWN
 * @uid: owner of the socket, in the initial user namespace; TCS_UNKNOWN
 * @pid: process that closed, in the initial pid namespace; 0: none did, or not known
 * @err: errno of a connect that failed; 0: none did
 * @comm: name of the process; empty where @pid is 0
 */
struct tcs_told {
	u64 cgroup;
	s64 bytes_sent;
	s64 bytes_received;
	s64 lifetime_us;
	s64 idle_us;
	s64 uid;
	u32 pid;
	s32 err;
	char comm[TASK_COMM_LEN];
};

/* Somebody listens to the trace event. */
DECLARE_STATIC_KEY_FALSE(tcs_details_key);

extern const struct tcs_told tcs_told_nothing;
extern unsigned int tcs_states_watched;

/* The states that a socket enters which mean something to the module. */
#define TCS_STATES_OF_CLOSING	(TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING | \
				 TCPF_CLOSE_WAIT | TCPF_LAST_ACK | TCPF_CLOSE)
/* With details, these as well: entries begin there. */
#define TCS_STATES_OF_OPENING	(TCPF_SYN_SENT | TCPF_ESTABLISHED)

int tcs_details_prepare(void);
void tcs_details_allow(bool allow);
void tcs_details_free(void);

void tcs_details_open(const struct sock *sk, int new);
void tcs_details_fin(const struct sock *sk, int old, int new);
void tcs_details_move(const struct sock *sk, const struct sock_common *to);
void tcs_details_end(const struct sock *sk, int old, struct tcs_end how,
		     bool by_task, u64 now, struct tcs_told *told);
void tcs_details_without(const struct sock *sk, struct tcs_end how, bool by_task,
			 u64 first, struct tcs_told *told);
void tcs_details_take(const struct sock_common *key, u64 now,
		      struct tcs_told *told);
void tcs_details_forget(const struct sock_common *key);

static inline bool tcs_details_are_on(void)
{
	return static_branch_unlikely(&tcs_details_key);
}

#endif /* TCS_DETAILS_H */
