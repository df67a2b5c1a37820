// SPDX-License-Identifier: GPL-2.0
#include "rst_watch.h"

#include "lib/clock.h"
#include "lib/units.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_REFUSALS 1024
#define MAX_STRAYS 1024
#define MAX_SOURCES 256
#define SETTLED_US US_PER_S
#define SNAP 128
/* Read twice a second; a scan of a thousand ports is over by then, a KiB and more for each. */
#define BUFFER_SIZE 1048576

#define IPV4_LENGTH 20
#define IPV4_PROTOCOL 9
#define IPV4_SOURCE 12
#define IPV4_DESTINATION 16
#define IPV6_LENGTH 40
#define IPV6_NEXT_HEADER 6
#define IPV6_SOURCE 8
#define IPV6_DESTINATION 24
#define TCP_LENGTH 20
#define TCP_SEQ 4
#define TCP_FLAGS 13
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

/* Outgoing RSTs over IPv4 and, without extension headers, IPv6. */
static const struct sock_filter program[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 13),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV4_PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 8),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, TCP_FLAGS),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FLAG_RST, 4, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_NEXT_HEADER),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IPV6_LENGTH + TCP_FLAGS),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FLAG_RST, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SNAP),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

void rst_watch_open(struct rst_watch *w)
{
	const struct sock_fprog fprog = {
		.len = ARRAY_SIZE(program), .filter = (struct sock_filter *)program,
	};

	const struct sockaddr_ll all = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	const int size = BUFFER_SIZE;

	*w = (struct rst_watch){ .fd = -1, .settled_us = monotonic_us() + SETTLED_US };
	if (getenv("PROC_ROOT"))
		return;
	/* No packet before the filter is there: with protocol 0 it gets none. */
	w->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->fd < 0)
		return;
	/* In a user namespace of its own it stays what it was, and more may be lost. */
	setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (setsockopt(w->fd, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof(fprog)) ||
	    bind(w->fd, (const struct sockaddr *)&all, sizeof(all))) {
		close(w->fd);
		w->fd = -1;
	}
}

static void count(struct rst_watch *w, const struct refusal *r)
{
	struct refusal *more;

	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].port == r->port && w->v[i].family == r->family &&
		    !memcmp(&w->v[i].peer, &r->peer, sizeof(r->peer))) {
			w->v[i].count++;
			return;
		}
	}
	more = w->n < MAX_REFUSALS ? realloc(w->v, (w->n + 1) * sizeof(*more)) : NULL;
	if (!more) {
		w->lost++;
		return;
	}
	w->v = more;
	more[w->n++] = *r;
}

static bool same_stray(const struct stray *a, const struct stray *b)
{
	return gone_same(&a->conn, &b->conn) && !memcmp(&a->src, &b->src, sizeof(a->src));
}

static bool tells_nothing(const struct rst_watch *w, const struct stray *s)
{
	return gone_has(&w->gone, &s->conn) && !gone_expired(&w->gone, &s->conn);
}

void rst_watch_forget(struct rst_watch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_strays; i++) {
		if (!tells_nothing(w, &w->strays[i]))
			w->strays[kept++] = w->strays[i];
	}
	w->n_strays = kept;
}

static void add_stray(struct rst_watch *w, const struct stray *s)
{
	struct stray *more;

	if (tells_nothing(w, s))
		return;
	for (size_t i = 0; i < w->n_strays; i++) {
		if (same_stray(&w->strays[i], s)) {
			w->strays[i].count++;
			w->strays[i].late |= s->late;
			return;
		}
	}
	if (w->n_strays == MAX_STRAYS)
		rst_watch_forget(w);
	more = w->n_strays < MAX_STRAYS ?
	       realloc(w->strays, (w->n_strays + 1) * sizeof(*more)) : NULL;
	if (!more)
		return;
	w->strays = more;
	more[w->n_strays++] = *s;
}

static void add_source(struct rst_watch *w, u8 family, const struct in6_addr *src)
{
	struct rst_source *more;

	for (size_t i = 0; i < w->n_sources; i++) {
		if (w->sources[i].family == family &&
		    !memcmp(&w->sources[i].src, src, sizeof(*src))) {
			w->sources[i].count++;
			return;
		}
	}
	more = w->n_sources < MAX_SOURCES ?
	       realloc(w->sources, (w->n_sources + 1) * sizeof(*more)) : NULL;
	if (!more) {
		w->too_many = true;
		return;
	}
	w->sources = more;
	more[w->n_sources++] = (struct rst_source){ .family = family, .src = *src, .count = 1 };
}

static u16 port_at(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static struct stray stray_of(u8 family, const u8 *packet, const u8 *tcp)
{
	struct stray s = { .conn = { .family = family, .sport = port_at(tcp),
				     .dport = port_at(tcp + 2) }, .count = 1 };

	if (family == AF_INET) {
		memcpy(&s.src, packet + IPV4_SOURCE, 4);
		memcpy(&s.conn.dst, packet + IPV4_DESTINATION, 4);
	} else {
		memcpy(&s.src, packet + IPV6_SOURCE, 16);
		memcpy(&s.conn.dst, packet + IPV6_DESTINATION, 16);
	}
	return s;
}

void rst_watch_packet(struct rst_watch *w, const u8 *packet, size_t len)
{
	struct refusal r = { .count = 1 };
	size_t header = IPV6_LENGTH;
	struct stray s;
	const u8 *tcp;

	if (!len)
		return;
	r.family = packet[0] >> 4 == 4 ? AF_INET : AF_INET6;
	if (r.family == AF_INET)
		header = (packet[0] & 0xf) * 4;
	if (header < IPV4_LENGTH || len < header + TCP_LENGTH)
		return;
	tcp = packet + header;
	if (!(tcp[TCP_FLAGS] & FLAG_RST))
		return;
	s = stray_of(r.family, packet, tcp);
	s.late = w->late;
	add_source(w, r.family, &s.src);
	if (!(tcp[TCP_FLAGS] & FLAG_ACK)) {
		add_stray(w, &s);
		return;
	}
	if (memcmp(tcp + TCP_SEQ, "\0\0\0\0", 4))
		return;
	r.port = s.conn.sport;
	r.peer = s.conn.dst;
	count(w, &r);
}

/* What leaves by a bridge, a bond or a VLAN leaves by the device below it, too. */
static bool left_before(struct rst_watch *w, int device, const u8 *packet)
{
	if (device != w->last_if && !memcmp(w->last, packet, sizeof(w->last)))
		return true;
	w->last_if = device;
	memcpy(w->last, packet, sizeof(w->last));
	return false;
}

void rst_watch_read(struct rst_watch *w)
{
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	u8 packet[SNAP] = { 0 };
	ssize_t len;

	if (w->fd < 0)
		return;
	w->late = monotonic_us() >= w->settled_us;
	while ((len = recvfrom(w->fd, packet, sizeof(packet), 0, (struct sockaddr *)&from,
			       &size)) >= 0) {
		if (!left_before(w, from.sll_ifindex, packet))
			rst_watch_packet(w, packet, len);
		memset(packet, 0, sizeof(packet));
	}
}

void rst_watch_begin(struct rst_watch *w)
{
	rst_watch_read(w);
	w->n_sources = 0;
	w->too_many = false;
}

void rst_watch_close(struct rst_watch *w)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	if (w->fd >= 0) {
		if (!getsockopt(w->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
			w->lost += stats.tp_drops;
		close(w->fd);
	}
	free(w->v);
	free(w->strays);
	free(w->sources);
	gone_free(&w->gone);
	*w = (struct rst_watch){ .fd = -1 };
}
