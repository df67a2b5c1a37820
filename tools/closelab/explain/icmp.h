/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP messages that say of a packet that it did not arrive. */
#ifndef EXPLAIN_ICMP_H
#define EXPLAIN_ICMP_H

#include "linktype.h"
#include "packet.h"

/**
 * icmp_enter() - go to what an ICMP message quotes
 * @protocol: of the IP packet, IPPROTO_*
 * @layer: at its payload, then at the IP packet that it quotes, cut as it is; undefined where it
 *	does not say that a packet did not arrive
 *
 * That a packet is too long is nothing of that kind (RFC 1191, RFC 8201).
 *
 * Return: what it says.
 */
enum unreachable icmp_enter(uint8_t protocol, struct layer *layer);

#endif
