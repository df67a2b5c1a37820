/* SPDX-License-Identifier: GPL-2.0 */
/* The RSTs that a network namespace answers SYNs with, for ports where nobody listens. */
#ifndef CLOSESTAT_RST_WATCH_H
#define CLOSESTAT_RST_WATCH_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stddef.h>

/* Asked by one peer for one port. */
struct refusal {
	u8 family;
	u16 port;
	struct in6_addr peer;	/* IPv4 in the first four bytes */
	u64 count;
};

struct rst_watch {
	int fd;			/* -1 where there is none */
	struct refusal *v;
	size_t n;
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
 * rst_watch_read - take in what has come
 * @watch: which
 */
void rst_watch_read(struct rst_watch *watch);

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
 * Only a RST that answers a SYN counts: it acknowledges, and its sequence number is 0.
 */
void rst_watch_packet(struct rst_watch *watch, const u8 *packet, size_t len);

#endif
