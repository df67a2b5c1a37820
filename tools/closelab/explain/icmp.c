// SPDX-License-Identifier: GPL-2.0
#include "icmp.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#define HEADER 8

/* As icmp_err_convert[] and icmpv6_err_convert() have it: ECONNREFUSED, and the others. */
static enum unreachable unreachable(bool port)
{
	return port ? UNREACHABLE_PORT : UNREACHABLE_HOST;
}

enum unreachable icmp_enter(uint8_t protocol, struct layer *layer)
{
	const uint8_t *p = layer->p;

	if (!layer_skip(layer, HEADER))
		return UNREACHABLE_NOT;
	if (protocol == IPPROTO_ICMP && p[0] == ICMP_DEST_UNREACH && p[1] <= NR_ICMP_UNREACH &&
	    p[1] != ICMP_FRAG_NEEDED) {
		layer->type = ETHERTYPE_V4;
		return unreachable(p[1] == ICMP_PORT_UNREACH);
	}
	if (protocol == IPPROTO_ICMPV6 && p[0] == ICMP6_DST_UNREACH) {
		layer->type = ETHERTYPE_V6;
		return unreachable(p[1] == ICMP6_DST_UNREACH_NOPORT);
	}
	return UNREACHABLE_NOT;
}
