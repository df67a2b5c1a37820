/* SPDX-License-Identifier: GPL-2.0 */
/* The trace event tcp_closestat:tcp_close, once per connection that ended. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tcp_closestat

#if !defined(TCS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCS_TRACE_H

#include <linux/in6.h>
#include <linux/tracepoint.h>
#include <net/sock.h>

#include "classify.h"
#include "details.h"
#include "event.h"
#include "mode.h"
#include "records.h"

/* This file is read several times. */
#ifndef TCS_TRACE_ONCE
#define TCS_TRACE_ONCE

/*
 * The event's view of a connection that ended, as tcs_trace_end() has it; @told is never NULL.
 * It is read when the event is written to the buffer, and not kept.
 */
struct tcs_close {
	const struct sock_common *skc;
	const struct tcs_record *rec;
	const struct tcs_told *told;
	struct tcs_end end;
	u32 time_wait_ms;
	__be16 sport;
};

/* For __print_symbolic(), from the lists. */
#define TCS_ENDED_NAME(id, name, help)	{ TCS_ENDED_##id, #name },
#define TCS_ENDED_NAMES							\
	TCS_ENDS_BY_FIN(TCS_ENDED_NAME)					\
	TCS_ENDS_OTHERWISE(TCS_ENDED_NAME)				\
	{ TCS_ENDED_RST_SENT, "rst_sent" }

#define TCS_RST_NAME(id, name, help)	{ TCS_RST_##id, #name },
#define TCS_RST_NAMES							\
	TCS_RSTS(TCS_RST_NAME)						\
	{ TCS_N_RST, "-" }
#endif

/* User space that prints by the format file has to be told the enums' values. */
#define X(id, name, help) TRACE_DEFINE_ENUM(TCS_ENDED_##id);
TCS_ENDS_BY_FIN(X)
TCS_ENDS_OTHERWISE(X)
#undef X
TRACE_DEFINE_ENUM(TCS_ENDED_RST_SENT);
#define X(id, name, help) TRACE_DEFINE_ENUM(TCS_RST_##id);
TCS_RSTS(X)
#undef X
TRACE_DEFINE_ENUM(TCS_N_RST);

TRACE_EVENT_FN(tcp_close,

	TP_PROTO(const struct tcs_close *close),

	TP_ARGS(close),

	TP_STRUCT__entry(
		__field(__u32, netns)
		__field(__u16, family)
		__field(__u16, sport)
		__field(__u16, dport)
		__field(__u8, ended)
		__field(__u8, rst)
		__field(__u32, time_wait_ms)
		__field(__u64, fin_wait1_us)
		__field(__u64, fin_wait2_us)
		__field(__u64, closing_us)
		__field(__u64, close_wait_us)
		__field(__u64, last_ack_us)
		/* IPv4 addresses as ::ffff:a.b.c.d */
		__array(__u8, saddr, 16)
		__array(__u8, daddr, 16)
		/* -1: not known */
		__field(__s64, bytes_sent)
		__field(__s64, bytes_received)
		__field(__s64, lifetime_us)
		__field(__s64, idle_us)
		__field(__s64, uid)
		__field(__u64, cgroup)
		__field(__u32, pid)
		__field(__s32, errno)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		__entry->netns = read_pnet(&close->skc->skc_net)->ns.inum;
		__entry->family = close->skc->skc_family;
		__entry->sport = ntohs(close->sport);
		__entry->dport = ntohs(close->skc->skc_dport);
		__entry->ended = close->end.ended;
		__entry->rst = close->end.ended == TCS_ENDED_RST_SENT ?
			       close->end.rst : TCS_N_RST;
		__entry->time_wait_ms = close->time_wait_ms;
		__entry->fin_wait1_us = 0;
		__entry->fin_wait2_us = 0;
		__entry->closing_us = 0;
		__entry->close_wait_us = 0;
		__entry->last_ack_us = 0;
		switch (close->rec ? close->rec->state : TCS_TIME_WAIT) {
		case TCS_FIN_WAIT2:
			__entry->fin_wait2_us = close->rec->spent_us[1];
			__entry->fin_wait1_us = close->rec->spent_us[0];
			break;
		case TCS_CLOSING:
			__entry->closing_us = close->rec->spent_us[1];
			__entry->fin_wait1_us = close->rec->spent_us[0];
			break;
		case TCS_FIN_WAIT1:
			__entry->fin_wait1_us = close->rec->spent_us[0];
			break;
		case TCS_LAST_ACK:
			__entry->last_ack_us = close->rec->spent_us[1];
			__entry->close_wait_us = close->rec->spent_us[0];
			break;
		case TCS_CLOSE_WAIT:
			__entry->close_wait_us = close->rec->spent_us[0];
			break;
		}
		tcs_addresses(close->skc, (struct in6_addr *)__entry->saddr,
			      (struct in6_addr *)__entry->daddr);
		__entry->bytes_sent = close->told->bytes_sent;
		__entry->bytes_received = close->told->bytes_received;
		__entry->lifetime_us = close->told->lifetime_us;
		__entry->idle_us = close->told->idle_us;
		__entry->cgroup = close->told->cgroup;
		__entry->uid = close->told->uid;
		__entry->pid = close->told->pid;
		__entry->errno = close->told->err;
		memcpy(__entry->comm, close->told->comm, TASK_COMM_LEN);
	),

	TP_printk("netns=%u family=%s saddr=%pI6c sport=%u daddr=%pI6c dport=%u ended=%s rst=%s fin_wait1_us=%llu fin_wait2_us=%llu closing_us=%llu close_wait_us=%llu last_ack_us=%llu time_wait_ms=%u bytes_sent=%lld bytes_received=%lld lifetime_us=%lld idle_us=%lld cgroup=%llu uid=%lld errno=%d pid=%u comm=%s",
		  __entry->netns,
		  __print_symbolic(__entry->family,
				   { AF_INET, "inet" }, { AF_INET6, "inet6" }),
		  __entry->saddr, __entry->sport,
		  __entry->daddr, __entry->dport,
		  __print_symbolic(__entry->ended, TCS_ENDED_NAMES),
		  __print_symbolic(__entry->rst, TCS_RST_NAMES),
		  __entry->fin_wait1_us, __entry->fin_wait2_us,
		  __entry->closing_us, __entry->close_wait_us,
		  __entry->last_ack_us, __entry->time_wait_ms,
		  __entry->bytes_sent, __entry->bytes_received,
		  __entry->lifetime_us, __entry->idle_us, __entry->cgroup,
		  /* The name last: there may be anything in it. */
		  __entry->uid, __entry->errno, __entry->pid, __entry->comm),

	tcs_trace_reg,

	tcs_trace_unreg
);

#endif /* TCS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
