/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP sockets of a namespace, from sock_diag. */
#ifndef CLOSELAB_DIAG_H
#define CLOSELAB_DIAG_H

#include "lib/util.h"
#include "tcpstate.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct diag_socket - one socket
 * @state: enum tcp_state; a timewait socket's is its substate
 * @local: own port
 * @remote: the other's port
 * @timer_ms: time left of a timewait socket, 0 for others
 * @full_orphan: in FIN_WAIT2 without an application, and yet no timewait socket
 * @rqueue: bytes to read; of a listener, connections to accept
 * @wqueue: bytes not acknowledged
 */
struct diag_socket {
	int state;
	u16 local;
	u16 remote;
	unsigned int timer_ms;
	bool full_orphan;
	unsigned int rqueue;
	unsigned int wqueue;
};

/**
 * struct diag_list - what a dump gave
 * @socket: the sockets
 * @count: how many
 * @room: how many fit
 */
struct diag_list {
	struct diag_socket *socket;
	size_t count;
	size_t room;
};

struct diag;

/**
 * diag_open() - get ready to list the sockets of a namespace
 * @ns: the namespace
 *
 * Return: a handle, or NULL with errno set.
 */
struct diag *diag_open(int ns);

/**
 * diag_close() - be done with it
 * @diag: the handle, or NULL
 */
void diag_close(struct diag *diag);

/**
 * diag_dump() - list all TCP sockets of a family
 * @diag: the handle
 * @family: AF_INET or AF_INET6
 * @list: where to put them; starts zeroed, is reused, freed by diag_free()
 *
 * Return: 0, or -errno.
 */
int diag_dump(struct diag *diag, int family, struct diag_list *list);

/**
 * diag_free() - free a list
 * @list: the list
 */
void diag_free(struct diag_list *list);

#endif
