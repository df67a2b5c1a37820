// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include "lib/netns.h"
#include "lib/tcp_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdlib.h>

struct diag {
	struct mnl_socket *nl;
};

struct diag *diag_open(int ns)
{
	struct diag *diag = calloc(1, sizeof(*diag));
	int err;

	if (!diag)
		return NULL;
	err = netns_enter(ns);
	if (!err) {
		diag->nl = tcp_diag_open();
		if (!diag->nl)
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
			 msg->idiag_timer == DIAG_TIMER_KEEPALIVE;
	if (s->state == ST_FIN_WAIT2 && !msg->idiag_inode &&
	    msg->idiag_timer != DIAG_TIMER_TIMEWAIT && !s->full_orphan)
		s->state = ST_FIN_WAIT1;
	s->local = ntohs(msg->id.idiag_sport);
	s->remote = ntohs(msg->id.idiag_dport);
	s->timer_ms = msg->idiag_timer == DIAG_TIMER_TIMEWAIT ?
		      msg->idiag_expires : 0;
	s->rqueue = msg->idiag_rqueue;
	s->wqueue = msg->idiag_wqueue;
	return MNL_CB_OK;
}

int diag_dump(struct diag *diag, int family, struct diag_list *list)
{
	list->count = 0;
	return tcp_diag_dump(diag->nl, family, ~0U, 0, add, list);
}

void diag_free(struct diag_list *list)
{
	free(list->socket);
	list->socket = NULL;
	list->count = 0;
	list->room = 0;
}
