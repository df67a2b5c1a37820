// SPDX-License-Identifier: GPL-2.0
#include "icmp.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#include "bytes.h"

#define HEADER 8	/* of the message; it quotes at least as much of the segment (RFC 792) */

/* Whether ports and number of a TCP segment begin there. */
static bool take_segment(const uint8_t *p, uint32_t captured, struct packet *packet)
{
	if (captured < 8)
		return false;
	packet->sport = be16(p);
	packet->dport = be16(p + 2);
	packet->seq = be32(p + 4);
	return true;
}

static bool take_v4(const uint8_t *p, uint32_t captured, struct packet *packet)
{
	uint32_t header = captured < 20 ? 0 : (p[0] & 15) * 4;

	if (header < 20 || header > captured || p[0] >> 4 != 4 || p[9] != IPPROTO_TCP)
		return false;
	packet->family = AF_INET;
	memset(packet->src, 0, sizeof(packet->src));
	memset(packet->dst, 0, sizeof(packet->dst));
	memcpy(packet->src, p + 12, 4);
	memcpy(packet->dst, p + 16, 4);
	return take_segment(p + header, captured - header, packet);
}

static bool take_v6(const uint8_t *p, uint32_t captured, struct packet *packet)
{
	if (captured < 40 || p[0] >> 4 != 6 || p[6] != IPPROTO_TCP)
		return false;
	packet->family = AF_INET6;
	memcpy(packet->src, p + 8, 16);
	memcpy(packet->dst, p + 24, 16);
	return take_segment(p + 40, captured - 40, packet);
}

/* As icmp_err_convert[] and icmpv6_err_convert() have it: ECONNREFUSED, and the others. */
void icmp_quoted(uint8_t protocol, const struct layer *layer, struct packet *packet)
{
	const uint8_t *p = layer->p, *quoted;
	uint32_t captured;
	bool port;

	if (layer->captured < HEADER)
		return;
	quoted = p + HEADER;
	captured = layer->captured - HEADER;
	if (protocol == IPPROTO_ICMP && p[0] == ICMP_DEST_UNREACH && p[1] <= NR_ICMP_UNREACH &&
	    p[1] != ICMP_FRAG_NEEDED) {
		if (!take_v4(quoted, captured, packet))
			return;
		port = p[1] == ICMP_PORT_UNREACH;
	} else if (protocol == IPPROTO_ICMPV6 && p[0] == ICMP6_DST_UNREACH) {
		if (!take_v6(quoted, captured, packet))
			return;
		port = p[1] == ICMP6_DST_UNREACH_NOPORT;
	} else {
		return;
	}
	packet->unreachable = port ? UNREACHABLE_PORT : UNREACHABLE_HOST;
}
