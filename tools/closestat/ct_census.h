/* SPDX-License-Identifier: GPL-2.0 */
/* What connection tracking holds: the states of its TCP connections, by ctnetlink. */
#ifndef CLOSESTAT_CT_CENSUS_H
#define CLOSESTAT_CT_CENSUS_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stddef.h>

/* The state that most TCP connections have, and the service that most of these are with. */
struct ct_census {
	size_t udp;		/* flows of UDP */
	size_t in_state;	/* TCP connections */
	u8 state;		/* TCP_CONNTRACK_ESTABLISHED and so on */
	size_t idle;		/* of those in the state, if ESTABLISHED: with little left */
	size_t with_service;	/* of those in the state */
	u8 family;
	struct in6_addr dst;	/* as they asked for it; IPv4 in the first four bytes */
	u16 dport;
};

/**
 * ct_census_take - count the connections that are tracked in the namespace the thread is in
 * @left: little: those in ESTABLISHED that are kept for less than so many seconds yet
 * @census: filled
 *
 * Takes CAP_NET_ADMIN and nf_conntrack_netlink; without either none is counted.
 */
void ct_census_take(u64 left, struct ct_census *census);

#endif
