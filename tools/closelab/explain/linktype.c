// SPDX-License-Identifier: GPL-2.0
#include "linktype.h"

#include <pcap/dlt.h>
#include <string.h>

#include "bytes.h"

#define PPP_V4 0x0021
#define PPP_V6 0x0057

/* More tags than this are taken for an attack. */
#define MAX_TAGS 8

bool layer_skip(struct layer *layer, uint32_t n)
{
	if (layer->captured < n || layer->length < n)
		return false;
	layer->p += n;
	layer->captured -= n;
	layer->length -= n;
	return true;
}

/* An IP packet says by itself of which version it is. */
bool layer_raw(struct layer *layer)
{
	if (!layer->captured)
		return false;
	switch (layer->p[0] >> 4) {
	case 4:
		layer->type = ETHERTYPE_V4;
		return true;
	case 6:
		layer->type = ETHERTYPE_V6;
		return true;
	}
	layer->type = 0;
	return true;
}

/* The protocol of PPP is one byte where its lowest bit is set (RFC 1661). */
bool layer_ppp(struct layer *layer)
{
	uint16_t protocol;

	if (layer->captured >= 2 && layer->p[0] == 0xff && layer->p[1] == 0x03 &&
	    !layer_skip(layer, 2))
		return false;
	if (!layer->captured)
		return false;
	if (layer->p[0] & 1) {
		protocol = layer->p[0];
		layer_skip(layer, 1);
	} else {
		if (layer->captured < 2)
			return false;
		protocol = be16(layer->p);
		if (!layer_skip(layer, 2))
			return false;
	}
	layer->type = protocol == PPP_V4 ? ETHERTYPE_V4 :
		      protocol == PPP_V6 ? ETHERTYPE_V6 : 0;
	return true;
}

static bool vlan(struct layer *layer)
{
	if (layer->captured < 4)
		return false;
	layer->tag = layer->tag << 12 | (be16(layer->p) & 0xfff);
	layer->type = be16(layer->p + 2);
	return layer_skip(layer, 4);
}

/* Labels say nothing of what they carry; look whether it is IP. */
static bool mpls(struct layer *layer)
{
	bool bottom = false;

	for (int i = 0; i < MAX_TAGS && !bottom; i++) {
		if (layer->captured < 4)
			return false;
		bottom = layer->p[2] & 1;
		if (!layer_skip(layer, 4))
			return false;
	}
	return bottom && layer_raw(layer);
}

bool layer_tags(struct layer *layer)
{
	for (int i = 0; i < MAX_TAGS; i++) {
		bool there;

		switch (layer->type) {
		case 0x8100: /* 802.1Q */
		case 0x88a8: /* 802.1ad */
		case 0x9100: /* QinQ before there was a standard */
			there = vlan(layer);
			break;
		case 0x8847: /* MPLS */
			there = mpls(layer);
			break;
		case 0x8864: /* PPPoE session, RFC 2516 */
			there = layer_skip(layer, 6) && layer_ppp(layer);
			break;
		default:
			return true;
		}
		if (!there)
			return false;
	}
	return false;
}

bool layer_ethernet(struct layer *layer)
{
	if (layer->captured < 14)
		return false;
	layer->type = be16(layer->p + 12);
	return layer_skip(layer, 14) && layer_tags(layer);
}

/* The family is in the byte order of the machine that captured it. */
static bool bsd_loopback(struct layer *layer)
{
	return layer_skip(layer, 4) && layer_raw(layer);
}

static bool cooked(struct layer *layer, uint32_t type_at, uint32_t header)
{
	if (layer->captured < header)
		return false;
	layer->type = be16(layer->p + type_at);
	return layer_skip(layer, header) && layer_tags(layer);
}

/*
 * NFLOG: family, version, resource id, then attributes in the byte order of
 * the machine that captured it; the one of type 9 is the packet.
 */
static bool nflog(struct layer *layer)
{
	if (!layer_skip(layer, 4))
		return false;
	while (layer->captured >= 4) {
		uint16_t size, type;
		uint32_t padded;

		memcpy(&size, layer->p, sizeof(size));
		memcpy(&type, layer->p + 2, sizeof(type));
		if (be16(layer->p + 2) == 9) {
			type = 9;
			size = be16(layer->p);
		}
		if (size < 4)
			return false;
		if ((type & 0x7fff) == 9)
			return layer_skip(layer, 4) && layer_raw(layer);
		padded = (size + 3U) & ~3U;
		if (!layer_skip(layer, padded))
			return false;
	}
	return false;
}

bool linktype_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_RAW:
	case 101: /* LINKTYPE_RAW, where DLT_RAW has another number */
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_PPP:
	case DLT_PPP_SERIAL:
	case DLT_PPP_ETHER:
	case DLT_C_HDLC:
	case DLT_NFLOG:
		return true;
	}
	return false;
}

bool linktype_any(int link)
{
	return link == DLT_LINUX_SLL || link == DLT_LINUX_SLL2;
}

bool linktype_strip(int link, struct layer *layer)
{
	switch (link) {
	case DLT_EN10MB:
		return layer_ethernet(layer);
	case DLT_RAW:
	case 101:
	case DLT_IPV4:
	case DLT_IPV6:
		return layer_raw(layer);
	case DLT_NULL:
	case DLT_LOOP:
		return bsd_loopback(layer);
	case DLT_LINUX_SLL:
		return cooked(layer, 14, 16);
	case DLT_LINUX_SLL2:
		return cooked(layer, 0, 20);
	case DLT_PPP:
	case DLT_PPP_SERIAL:
		return layer_ppp(layer);
	case DLT_PPP_ETHER:
		return layer_skip(layer, 6) && layer_ppp(layer);
	case DLT_C_HDLC:
		return cooked(layer, 2, 4);
	case DLT_NFLOG:
		return nflog(layer);
	}
	return false;
}
