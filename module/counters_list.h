/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one list of all counts: how connections end, why we reset them, how TIME_WAITs
 * end, and the rows of /proc/net/tcp_closestat in their order. Enums, names, the strings of
 * the trace event, and the types and help of closestat's metrics come from here. Nothing is
 * included, so that the tools can include this.
 *
 * Names are ABI (docs/abi.md): they are only ever added. A new row goes before RECORDS: the
 * last two have always been the last.
 */
#ifndef TCS_COUNTERS_LIST_H
#define TCS_COUNTERS_LIST_H

/*
 * X(ID, name, help): TCS_ENDED_ID, the row ended_name, "name" in the trace event.
 * TCS_ENDED_RST_SENT is no part of these: it is the sum of its causes.
 */
#define TCS_ENDS_BY_FIN(X)						\
	X(ACTIVE_FIN, active_fin, "Ended after this side sent the first FIN.") \
	X(PASSIVE_FIN, passive_fin, "Ended after the peer sent the first FIN.") \
	X(SIMULTANEOUS_FIN, simultaneous_fin, "Ended after the FINs crossed.")

#define TCS_ENDS_OTHERWISE(X)						\
	X(RST_RECEIVED, rst_received, "Reset by the peer.")		\
	X(TIMEOUT, timeout, "Given up after a timeout.")		\
	X(FIN_WAIT2_EXPIRED, fin_wait2_expired,				\
	  "Closed here, the peer never sent its FIN.")			\
	/* Counted by its causes, as resets are. */			\
	X(CONNECT_FAILED, connect_failed, "Never established.")		\
	X(OTHER, other, "Ended in another way.")

/* X(ID, name, help): TCS_RST_ID, the row rst_sent_name, "name" in the trace event. */
#define TCS_RSTS(X)							\
	X(UNREAD_DATA, unread_data, "Resets because of unread data at close.") \
	X(LINGER, linger, "Resets asked for by SO_LINGER 0.")		\
	X(DATA_AFTER_CLOSE, data_after_close,				\
	  "Resets because data came after close.")			\
	X(MEMORY, memory, "Resets for lack of memory, or of too many orphans.")	\
	X(TIMEOUT, timeout, "Resets after a timeout.")			\
	X(DESTROYED, destroyed, "Resets of sockets destroyed from outside.") \
	X(OTHER, other, "Resets for another reason.")

/* X(ID, name, help): TCS_CONNECT_ID, the row connect_failed_name. */
#define TCS_CONNECTS(X)							\
	X(REFUSED, refused, "Connects that were refused.")		\
	X(TIMEOUT, timeout, "Connects that had no answer.")		\
	X(UNREACHABLE, unreachable, "Connects that found no way to the peer.") \
	X(NO_PORT, no_port, "Connects that found no local port.")	\
	X(OTHER, other, "Connects that failed for another reason.")

/* X(ID, name, TEXT): TCS_ID, the rows name_entered and name. */
#define TCS_STATES(X)							\
	X(FIN_WAIT1, fin_wait1, "FIN_WAIT1")				\
	X(FIN_WAIT2, fin_wait2, "FIN_WAIT2")				\
	X(CLOSING, closing, "CLOSING")					\
	X(CLOSE_WAIT, close_wait, "CLOSE_WAIT")				\
	X(LAST_ACK, last_ack, "LAST_ACK")				\
	X(TIME_WAIT, time_wait, "TIME_WAIT")

/* X(ID, name, help): TCS_TW_ID, the row time_wait_name. */
#define TCS_TW_ENDS(X)							\
	X(EXPIRED, expired, "TIME_WAITs that ran their time.")		\
	X(REUSED, reused, "TIME_WAITs taken over by a new connection.")	\
	X(RESET, reset, "TIME_WAITs killed by a RST.")			\
	X(PURGED, purged, "TIME_WAITs purged by hand.")

/*
 * The rows. TCS_ROW_ID is a row's number.
 *
 * COUNT(ID, name, help): a row that is one cell, TCS_COUNT_ID. All there is to a new
 * count is such a line, and tcs_add(stats, TCS_COUNT_ID) where it happens.
 * ROW(ID, name, COUNTER or GAUGE, help): what it is computed from stands in counters.c.
 * The others: the lists above.
 */
#define TCS_ROWS(COUNT, ROW, END, RST, CONNECT, ENTERED, STATE, TW_END)	\
	ROW(VERSION, version, GAUGE,					\
	    "Version of the format of the module's counters.")		\
	ROW(ENDED, ended, COUNTER, "Connections that have ended.")	\
	TCS_ENDS_BY_FIN(END)						\
	ROW(ENDED_RST_SENT, ended_rst_sent, COUNTER, "Reset by this side.") \
	TCS_ENDS_OTHERWISE(END)						\
	TCS_RSTS(RST)							\
	COUNT(RST_SENT_NO_SOCKET, rst_sent_no_socket,		\
	    "Resets of segments that matched no connection.")		\
	TCS_STATES(ENTERED)						\
	TCS_STATES(STATE)						\
	COUNT(TIME_WAIT_SHORTENED, time_wait_shortened,		\
	    "TIME_WAITs not of the kernel's length.")			\
	COUNT(TIME_WAIT_GUARDED, time_wait_guarded,		\
	    "TIME_WAITs the guard kept longer than asked for.")		\
	COUNT(TIME_WAIT_REARMED, time_wait_rearmed,		\
	    "TIME_WAITs restarted by a late segment.")			\
	TCS_TW_ENDS(TW_END)						\
	ROW(TIME_WAIT_STARTED_KERNEL, time_wait_started_kernel, COUNTER,	\
	    "TIME_WAITs begun with the kernel's own length, for nothing else was asked.") \
	COUNT(TIME_WAIT_STARTED_TUNED, time_wait_started_tuned,		\
	    "TIME_WAITs begun with the length that was asked for.")	\
	COUNT(FIN_RETRANSMITS, fin_retransmits, "FINs sent again.") \
	TCS_CONNECTS(CONNECT)						\
	ROW(RECORDS, records, GAUGE, "Close records of connections held.") \
	COUNT(RECORD_FAILURES, record_failures,			\
	    "Close records that could not be allocated.")

#endif /* TCS_COUNTERS_LIST_H */
