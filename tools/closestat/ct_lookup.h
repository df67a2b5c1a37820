/* SPDX-License-Identifier: GPL-2.0 */
/* What connection tracking knows of a connection, by ctnetlink. */
#ifndef CLOSESTAT_CT_LOOKUP_H
#define CLOSESTAT_CT_LOOKUP_H

#include "lib/util.h"

#include <netinet/in.h>
#include <stdbool.h>

/* A TCP segment's addresses; IPv4 in the first four bytes. */
struct ct_tuple {
	u8 family;
	u16 sport;
	u16 dport;
	struct in6_addr src;
	struct in6_addr dst;
};

/**
 * ct_is_translated - whether a segment is of a connection that has other addresses besides
 * @tuple: the segment's
 *
 * In the network namespace the thread is in. Takes CAP_NET_ADMIN, and nf_conntrack_netlink, which
 * the kernel loads: to be asked where there is connection tracking alone.
 *
 * Return: true if so, false also where that cannot be told.
 */
bool ct_is_translated(const struct ct_tuple *tuple);

#endif
