// SPDX-License-Identifier: GPL-2.0
#include <pcap/dlt.h>
#include <string.h>
#include <sys/socket.h>

#include "packet.h"
#include "lib/tap.h"

/* An IPv4 SYN from port 50000 to 7000, with a window scale option. */
static const uint8_t v4[] = {
	0x45, 0, 0, 44, 0, 9, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1,
	0xc3, 0x50, 0x1b, 0x58, 0, 0, 0, 5, 0, 0, 0, 0, 0x60, 2, 0xff, 0xff, 0, 0, 0, 0,
	3, 3, 7, 0,
};

static uint8_t frame[512];
static size_t size;

static void put(const void *bytes, size_t n)
{
	memcpy(frame + size, bytes, n);
	size += n;
}

static void begin(const void *bytes, size_t n)
{
	size = 0;
	put(bytes, n);
}

static bool is_syn(int link, uint64_t tag)
{
	struct packet p = { 0 };

	return packet_decode(link, frame, size, size, &p) == DECODED_TCP &&
	       p.sport == 50000 && p.dport == 7000 && p.flags == SEG_SYN &&
	       p.seq == 5 && p.tag == tag && !p.length && p.ttl == 64;
}

static void ethernet(void)
{
	static const uint8_t mac[12];

	begin(mac, 12);
	put("\x08\0", 2);
	put(v4, sizeof(v4));
	put("padding", 7);
	test(is_syn(DLT_EN10MB, 0), "Ethernet, padded");
	begin(mac, 12);
	put("\x88\xa8\0\x14\x81\0\0\x0a\x08\0", 10);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 20 << 12 | 10), "QinQ");
	begin(mac, 12);
	put("\x88\x64\x11\0\0\1\0\x2e\0\x21", 10);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 0), "PPPoE");
	begin(mac, 12);
	put("\x88\x47\0\1\0\x40\0\1\x01\x40", 10);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 0), "MPLS, two labels");
}

/* What is a length where others have a type, and what port extenders and providers put before it */
static void tags(void)
{
	static const uint8_t mac[12];

	begin(mac, 12);
	put("\0\x34\xaa\xaa\3\0\0\0\x08\0", 10);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 0), "LLC and SNAP");
	begin(mac, 12);
	put("\x81\0\0\x0a\0\x34\xaa\xaa\3\0\0\0\x08\0", 14);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 10), "the same in a VLAN");
	begin(mac, 12);
	put("\x88\xe7\0\0\1\2", 6);
	put(mac, 12);
	put("\x08\0", 2);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 1 << 24 | 258), "802.1ah");
	begin(mac, 12);
	put("\x89\x26\0\0\0\1\x08\0", 8);
	put(v4, sizeof(v4));
	test(is_syn(DLT_EN10MB, 0), "VN-Tag");
}

static void wireless(void)
{
	static const uint8_t addresses[24];
	struct packet p = { 0 };

	begin("\x08\1", 2);
	put(addresses, 22);
	put("\xaa\xaa\3\0\0\0\x08\0", 8);
	put(v4, sizeof(v4));
	test(is_syn(DLT_IEEE802_11, 0), "802.11");
	begin("\0\0\x0a\0\0\0\0\0..\x88\2", 12);
	put(addresses, 22);
	put("\0\0\xaa\xaa\3\0\0\0\x08\0", 10);
	put(v4, sizeof(v4));
	test(is_syn(DLT_IEEE802_11_RADIO, 0), "radiotap, and QoS");
	frame[11] |= 0x40;
	test(packet_decode(DLT_IEEE802_11_RADIO, frame, size, size, &p) == DECODED_NOT_IP,
	     "the same, encrypted");
	begin("\x88\x83", 2);
	put(addresses, 22);
	put("......\0\0\0\0\0\0\xaa\xaa\3\0\0\0\x08\0", 20);
	put(v4, sizeof(v4));
	test(is_syn(DLT_IEEE802_11, 0), "802.11, four addresses and HT control");
}

static void others(void)
{
	static const uint8_t zero[20];

	begin(v4, sizeof(v4));
	test(is_syn(DLT_RAW, 0), "raw IP");
	begin("\2\0\0\0", 4);
	put(v4, sizeof(v4));
	test(is_syn(DLT_NULL, 0), "BSD loopback, little-endian");
	begin(zero, 14);
	put("\x08\0", 2);
	put(v4, sizeof(v4));
	test(is_syn(DLT_LINUX_SLL, 0), "Linux cooked v1");
	begin("\x08\0", 2);
	put(zero, 18);
	put(v4, sizeof(v4));
	test(is_syn(DLT_LINUX_SLL2, 0), "Linux cooked v2");
	begin("\2\0\0\0\5\0\3\0x\0\0\0\x30\0\x09\0", 16);
	put(v4, sizeof(v4));
	test(is_syn(DLT_NFLOG, 0), "NFLOG, an attribute before the packet");
	begin("\xff\3\0\x21", 4);
	put(v4, sizeof(v4));
	test(is_syn(DLT_PPP, 0), "PPP");
}

