// SPDX-License-Identifier: GPL-2.0
#include "packet.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "bytes.h"
#include "icmp.h"
#include "linktype.h"
#include "tunnel.h"

/* Tunnels in tunnels, and extension headers of IPv6, to look through. */
#define MAX_DEPTH 4
#define MAX_EXTENSIONS 16

#define V4_FRAGMENT 0x1fff
#define V4_MORE 0x2000

#define ESP_PORT 4500

/* The payload of an IP packet. */
struct inner {
	struct layer layer;
	uint8_t protocol;
};

static enum decoded take_v4(struct layer *layer, struct packet *packet,
			    struct inner *inner)
{
	const uint8_t *p = layer->p;
	uint32_t header, total;
	uint16_t fragment;

	if (layer->captured < 20)
		return DECODED_CUT;
	header = (p[0] & 15) * 4;
	total = be16(p + 2);
	/* A segment that the device was to split has no total length. */
	if (!total)
		total = layer->length;
	if (header < 20 || total < header)
		return DECODED_BAD;
	packet->family = AF_INET;
	packet->ip = p;
	packet->ttl = p[8];
	packet->id = be16(p + 4);
	memset(packet->src, 0, sizeof(packet->src));
	memset(packet->dst, 0, sizeof(packet->dst));
	memcpy(packet->src, p + 12, 4);
	memcpy(packet->dst, p + 16, 4);
	fragment = be16(p + 6);
	if (fragment & V4_FRAGMENT)
		return DECODED_FRAGMENT;
	packet->first_fragment = fragment & V4_MORE;
	/* Bytes behind the packet are padding. */
	if (total < layer->length)
		layer->length = total;
	if (total < layer->captured)
		layer->captured = total;
	packet->ip_captured = layer->captured;
	inner->protocol = p[9];
	inner->layer = *layer;
	inner->layer.length = total;
	return layer_skip(&inner->layer, header) ? DECODED_TCP : DECODED_CUT;
}

/* RFC 4303, and RFC 3948 in UDP, where a SPI of 0 is not ESP's. */
static bool is_sealed(const struct inner *inner)
{
	const uint8_t *p = inner->layer.p;

	if (inner->protocol != IPPROTO_UDP)
		return inner->protocol == IPPROTO_ESP;
	return inner->layer.captured >= 12 && be32(p + 8) &&
	       (be16(p) == ESP_PORT || be16(p + 2) == ESP_PORT);
}

/* RFC 8200 section 4: whether a next header is an extension. */
static bool is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT ||
	       protocol == IPPROTO_AH || protocol == IPPROTO_MH;
}

static enum decoded skip_extensions(struct inner *inner, struct packet *packet)
{
	struct layer *layer = &inner->layer;

	for (int i = 0; is_extension(inner->protocol); i++) {
		uint8_t protocol = inner->protocol;
		uint32_t size;

		if (layer->captured < 8)
			return DECODED_CUT;
		if (i == MAX_EXTENSIONS)
			return DECODED_BAD;
		size = (layer->p[1] + 1) * 8U;
		if (protocol == IPPROTO_AH)
			size = (layer->p[1] + 2) * 4U;
		if (protocol == IPPROTO_FRAGMENT) {
			uint16_t offset = be16(layer->p + 2);

			size = 8;
			if (offset & 0xfff8)
				return DECODED_FRAGMENT;
			packet->first_fragment = offset & 1;
		}
		inner->protocol = layer->p[0];
		if (layer->length < size)
			return DECODED_BAD;
		if (!layer_skip(layer, size))
			return DECODED_CUT;
	}
	return DECODED_TCP;
}

static enum decoded take_v6(struct layer *layer, struct packet *packet,
			    struct inner *inner)
{
	const uint8_t *p = layer->p;
	uint32_t payload;

	if (layer->captured < 40)
		return DECODED_CUT;
	payload = be16(p + 4);
	/* A jumbogram, or a segment that the device was to split */
	if (!payload)
		payload = layer->length - 40;
	packet->family = AF_INET6;
	packet->ip = p;
	packet->ttl = p[7];
	packet->id = 0;
	packet->first_fragment = false;
	memcpy(packet->src, p + 8, 16);
	memcpy(packet->dst, p + 24, 16);
	if (payload + 40 < layer->length)
		layer->length = payload + 40;
	if (layer->captured > payload + 40)
		layer->captured = payload + 40;
	packet->ip_captured = layer->captured;
	inner->protocol = p[6];
	inner->layer = *layer;
	inner->layer.length = payload + 40;
	if (!layer_skip(&inner->layer, 40))
		return DECODED_CUT;
	return skip_extensions(inner, packet);
}

static enum decoded take_ip(struct layer *layer, struct packet *packet,
			    struct inner *inner)
{
	enum decoded what;
	uint8_t version;

	if (!layer->captured)
		return DECODED_CUT;
	version = layer->p[0] >> 4;
	if (layer->type == ETHERTYPE_V4) {
		what = version == 4 ? take_v4(layer, packet, inner) : DECODED_BAD;
		/* RFC 4302 section 3.1.1: the same header as in IPv6 */
		return what == DECODED_TCP && inner->protocol == IPPROTO_AH ?
		       skip_extensions(inner, packet) : what;
	}
	if (layer->type == ETHERTYPE_V6)
		return version == 6 ? take_v6(layer, packet, inner) : DECODED_BAD;
	return DECODED_NOT_IP;
}

/* Of a TCP segment an ICMP message quotes at least ports and number (RFC 792). */
static void take_quoted(struct inner *inner, struct packet *packet)
{
	struct layer layer = inner->layer;
	enum unreachable says = icmp_enter(inner->protocol, &layer);
	const uint8_t *p;

	if (!says || take_ip(&layer, packet, inner) != DECODED_TCP ||
	    inner->protocol != IPPROTO_TCP || inner->layer.captured < 8)
		return;
	p = inner->layer.p;
	packet->sport = be16(p);
	packet->dport = be16(p + 2);
	packet->seq = be32(p + 4);
	packet->unreachable = says;
}

/* Everything but the addresses is set where it is found. */
static void clear(struct packet *packet)
{
	packet->data = NULL;
	packet->captured = 0;
	packet->mptcp = 0;
	packet->reason = 0;
	packet->unreachable = UNREACHABLE_NOT;
	packet->ts_val = 0;
	packet->sack_right = 0;
	packet->has_ts = false;
	packet->has_sack = false;
	packet->first_fragment = false;
}

enum decoded packet_decode(int link, const uint8_t *frame, uint32_t captured,
			   uint32_t length, struct packet *packet)
{
	struct layer layer = { frame, captured, length < captured ? captured : length,
			       0, 0 };
	struct inner inner;

	clear(packet);
	if (!linktype_strip(link, &layer))
		return linktype_known(link) ? DECODED_CUT : DECODED_NOT_IP;
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		enum decoded what = take_ip(&layer, packet, &inner);

		if (what != DECODED_TCP)
			return what;
		if (inner.protocol == IPPROTO_TCP) {
			packet->tag = linktype_any(link) ? 0 : inner.layer.tag;
			return packet_tcp(inner.layer.p, inner.layer.captured,
					  inner.layer.length, packet);
		}
		layer = inner.layer;
		if (!tunnel_enter(inner.protocol, &layer)) {
			packet->tag = linktype_any(link) ? 0 : inner.layer.tag;
			take_quoted(&inner, packet);
			return is_sealed(&inner) ? DECODED_SEALED : DECODED_OTHER;
		}
	}
	return DECODED_OTHER;
}
