// SPDX-License-Identifier: GPL-2.0
#include "tunnel.h"

#include <netinet/in.h>

#include "bytes.h"

#define ETHERTYPE_ERSPAN 0x88be
#define ETHERTYPE_ERSPAN3 0x22eb
#define ETHERTYPE_PPTP 0x880b

#define ETHERTYPE_MPLS 0x8847

#define IPPROTO_ETHERIP 97

#define VXLAN_PORT 4789
/* The kernel's own, from before there was a number: flannel uses it. */
#define VXLAN_PORT_LINUX 8472
#define VXLAN_VNI_VALID 0x08

#define GENEVE_PORT 6081

/* RFC 4380 section 2.6: the first 32 bits of Teredo's own addresses */
#define TEREDO_PREFIX 0x20010000
#define V6_HEADER 40U

#define L2TP_PORT 1701

#define GTP_PORT 2152
#define GTP_DATA 0xff
#define GTP_MAX_EXTENSIONS 8

/* What a header's own type says that it carries. */
static bool enter_type(struct layer *layer)
{
	return layer->type == ETHERTYPE_TEB ? layer_ethernet(layer) : layer_tags(layer);
}

static void take_vni(struct layer *layer, uint32_t vni)
{
	layer->tag = layer->tag << 25 | 1 << 24 | vni;
}

/* draft-foschiano-erspan: type I has no header, II one of eight bytes, III one of 12 or 20. */
static bool enter_erspan(struct layer *layer, bool sequence)
{
	uint32_t size = 0;

	if (layer->type == ETHERTYPE_ERSPAN3) {
		if (layer->captured < 12)
			return false;
		size = layer->p[11] & 1 ? 20 : 12;
	} else if (sequence) {
		size = 8;
	}
	return layer_skip(layer, size) && layer_ethernet(layer);
}

/* RFC 2637 section 4.1: version 1, PPTP's, carries PPP; an ACK of its own carries nothing. */
static bool enter_pptp(struct layer *layer, uint16_t flags)
{
	uint32_t size = 8;

	size += flags & 0x1000 ? 4 : 0;
	size += flags & 0x0080 ? 4 : 0;
	return be16(layer->p + 2) == ETHERTYPE_PPTP && flags & 0x1000 &&
	       layer_skip(layer, size) && layer_ppp(layer) && layer->type;
}

/* RFC 2784, 2890: flags say which fields follow. */
static bool enter_gre(struct layer *layer)
{
	uint16_t flags;
	uint32_t size = 4;

	if (layer->captured < 4)
		return false;
	flags = be16(layer->p);
	if ((flags & 7) == 1)
		return enter_pptp(layer, flags);
	if (flags & 0x4007)
		return false;
	layer->type = be16(layer->p + 2);
	size += flags & 0x8000 ? 4 : 0;
	size += flags & 0x2000 ? 4 : 0;
	size += flags & 0x1000 ? 4 : 0;
	if (!layer_skip(layer, size))
		return false;
	if (layer->type == ETHERTYPE_ERSPAN || layer->type == ETHERTYPE_ERSPAN3)
		return enter_erspan(layer, flags & 0x1000);
	return enter_type(layer);
}

/* RFC 7348: by the flags that its header must have. */
static bool enter_vxlan(struct layer *layer)
{
	if (layer->captured < 8 || !(layer->p[0] & VXLAN_VNI_VALID))
		return false;
	take_vni(layer, be32(layer->p + 4) >> 8);
	return layer_skip(layer, 8) && layer_ethernet(layer);
}

/* RFC 8926: version 0, options in words of four bytes. */
static bool enter_geneve(struct layer *layer)
{
	uint32_t options;

	if (layer->captured < 8 || layer->p[0] >> 6)
		return false;
	options = (layer->p[0] & 0x3f) * 4;
	layer->type = be16(layer->p + 2);
	take_vni(layer, be32(layer->p + 4) >> 8);
	return layer_skip(layer, 8 + options) && enter_type(layer);
}