/* Of port 3797 to 32900, as a client and a relay have it */
static void teredo(void)
{
	uint8_t outer[28] = {
		0x45, 0, 0, 92, 0, 9, 0, 0, 1, 17, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1,
		0x0e, 0xd5, 0x80, 0x84, 0, 72, 0, 0,
	};
	uint8_t inner[40] = { 0x60, 0, 0, 0, 0, 24, 6, 64, 0x20, 1, 0, 0, 0x41 };
	struct packet p = { 0 };

	begin(outer, 28);
	put(inner, 40);
	put(v4 + 20, 24);
	test(is_syn(DLT_RAW, 0), "Teredo");
	outer[3] += 8;
	begin(outer, 28);
	put("\0\0\x12\x34\1\2\3\4", 8);
	put(inner, 40);
	put(v4 + 20, 24);
	test(is_syn(DLT_RAW, 0), "Teredo, behind an origin indication");
	frame[28 + 8 + 11] = 1;
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_OTHER,
	     "IPv6 in UDP of no Teredo address");
}

/* An IP packet of that protocol, and what is between its header and the SYN in IP. */
static void carry(uint8_t protocol, const void *bytes, size_t n)
{
	uint8_t outer[20] = { 0x45, 0, 0, 0, 0, 9, 0, 0, 1, 0, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1 };

	outer[3] = sizeof(outer) + n + sizeof(v4);
	outer[9] = protocol;
	begin(outer, sizeof(outer));
	put(bytes, n);
	put(v4, sizeof(v4));
}

static void in_ip(void)
{
	struct packet p = { 0 };

	carry(97, "\x30\0............\x08\0", 16);
	test(is_syn(DLT_RAW, 0), "Ethernet in IP");
	carry(137, "\0\1\0\x40\0\1\x01\x40", 8);
	test(is_syn(DLT_RAW, 0), "MPLS in IP");
	carry(51, "\4\4\0\0\0\0\1\0\0\0\0\1............", 24);
	test(is_syn(DLT_RAW, 0), "an authentication header in IPv4");
	carry(17, "\xc3\x50\x06\xa5\0\x42\0\0\x40\2\0\x3a\0\7\0\1\xff\3\0\x21", 20);
	test(is_syn(DLT_RAW, 0), "L2TP");
	carry(17, "\x06\xa5\x06\xa5\0\x44\0\0\x0a\2\0\7\0\1\0\2\0\0\0\2..\0\x21", 24);
	test(is_syn(DLT_RAW, 0), "L2TP with numbers, and an offset");
	carry(50, "\0\0\1\0\0\0\0\1", 8);
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_SEALED, "ESP");
	carry(17, "\x11\x94\x11\x94\0\x3c\0\0\0\0\1\0\0\0\0\1", 16);
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_SEALED, "ESP in UDP");
}

static void extensions(void)
{
	uint8_t header[40] = { 0x60, 0, 0, 0, 0, 40, 0, 64 };
	struct packet p = { 0 };

	begin(header, 40);
	put("\x3c\0\1\4\0\0\0\0", 8);	/* hop by hop */
	put("\6\0\1\4\0\0\0\0", 8);	/* destination */
	put(v4 + 20, 24);
	test(is_syn(DLT_RAW, 0), "IPv6, two extension headers");
	frame[6] = 44;
	frame[40] = 6;
	memcpy(frame + 41, "\0\0\1", 3);
	test(packet_decode(DLT_RAW, frame, size, size, &p) != DECODED_FRAGMENT &&
	     p.first_fragment, "IPv6, the first fragment");
	frame[43] = 9;
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_FRAGMENT,
	     "IPv6, a later fragment");
}

static void broken(void)
{
	struct packet p = { 0 };
	int good = 0;

	begin(v4, sizeof(v4));
	for (size_t n = 0; n < 34; n++)
		good += packet_decode(DLT_RAW, frame, n, size, &p) == DECODED_CUT;
	test(good == 34, "cut before the flags");
	test(packet_decode(DLT_RAW, frame, 34, size, &p) == DECODED_TCP && p.cut &&
	     p.flags == SEG_SYN, "cut behind the flags");
	frame[32] = 0x40;
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_BAD,
	     "a TCP header shorter than one");
	frame[32] = 0x60;
	frame[41] = 0;
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_TCP &&
	     p.wscale == -1, "an option without length");
	frame[2] = 0;
	frame[3] = 0;
	test(packet_decode(DLT_RAW, frame, size, 2000, &p) == DECODED_TCP &&
	     p.length == 2000 - 44, "no total length: segmentation offload");
	frame[9] = 17;
	test(packet_decode(DLT_RAW, frame, size, size, &p) == DECODED_OTHER, "UDP");
}

int main(void)
{
	ethernet();
	tags();
	wireless();
	others();
	teredo();
	in_ip();
	extensions();
	broken();
	return tap_end();
}
