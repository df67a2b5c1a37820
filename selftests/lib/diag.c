// SPDX-License-Identifier: GPL-2.0
/* TCP sockets by the kernel's own sock_diag, see diag.h. */
#include "diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "fail.h"
#include "netns.h"

/* idiag_timer of a timewait socket, net/ipv4/inet_diag.c */
#define TIMER_TIMEWAIT	3

static void copy_address(struct in6_addr *to, uint16_t *port,
			 const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *v6 = (const void *)from;
	const struct sockaddr_in *v4 = (const void *)from;

	if (from->ss_family == AF_INET) {
		memcpy(to, &v4->sin_addr, sizeof(v4->sin_addr));
		*port = ntohs(v4->sin_port);
	} else {
		*to = v6->sin6_addr;
		*port = ntohs(v6->sin6_port);
	}
}

/**
 * tuple_of() - which connection a socket is
 * @t: filled
 * @fd: a connected TCP socket
 */
void tuple_of(struct tuple *t, int fd)
{
	struct sockaddr_storage src, dst;
	socklen_t src_len = sizeof(src), dst_len = sizeof(dst);

	memset(t, 0, sizeof(*t));
	if (getsockname(fd, (struct sockaddr *)&src, &src_len) ||
	    getpeername(fd, (struct sockaddr *)&dst, &dst_len))
		die_errno("socket without addresses");
	t->family = src.ss_family;
	copy_address(&t->src, &t->sport, &src);
	copy_address(&t->dst, &t->dport, &dst);
}

/**
 * tuple_of_peer() - which connection it is, seen from its other end
 * @t: filled
 * @fd: a connected TCP socket
 */
void tuple_of_peer(struct tuple *t, int fd)
{
	struct tuple here;

	tuple_of(&here, fd);
	*t = (struct tuple) {
		.family = here.family,
		.sport = here.dport,
		.dport = here.sport,
		.src = here.dst,
		.dst = here.src,
	};
}

/**
 * diag_open() - a way to ask about a namespace's sockets
 * @ns: the namespace's file descriptor
 *
 * Return: a file descriptor for the functions below.
 */
int diag_open(int ns)
{
	int here = netns_here(), fd;

	netns_enter(ns);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		die_errno("no sock_diag");
	netns_enter(here);
	close(here);
	return fd;
}

static void ask(int diag, int type, int flags, const struct inet_diag_req_v2 *req)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} msg = {
		.nlh = {
			.nlmsg_len = sizeof(msg),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
		},
		.req = *req,
	};

	if (send(diag, &msg, sizeof(msg), 0) != sizeof(msg))
		die_errno("cannot ask sock_diag");
}

/* The request for one socket. */
static struct inet_diag_req_v2 request_of(const struct tuple *t)
{
	struct inet_diag_req_v2 req = {
		.sdiag_family = t->family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = -1,
		.id = {
			.idiag_sport = htons(t->sport),
			.idiag_dport = htons(t->dport),
			.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
		},
	};

	memcpy(req.id.idiag_src, &t->src, sizeof(t->src));
	memcpy(req.id.idiag_dst, &t->dst, sizeof(t->dst));
	return req;
}

static uint64_t cgroup_in(const struct nlmsghdr *nlh)
{
	int len = NLMSG_PAYLOAD(nlh, sizeof(struct inet_diag_msg));
	const struct rtattr *attr = NLMSG_DATA(nlh) + NLMSG_ALIGN(sizeof(struct inet_diag_msg));
	uint64_t id = 0;

	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if (attr->rta_type == INET_DIAG_CGROUP_ID)
			memcpy(&id, RTA_DATA(attr), sizeof(id));
	}
	return id;
}

/**
 * diag_find() - look for one socket
 * @diag: of diag_open()
 * @t: which, as its owner sees it
 *
 * Return: what it is now.
 */
struct diag_sock diag_find(int diag, const struct tuple *t)
{
	const struct inet_diag_req_v2 req = request_of(t);
	struct diag_sock found = {};
	union {
		struct nlmsghdr nlh;
		char bytes[4096];
	} in;
	const struct nlmsgerr *err = NLMSG_DATA(&in.nlh);
	const struct inet_diag_msg *msg = NLMSG_DATA(&in.nlh);
	ssize_t n;

	ask(diag, SOCK_DIAG_BY_FAMILY, 0, &req);
	n = recv(diag, &in, sizeof(in), 0);
	if (n < (ssize_t)sizeof(in.nlh))
		die_errno("sock_diag does not answer");

	if (in.nlh.nlmsg_type == NLMSG_ERROR) {
		if (err->error != -ENOENT)
			die("sock_diag: %s", strerror(-err->error));
		return found;
	}
	/* Without the connection, its listener is what is found. */
	if (msg->idiag_state == TCP_LISTEN)
		return found;
	found.state = msg->idiag_state;
	found.timewait = msg->idiag_timer == TIMER_TIMEWAIT;
	found.left_ms = msg->idiag_expires;
	found.cgroup = cgroup_in(&in.nlh);
	return found;
}

/**
 * diag_destroy() - end a socket as ss -K does
 * @diag: of diag_open()
 * @t: which
 *
 * Return: 0, or the kernel's error, negative.
 */
int diag_destroy(int diag, const struct tuple *t)
{
	const struct inet_diag_req_v2 req = request_of(t);
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		char rest[256];
	} in;

	ask(diag, SOCK_DESTROY, NLM_F_ACK, &req);
	if (recv(diag, &in, sizeof(in), 0) < (ssize_t)sizeof(in.nlh) ||
	    in.nlh.nlmsg_type != NLMSG_ERROR)
		die_errno("sock_diag does not answer");
	return in.err.error;
}

/**
 * diag_state() - the TCP state of one socket
 * @diag: of diag_open()
 * @t: which
 *
 * Return: its state, 0 when there is no such socket.
 */
int diag_state(int diag, const struct tuple *t)
{
	return diag_find(diag, t).state;
}

static unsigned int count_family(int diag, int family, int state,
				 unsigned int *twsks)
{
	const struct inet_diag_req_v2 req = {
		.sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << state,
	};
	unsigned int count = 0;
	union {
		struct nlmsghdr nlh;
		char bytes[32768];
	} in;

	ask(diag, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &req);
	for (;;) {
		const struct nlmsghdr *nlh = &in.nlh;
		int n = recv(diag, &in, sizeof(in), 0);

		if (n < 0)
			die_errno("sock_diag does not answer");
		for (; NLMSG_OK(nlh, (unsigned int)n); nlh = NLMSG_NEXT(nlh, n)) {
			const struct inet_diag_msg *msg = NLMSG_DATA(nlh);

			if (nlh->nlmsg_type == NLMSG_DONE)
				return count;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				die("sock_diag refuses");
			count++;
			*twsks += msg->idiag_timer == TIMER_TIMEWAIT;
		}
	}
}

/**
 * diag_count() - count the sockets of a namespace in a state, IPv4 and IPv6
 * @diag: of diag_open()
 * @state: TCP state
 * @twsks: set to how many of them are timewait sockets, may be NULL
 *
 * Return: how many.
 */
unsigned int diag_count(int diag, int state, unsigned int *twsks)
{
	unsigned int sum = 0, count;

	count = count_family(diag, AF_INET, state, &sum) +
		count_family(diag, AF_INET6, state, &sum);
	if (twsks)
		*twsks = sum;
	return count;
}
