/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP sockets of the network namespace the thread is in, by sock_diag. */
#ifndef CLOSESTAT_SOCKDIAG_H
#define CLOSESTAT_SOCKDIAG_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct sock {
	u64 cookie;		/* no other socket ever has it */
	u64 cgroup;		/* id of its cgroup, 0 if the kernel does not tell */
	u32 inode;		/* 0 for one that no process holds */
	u8 family;
	u8 state;		/* TCP_CLOSE_WAIT and so on */
	u8 retransmits;		/* of the oldest segment not acknowledged, or probes of a window */
	bool timewait;		/* a timewait socket: in TIME_WAIT, or in FIN_WAIT2 after close() */
	bool info;		/* what follows "info" below is known */
	u16 sport;
	u16 dport;
	struct in6_addr src;	/* IPv4 in the first four bytes */
	struct in6_addr dst;
	u32 uid;
	u32 rqueue;		/* bytes not read; of a listener, connections not accepted */
	u32 wqueue;		/* bytes not acknowledged; of a listener, how many it may hold */
	u32 drops;		/* of a listener, SYNs and connections since it was made */
	u32 left_ms;		/* of a timewait socket: until it ends */
	/* info; milliseconds since */
	u32 data_sent_ms;
	u32 data_received_ms;
	u32 ack_received_ms;
	u32 window;		/* the peer's; ~0 if the kernel does not tell */
	u32 unsent;		/* bytes not yet sent */
	u32 unacked;		/* segments in flight */
	u32 mss;		/* bytes of data in a full-sized one */
	bool timestamps;	/* they take room besides */
};

struct socks {
	struct sock *v;
	size_t n;
};

/**
 * sockdiag_read - list sockets, IPv4 and IPv6
 * @states: bits (1 << TCP_CLOSE_WAIT, ...) of the states wanted
 * @socks: filled; to be released with sockdiag_free()
 *
 * An IPv6 socket that talks IPv4 is told as one of AF_INET. Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int sockdiag_read(u32 states, struct socks *socks);

/**
 * sockdiag_free - release what sockdiag_read() filled
 * @socks: may be zeroed
 */
void sockdiag_free(struct socks *socks);

/**
 * sockdiag_destroy - end connections as "ss -K" does
 * @socks: which, as sockdiag_read() told them
 * @errors: for each set to 0 or to the errno, positive, of what kept the kernel from it; ENOENT if
 *	it was gone by then
 *
 * Takes CAP_NET_ADMIN. Says on stderr if the kernel could not be asked.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int sockdiag_destroy(const struct socks *socks, int *errors);

#endif