/*
 * 3GPP TS 29.281: version 1. Each direction has a tunnel of its own, so its number tells nothing of
 * the connection.
 */
static bool enter_gtp(struct layer *layer)
{
	uint8_t next;

	if (layer->captured < 12 || layer->p[0] >> 4 != 3 || layer->p[1] != GTP_DATA)
		return false;
	if (!(layer->p[0] & 7))
		return layer_skip(layer, 8) && layer_raw(layer);
	next = layer->p[0] & 4 ? layer->p[11] : 0;
	if (!layer_skip(layer, 12))
		return false;
	for (int i = 0; next && i < GTP_MAX_EXTENSIONS; i++) {
		uint32_t size = layer->captured ? layer->p[0] * 4 : 0;

		if (!size || layer->captured < size)
			return false;
		next = layer->p[size - 1];
		layer_skip(layer, size);
	}
	return !next && layer_raw(layer);
}

/* RFC 2661 section 3.1: version 2, no control message; flags say which fields there are. */
static bool enter_l2tp(struct layer *layer)
{
	uint32_t size = 6;
	uint16_t flags;

	if (layer->captured < 2)
		return false;
	flags = be16(layer->p);
	if (flags & 0x8000 || (flags & 15) != 2)
		return false;
	size += flags & 0x4000 ? 2 : 0;
	size += flags & 0x0800 ? 4 : 0;
	if (flags & 0x0200) {
		if (layer->captured < size + 2)
			return false;
		size += 2 + be16(layer->p + size);
	}
	return layer_skip(layer, size) && layer_ppp(layer) && layer->type;
}

/*
 * RFC 4380 section 5.2.3: IPv6, behind an origin indication or not. Relays and clients have any
 * port: known by its length, and by an address.
 */
static bool enter_teredo(struct layer *layer)
{
	const uint8_t *p;

	if (layer->captured >= 2 && !be16(layer->p) && !layer_skip(layer, 8))
		return false;
	p = layer->p;
	if (layer->captured < V6_HEADER || p[0] >> 4 != 6 ||
	    be16(p + 4) + V6_HEADER != layer->length ||
	    (be32(p + 8) != TEREDO_PREFIX && be32(p + 24) != TEREDO_PREFIX))
		return false;
	layer->type = ETHERTYPE_V6;
	return true;
}

/* By the port. */
static bool enter_udp(struct layer *layer)
{
	uint16_t port;

	if (layer->captured < 8)
		return false;
	port = be16(layer->p + 2);
	layer_skip(layer, 8);
	switch (port) {
	case VXLAN_PORT:
	case VXLAN_PORT_LINUX:
		return enter_vxlan(layer);
	case GENEVE_PORT:
		return enter_geneve(layer);
	case GTP_PORT:
		return enter_gtp(layer);
	case L2TP_PORT:
		return enter_l2tp(layer);
	}
	return enter_teredo(layer);
}

/* RFC 3378: Ethernet behind version 3 and nothing else. */
static bool enter_etherip(struct layer *layer)
{
	return layer->captured >= 2 && be16(layer->p) == 0x3000 &&
	       layer_skip(layer, 2) && layer_ethernet(layer);
}

bool tunnel_enter(uint8_t protocol, struct layer *layer)
{
	switch (protocol) {
	case IPPROTO_IPIP:
		layer->type = ETHERTYPE_V4;
		return true;
	case IPPROTO_IPV6:
		layer->type = ETHERTYPE_V6;
		return true;
	case IPPROTO_MPLS: /* RFC 4023 */
		layer->type = ETHERTYPE_MPLS;
		return layer_tags(layer);
	case IPPROTO_ETHERIP:
		return enter_etherip(layer);
	case IPPROTO_GRE:
		return enter_gre(layer);
	case IPPROTO_UDP:
		return enter_udp(layer);
	}
	return false;
}
