// SPDX-License-Identifier: GPL-2.0
/* Two namespaces and the wire between them, see wire.h. */
#include "wire.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "diag.h"
#include "fail.h"
#include "link.h"
#include "netns.h"
#include "setting.h"

static int open_tun(void)
{
	struct ifreq ifr = {
		.ifr_name = "wire",
		.ifr_flags = IFF_TUN | IFF_NO_PI,
	};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && !system("modprobe -q tun"))
		fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die_errno("no TUN device (CONFIG_TUN)");
	return fd;
}

static void configure(int side)
{
	char v4[32], v6[32];

	snprintf(v4, sizeof(v4), "192.0.2.%d", side + 1);
	snprintf(v6, sizeof(v6), "2001:db8::%d", side + 1);
	link_up("wire");
	link_address("wire", v4, 24, 0);
	link_address("wire", v6, 64, IFA_F_NODAD);
}

/**
 * wire_make() - make the namespaces and the wire
 * @w: filled
 *
 * The sides are 192.0.2.1 and .2, 2001:db8::1 and ::2. The caller stays where
 * it is.
 */
void wire_make(struct wire *w)
{
	int here = netns_here(), side;

	memset(w, 0, sizeof(*w));
	for (side = 0; side < 2; side++) {
		w->ns[side] = netns_new();
		netns_enter(w->ns[side]);
		w->tun[side] = open_tun();
		configure(side);
		/*
		 * No tail loss probes: after two round trips, which is nothing to a
		 * machine that is busy, a FIN would be sent again.
		 */
		setting_set(w->ns[side], "/proc/sys/net/ipv4/tcp_early_retrans", 0);
		/* Nor may the answer to such a FIN end a TIME_WAIT (RFC 1337). */
		setting_set(w->ns[side], "/proc/sys/net/ipv4/tcp_rfc1337", 1);
		w->diag[side] = diag_open(w->ns[side]);
	}
	netns_enter(here);
	close(here);
}

/**
 * wire_break() - release the namespaces and the wire
 * @w: of wire_make(); without sockets the namespaces go
 */
void wire_break(struct wire *w)
{
	int side;

	for (side = 0; side < 2; side++) {
		close(w->tun[side]);
		close(w->diag[side]);
		close(w->ns[side]);
	}
}

/* Return: whether it is a TCP segment. */
static bool parse(const struct wire_packet *p, struct wire_segment *seg)
{
	const unsigned char *tcp;
	int network, header;

	if (p->len < 20)
		return false;
	if (p->data[0] >> 4 == 4) {
		network = (p->data[0] & 0xf) * 4;
		if (p->data[9] != IPPROTO_TCP)
			return false;
	} else {
		network = 40;
		if (p->data[6] != IPPROTO_TCP)
			return false;
	}
	if (p->len < network + 20)
		return false;
	tcp = p->data + network;
	header = (tcp[12] >> 4) * 4;
	seg->from = p->from;
	seg->flags = tcp[13];
	seg->payload = p->len - network - header;
	return true;
}

static void deliver(struct wire *w, const struct wire_packet *p)
{
	if (write(w->tun[!p->from], p->data, p->len) != p->len)
		die_errno("cannot deliver a packet");
}

static void forward(struct wire *w, const struct wire_packet *p)
{
	struct wire_segment seg;

	/* Neighbour discovery and the like: nobody needs it. */
	if (!parse(p, &seg))
		return;
	if (seg.flags & SEG_FIN)
		w->last_fin[p->from] = *p;

	switch (w->filter ? w->filter(&seg, w->arg) : WIRE_PASS) {
	case WIRE_PASS:
		deliver(w, p);
		break;
	case WIRE_HOLD:
		if (w->n_held == WIRE_HELD_MAX)
			die("too many packets are held");
		w->held[w->n_held++] = *p;
		break;
	case WIRE_DROP:
		break;
	}
}

static bool step(struct wire *w, int timeout_ms)
{
	struct pollfd pfd[2] = {
		{ .fd = w->tun[0], .events = POLLIN },
		{ .fd = w->tun[1], .events = POLLIN },
	};
	bool moved = false;
	int side;

	if (poll(pfd, 2, timeout_ms) < 0)
		die_errno("poll");
	for (side = 0; side < 2; side++) {
		struct wire_packet p = { .from = side };

		if (!(pfd[side].revents & POLLIN))
			continue;
		p.len = read(w->tun[side], p.data, sizeof(p.data));
		if (p.len < 0)
			die_errno("cannot take a packet");
		forward(w, &p);
		moved = true;
	}
	return moved;
}

/**
 * wire_step() - take what was sent, at most one packet from each side
 * @w: of wire_make()
 * @timeout_ms: how long to wait for some
 */
void wire_step(struct wire *w, int timeout_ms)
{
	step(w, timeout_ms);
}

/**
 * wire_drain() - take all that was sent so far, and what that leads to
 * @w: of wire_make()
 */
void wire_drain(struct wire *w)
{
	while (step(w, 0))
		;
}

/**
 * wire_release() - deliver what is held back, in its order
 * @w: of wire_make(); its filter is removed
 */
void wire_release(struct wire *w)
{
	int i;

	w->filter = NULL;
	for (i = 0; i < w->n_held; i++)
		deliver(w, &w->held[i]);
	w->n_held = 0;
}

/**
 * wire_repeat_fin() - deliver a FIN once more
 * @w: of wire_make()
 * @from: the side that sent it
 */
void wire_repeat_fin(struct wire *w, int from)
{
	if (!w->last_fin[from].len)
		die("no FIN came from side %d", from);
	deliver(w, &w->last_fin[from]);
}
