/* SPDX-License-Identifier: GPL-2.0 */
/* Devices, addresses, routes and queues of the lab's namespaces. */
#ifndef CLOSELAB_LINK_H
#define CLOSELAB_LINK_H

#include <stdbool.h>

/**
 * link_loopback() - bring the loopback device of a namespace up
 * @ns: the namespace
 *
 * Return: 0, or -errno.
 */
int link_loopback(int ns);

/**
 * link_veth() - join two namespaces by a pair of devices, both up
 * @ns1: the one
 * @name1: name of the device there
 * @ns2: the other
 * @name2: name of the device there
 *
 * Checksums are filled in by the sender, so that what is captured can be put
 * on the wire again, and segments are not merged.
 *
 * Return: 0, or -errno.
 */
int link_veth(int ns1, const char *name1, int ns2, const char *name2);

/**
 * link_address() - give a device an address, ready at once (no DAD)
 * @ns: the namespace
 * @name: the device
 * @address: IPv4 or IPv6, as text
 * @prefix: length of the network's prefix
 *
 * Return: 0, or -errno.
 */
int link_address(int ns, const char *name, const char *address, int prefix);

/**
 * link_route() - set the default route of a namespace
 * @ns: the namespace
 * @gateway: IPv4 or IPv6, as text
 *
 * Return: 0, or -errno.
 */
int link_route(int ns, const char *gateway);

/**
 * link_plug() - hold back or let go what a device sends
 * @ns: the namespace
 * @name: the device
 * @hold: true: everything waits in the queue from now on; false: what waits
 *	is sent, in order, and nothing waits any more
 *
 * Return: 0, or -errno (-ENOENT: the kernel has no "plug" queue).
 */
int link_plug(int ns, const char *name, bool hold);

/**
 * link_delay() - put a fixed delay on what a device sends, by netem
 * @ns: the namespace
 * @name: the device
 * @us: microseconds
 *
 * Return: 0, or -errno (-ENOENT: the kernel has no netem).
 */
int link_delay(int ns, const char *name, unsigned int us);

#endif
