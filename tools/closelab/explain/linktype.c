// SPDX-License-Identifier: GPL-2.0
#include "linktype.h"

#include <pcap/dlt.h>
#include <string.h>

#include "bytes.h"

#define PPP_V4 0x0021
#define PPP_V6 0x0057

#define ETHERNET 14

/* Types begin here: less is a length (IEEE 802.3). */
#define TYPES 0x600

/* IEEE 802.11: what a frame is, and the flags behind that */
#define WLAN_KIND 0x0c
#define WLAN_DATA 0x08
#define WLAN_EMPTY 0x40
#define WLAN_QOS 0x80
#define WLAN_BOTH 0x03
#define WLAN_SEALED 0x40
#define WLAN_ORDER 0x80
#define WLAN_SEVERAL 0x80

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

/* IEEE 802.1ah: flags, the number of the service, and the customer's frame. */
static bool service(struct layer *layer)
{
	if (layer->captured < 4 + ETHERNET)
		return false;
	layer->tag = layer->tag << 25 | 1 << 24 | (be32(layer->p) & 0xffffff);
	layer->type = be16(layer->p + 4 + 12);
	return layer_skip(layer, 4 + ETHERNET);
}

/* IEEE 802.2, RFC 1042: what is no type is a length, and the type follows a SNAP header. */
static bool snap(struct layer *layer)
{
	static const uint8_t header[] = { 0xaa, 0xaa, 3, 0, 0, 0 };

	layer->type = 0;
	if (layer->captured < sizeof(header) + 2 || memcmp(layer->p, header, sizeof(header)))
		return true;
	layer->type = be16(layer->p + sizeof(header));
	return layer_skip(layer, sizeof(header) + 2);
}

/* Between a port extender and its bridge: four bytes, and the type. */
static bool vntag(struct layer *layer)
{
	if (layer->captured < 6)
		return false;
	layer->type = be16(layer->p + 4);
	return layer_skip(layer, 6);
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
		case 0x88e7: /* 802.1ah */
			there = service(layer);
			break;
		case 0x8926: /* VN-Tag */
			there = vntag(layer);
			break;
		case 0x8864: /* PPPoE session, RFC 2516 */
			there = layer_skip(layer, 6) && layer_ppp(layer);
			break;
		default:
			if (!layer->type || layer->type >= TYPES)
				return true;
			there = snap(layer);
		}
		if (!there)
			return false;
	}
	return false;
}

bool layer_ethernet(struct layer *layer)
{
	if (layer->captured < ETHERNET)
		return false;
	layer->type = be16(layer->p + 12);
	return layer_skip(layer, ETHERNET) && layer_tags(layer);
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
 * IEEE 802.11, a data frame: three addresses or four, QoS, HT control. An encrypted one says
 * nothing, nor does one of several packets say where they are.
 */
static bool wlan(struct layer *layer)
{
	uint32_t header = 24;
	uint8_t kind, flags;

	layer->type = 0;
	if (layer->captured < header)
		return false;
	kind = layer->p[0];
	flags = layer->p[1];
	if ((kind & WLAN_KIND) != WLAN_DATA || kind & WLAN_EMPTY || flags & WLAN_SEALED)
		return true;
	header += (flags & WLAN_BOTH) == WLAN_BOTH ? 6 : 0;
	if (kind & WLAN_QOS) {
		if (layer->captured < header + 2)
			return false;
		if (layer->p[header] & WLAN_SEVERAL)
			return true;
		header += flags & WLAN_ORDER ? 6 : 2;
	}
	return layer_skip(layer, header) && snap(layer) && layer_tags(layer);
}

/* Radiotap is little-endian; it_len, the length of its header, is at offset 2. */
static bool radiotap(struct layer *layer)
{
	return layer->captured >= 4 &&
	       layer_skip(layer, layer->p[2] | layer->p[3] << 8) && wlan(layer);
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
	case DLT_IEEE802_11:
	case DLT_IEEE802_11_RADIO:
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
	case DLT_IEEE802_11:
		return wlan(layer);
	case DLT_IEEE802_11_RADIO:
		return radiotap(layer);
	}
	return false;
}
