/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's list of TCP sockets: sock_diag(7), by libmnl. */
#ifndef TOOLS_TCP_DIAG_H
#define TOOLS_TCP_DIAG_H

#include "lib/util.h"

#include <libmnl/libmnl.h>

/* idiag_timer: keepalive, or the timer of an orphan in FIN_WAIT2; and that of a timewait socket */
#define DIAG_TIMER_KEEPALIVE 2
#define DIAG_TIMER_TIMEWAIT 3

/**
 * tcp_diag_open() - get ready to ask
 *
 * It is the network namespace of the thread that is asked from now on, whichever the thread is in
 * later.
 *
 * Return: a socket for mnl_socket_close(), or NULL with errno set.
 */
struct mnl_socket *tcp_diag_open(void);

/**
 * tcp_diag_dump() - list the TCP sockets of a family
 * @nl: of tcp_diag_open()
 * @family: AF_INET or AF_INET6; without IPv6 in the kernel the list of the latter is empty
 * @states: bits (1 << TCP_CLOSE_WAIT, ...) of the states wanted
 * @extensions: bits (1 << (INET_DIAG_INFO - 1), ...) of the attributes wanted
 * @each: called with each message, a whole struct inet_diag_msg at least, and @data; MNL_CB_ERROR
 *	ends it
 * @data: for @each
 *
 * Return: 0, or -errno; -ENOMEM if @each ended it.
 */
int tcp_diag_dump(struct mnl_socket *nl, u8 family, u32 states, u8 extensions, mnl_cb_t each,
		  void *data);

#endif
