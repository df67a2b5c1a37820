/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports as people write them. Pure. */
#ifndef CLOSESTAT_ENDPOINT_H
#define CLOSESTAT_ENDPOINT_H

#include "lib/util.h"

#include <netinet/in.h>

#define ENDPOINT_SIZE (INET6_ADDRSTRLEN + sizeof("[]:65535"))

/**
 * endpoint_format - write an address and a port
 * @family: AF_INET or AF_INET6
 * @address: IPv4 in its first four bytes
 * @port: 0 for none
 * @buf: ENDPOINT_SIZE bytes
 *
 * Return: @buf, "10.0.0.1:80", "[::1]:80", or the address alone.
 */
char *endpoint_format(u8 family, const struct in6_addr *address, u16 port, char *buf);

/**
 * endpoint_parse - read an address, with a port or without
 * @text: "10.0.0.1", "10.0.0.1:80", "::1", "[::1]:80"
 * @family: set on success
 * @address: set on success, IPv4 in its first four bytes
 * @port: set on success, 0 without one
 *
 * IPv4 in the form ::ffff:a.b.c.d is IPv4.
 *
 * Return: 0 or -EINVAL.
 */
int endpoint_parse(const char *text, u8 *family, struct in6_addr *address, u16 *port);

#endif
