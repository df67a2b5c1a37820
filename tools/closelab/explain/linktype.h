/* SPDX-License-Identifier: GPL-2.0 */
/* The headers around an IP packet: link layers, tags, PPP. */
#ifndef EXPLAIN_LINKTYPE_H
#define EXPLAIN_LINKTYPE_H

#include <stdbool.h>
#include <stdint.h>

#define ETHERTYPE_V4 0x0800
#define ETHERTYPE_V6 0x86dd
#define ETHERTYPE_TEB 0x6558	/* Ethernet again, RFC 7637 */

/**
 * struct layer - what is left of a frame on the way inwards
 * @p: the bytes
 * @captured: how many are there
 * @length: how many there were
 * @type: Ethertype of what begins here
 * @tag: tags found on the way, each shifted in
 */
struct layer {
	const uint8_t *p;
	uint32_t captured;
	uint32_t length;
	uint16_t type;
	uint64_t tag;
};

/**
 * layer_skip() - go inwards
 * @layer: is moved on
 * @n: by how many bytes
 *
 * Return: whether that many were captured.
 */
bool layer_skip(struct layer *layer, uint32_t n);

/**
 * layer_ethernet() - go past an Ethernet header, and what follows it
 * @layer: at the header, then at what its type says
 *
 * Return: whether it was there.
 */
bool layer_ethernet(struct layer *layer);

/**
 * layer_raw() - look which version of IP begins here
 * @layer: gets its type, 0 where it is none
 *
 * Return: whether there is a byte.
 */
bool layer_raw(struct layer *layer);

/**
 * layer_ppp() - go past a PPP header
 * @layer: gets the type of what it carries, 0 where that is no IP
 *
 * Return: whether it was there.
 */
bool layer_ppp(struct layer *layer);

/**
 * layer_tags() - go past VLAN tags, MPLS labels, PPPoE
 * @layer: is moved to what they carry
 *
 * Return: whether they were whole.
 */
bool layer_tags(struct layer *layer);

/**
 * linktype_any() - whether a capture has the frames of more than one device
 * @link: DLT_* of libpcap
 *
 * There a segment is seen on a VLAN's or tunnel's device and on the one below it.
 *
 * Return: whether it is Linux's "any" device.
 */
bool linktype_any(int link);

/**
 * linktype_known() - whether frames of a link type can be read
 * @link: DLT_* of libpcap
 *
 * Return: whether linktype_strip() knows it.
 */
bool linktype_known(int link);

/**
 * linktype_strip() - go past the header of a link
 * @link: DLT_* of libpcap
 * @layer: at the beginning of a frame, then at what it carries
 *
 * Return: whether the header was there and is of a known kind.
 */
bool linktype_strip(int link, struct layer *layer);

#endif
