// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include "netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

/* idiag_timer of a timewait socket */
#define TIMER_TIME_WAIT 3

/* idiag_timer of a socket whose keepalive timer runs */
#define TIMER_KEEPALIVE 2

struct diag {
	struct mnl_socket *nl;
	unsigned int seq;
};

struct diag *diag_open(int ns)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	int err;

	if (!diag)
		return NULL;
	err = netns_enter(ns);
	if (!err) {
		diag->nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
		if (!diag->nl ||
		    mnl_socket_bind(diag->nl, 0, MNL_SOCKET_AUTOPID) < 0)
			err = -errno;
		err = netns_enter(-1) ?: err;
	}
	if (err) {
		diag_close(diag);
		errno = -err;
		return NULL;
	}
	return diag;
}

void diag_close(struct diag *diag)
{
	if (!diag)
		return;
	if (diag->nl)
		mnl_socket_close(diag->nl);
	free(diag);
}

static int add(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct diag_list *list = data;
	struct diag_socket *s;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return MNL_CB_ERROR;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;

		s = realloc(list->socket, room * sizeof(*s));
		if (!s)
			return MNL_CB_ERROR;
		list->socket = s;
		list->room = room;
	}
	s = &list->socket[list->count++];
	s->state = msg->idiag_state;
	/*
	 * An orphan on its way to become a timewait socket: a segment that comes
	 * in this very moment is lost. It is not in FIN_WAIT2 before it is one.
	 * But if the ACK comes while close() still owns the socket, it never
	 * is: it stays a full one, and its keepalive timer ends it.
	 */
	s->full_orphan = s->state == ST_FIN_WAIT2 && !msg->idiag_inode &&
			 msg->idiag_timer == TIMER_KEEPALIVE;
	if (s->state == ST_FIN_WAIT2 && !msg->idiag_inode &&
	    msg->idiag_timer != TIMER_TIME_WAIT && !s->full_orphan)
		s->state = ST_FIN_WAIT1;
	s->local = ntohs(msg->id.idiag_sport);
	s->remote = ntohs(msg->id.idiag_dport);
	s->timer_ms = msg->idiag_timer == TIMER_TIME_WAIT ?
		      msg->idiag_expires : 0;
	s->rqueue = msg->idiag_rqueue;
	s->wqueue = msg->idiag_wqueue;
	return MNL_CB_OK;
}

int diag_dump(struct diag *diag, int family, struct diag_list *list)
{
	char buf[65536] = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;
	int n, ret;

	list->count = 0;
	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++diag->seq;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = ~0u;
	if (mnl_socket_sendto(diag->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(diag->nl, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(buf, n, diag->seq,
				 mnl_socket_get_portid(diag->nl), add, list);
	} while (ret > 0);
	return ret < 0 ? -errno : 0;
}

void diag_free(struct diag_list *list)
{
	free(list->socket);
	list->socket = NULL;
	list->count = 0;
	list->room = 0;
}
