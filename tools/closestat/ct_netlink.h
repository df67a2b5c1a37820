/* SPDX-License-Identifier: GPL-2.0 */
/* Asking connection tracking: ctnetlink, by libmnl. */
#ifndef CLOSESTAT_CT_NETLINK_H
#define CLOSESTAT_CT_NETLINK_H

#include "lib/util.h"

#include <libmnl/libmnl.h>

/**
 * ct_open - get ready to ask connection tracking of the namespace the thread is in
 *
 * Return: a socket for mnl_socket_close(), or NULL.
 */
struct mnl_socket *ct_open(void);

/**
 * ct_put_get - begin a request for entries
 * @buffer: where, zeroed
 * @flags: beside NLM_F_REQUEST, as NLM_F_DUMP
 * @family: of addresses, AF_UNSPEC: any
 *
 * Return: the request, to which attributes may be added.
 */
struct nlmsghdr *ct_put_get(char *buffer, u16 flags, u8 family);

#endif
