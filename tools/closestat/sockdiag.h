/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP sockets of the network namespace the thread is in, by sock_diag. */
#ifndef CLOSESTAT_SOCKDIAG_H
#define CLOSESTAT_SOCKDIAG_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stddef.h>

struct sock {
	u64 cookie;		/* no other socket ever has it */
	u32 inode;		/* 0 for one that no process holds */
	u8 family;
	u8 state;		/* TCP_CLOSE_WAIT and so on */
	u16 sport;
	u16 dport;
	struct in6_addr src;	/* IPv4 in the first four bytes */
	struct in6_addr dst;
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
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int sockdiag_read(u32 states, struct socks *socks);

/**
 * sockdiag_free - release what sockdiag_read() filled
 * @socks: may be zeroed
 */
void sockdiag_free(struct socks *socks);

#endif
