/* SPDX-License-Identifier: GPL-2.0 */
/* Devices, addresses, routes and queues of the lab's namespaces. */
#ifndef CLOSELAB_LINK_H
#define CLOSELAB_LINK_H

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
 * link_wait_up() - wait until a device that was brought up is in operation
 * @ns: the namespace
 * @name: the device
 *
 * The kernel takes up to a second for it, and until then IPv6 does not find
 * its neighbours.
 *
 * Return: 0, or -errno (-ETIMEDOUT).
 */
int link_wait_up(int ns, const char *name);

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
 * link_route() - set a route
 * @ns: the namespace
 * @name: the device
 * @to: the one address that is reached by it; NULL: all others are
 * @gateway: IPv4 or IPv6, as text; NULL: directly
 * @rto_min_ms: no retransmission sooner than that, in milliseconds
 *
 * Return: 0, or -errno.
 */
int link_route(int ns, const char *name, const char *to, const char *gateway,
	       unsigned int rto_min_ms);

/**
 * enum plug - what to do with what a device sends
 * @PLUG_HOLD: everything waits in the queue from now on
 * @PLUG_MARK: tell what waits from what comes
 * @PLUG_RELEASE_MARKED: send what waited before the mark
 * @PLUG_RELEASE: send what waits, and let nothing wait any more
 */
enum plug {
	PLUG_HOLD,
	PLUG_MARK,
	PLUG_RELEASE_MARKED,
	PLUG_RELEASE,
};

/**
 * link_plug() - hold or release what a device sends
 * @ns: the namespace
 * @name: the device
 * @what: see enum plug
 *
 * Return: 0, or -errno (-ENOENT: the kernel has no "plug" queue).
 */
int link_plug(int ns, const char *name, enum plug what);

/**
 * link_delay() - put a fixed delay on what a device sends, by netem
 * @ns: the namespace
 * @name: the device
 * @ms: milliseconds
 *
 * Return: 0, or -errno (-ENOENT: the kernel has no netem).
 */
int link_delay(int ns, const char *name, unsigned int ms);

#endif
