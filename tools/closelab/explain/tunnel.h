/* SPDX-License-Identifier: GPL-2.0 */
/* IP packets that travel in IP packets. */
#ifndef EXPLAIN_TUNNEL_H
#define EXPLAIN_TUNNEL_H

#include "linktype.h"

/**
 * tunnel_enter() - go into a tunnel
 * @protocol: of the IP packet, IPPROTO_*
 * @layer: at its payload, then at the packet inside; undefined where there is none
 *
 * IP, MPLS and Ethernet in IP, GRE, ERSPAN and PPTP in that, VXLAN, Geneve, GTP-U, L2TP and Teredo.
 *
 * Return: whether there is one.
 */
bool tunnel_enter(uint8_t protocol, struct layer *layer);

#endif
