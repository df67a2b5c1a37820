/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The RSTs that a network namespace answers SYNs with, for ports where nobody listens, and those
 * that answer what belongs to no connection.
 */
#ifndef CLOSESTAT_RST_WATCH_H
#define CLOSESTAT_RST_WATCH_H

#include "gone.h"
#include "lib/util.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* By whom, as port_scan_part() has it. */
enum refused_by {
	BY_CLIENT,		/* who wants the service, for all that is known */
	BY_SCANNER,
	BY_ANYBODY,		/* of many that ask for many ports, and seldom for one of them */
};

/* Asked by one peer for one port. */
struct refusal {
	u8 family;
	u16 port;
	struct in6_addr peer;	/* IPv4 in the first four bytes */
	u64 count;
	u64 age_ms;		/* of the latest, where that is told */
	enum refused_by by;
};

/* Answers to what came for a connection that is none of ours, nor was one lately. */
struct stray {
	struct gone_conn conn;
	struct in6_addr src;	/* its address here, as conn.dst */
	u64 count;
	bool late;		/* one came when what had ended before was settled */
};

/* All that left with one source. */
struct rst_source {
	u8 family;
	struct in6_addr src;	/* IPv4 in the first four bytes */
	u64 count;
};

struct rst_watch {
	int fd;			/* -1 where there is none */
	struct refusal *v;
	size_t n;
	struct stray *strays;
	size_t n_strays;
	struct rst_source *sources;	/* since rst_watch_begin() */
	size_t n_sources;
	bool too_many;		/* sources */
	struct gone gone;	/* what has ended lately */
	u64 settled_us;		/* what ended before the watch has no more to say from then on */
	bool late;		/* what is read came then */
	int last_if;		/* where the last one left */
	u8 last[60];		/* and the beginning of it */
	u64 lost;		/* that came faster than they were read, or from too many peers */
};

/**
 * rst_watch_open - begin to watch the namespace the thread is in
 * @watch: filled; to be released with rst_watch_close()
 *
 * Takes CAP_NET_RAW; without it, nothing is seen.
 */
void rst_watch_open(struct rst_watch *watch);

/**
 * rst_watch_begin - take in what has come, and count the sources from now on
 * @watch: which
 */
void rst_watch_begin(struct rst_watch *watch);

/**
 * rst_watch_read - take in what has come
 * @watch: which
 */
void rst_watch_read(struct rst_watch *watch);

/**
 * rst_watch_forget - drop strays whose connection turned out to have ended lately
 * @watch: which
 *
 * That of a FIN_WAIT2 that was over stays.
 */
void rst_watch_forget(struct rst_watch *watch);

/**
 * rst_watch_close - end
 * @watch: which
 */
void rst_watch_close(struct rst_watch *watch);

/**
 * rst_watch_packet - take in one packet. Pure.
 * @watch: where
 * @packet: from its IP header on
 * @len: bytes of it
 *
 * One that answers a SYN acknowledges, and its sequence number is 0; one that answers a segment
 * with an ACK acknowledges nothing (tcp_v4_send_reset()); what close() sends has another number.
 */
void rst_watch_packet(struct rst_watch *watch, const u8 *packet, size_t len);

#endif
