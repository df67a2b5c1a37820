/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP messages that say of a TCP segment that it did not arrive. */
#ifndef EXPLAIN_ICMP_H
#define EXPLAIN_ICMP_H

#include "linktype.h"
#include "packet.h"

/**
 * icmp_quoted() - read an ICMP message
 * @protocol: of the IP packet, IPPROTO_*
 * @layer: at its payload
 * @packet: @unreachable is set where the message says that a TCP segment did not arrive, and then
 *	addresses, ports and number of that segment
 *
 * That a segment is too long is nothing of that kind (RFC 1191, RFC 8201).
 */
void icmp_quoted(uint8_t protocol, const struct layer *layer, struct packet *packet);

#endif
