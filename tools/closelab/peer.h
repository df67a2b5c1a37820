/* SPDX-License-Identifier: GPL-2.0 */
/* A peer: the interpreter that runs a behaviour over epoll. */
#ifndef CLOSELAB_PEER_H
#define CLOSELAB_PEER_H

#include "behaviour.h"
#include "lib/util.h"

#include <netinet/in.h>
#include <stdbool.h>

/**
 * union addr - an IPv4 or IPv6 socket address
 * @sa: generic
 * @in: IPv4
 * @in6: IPv6
 */
union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

#define PEER_SERVERS 2

/**
 * struct peer_config - how to run a behaviour
 * @main: the process' operations
 * @conn: operations for each accepted connection, NULL for a client
 * @server: where to listen (the first), or where to connect to
 * @serves: OP_BIND binds the first of @server, not @source_port
 * @source_port: what a client's OP_BIND binds, 0: OP_BIND does nothing
 * @hold: bit mask by enum op_kind: wait for a PEER_GO before such an operation
 * @scale: delays are divided by this, 1 keeps them
 * @control: SOCK_SEQPACKET to the runner, or -1: events are printed
 */
struct peer_config {
	const struct op *main;
	const struct op *conn;
	union addr server[PEER_SERVERS];
	bool serves;
	u16 source_port;
	u32 hold;
	unsigned int scale;
	int control;
};

/**
 * struct peer_event - what a peer tells the runner
 * @at: CLOCK_REALTIME in nanoseconds, as the capture's time stamps; of the
 *	call for OP_CLOSE, OP_SEND and others that act, of the return for those
 *	that wait
 * @kind: the operation
 * @breakpoint: the operation waits for its PEER_GO and has not been done
 * @err: errno, 0 on success
 * @ret: bytes read or sent; 0 from a read is the end of file
 * @local: own port of the socket, 0 not known
 * @remote: the other's port, 0 not known
 * @slot: of the task
 * @local_tail: last byte of the own address
 * @remote_tail: last byte of the other's address
 */
struct peer_event {
	u64 at;
	u32 kind;
	u32 breakpoint;
	s32 err;
	s32 ret;
	u16 local;
	u16 remote;
	s32 slot;
	u8 local_tail;
	u8 remote_tail;
};

/**
 * struct peer_go - what the runner tells a peer
 * @kind: let the task that has waited longest before such an operation continue;
 *	OP_END: say so, by an event of this kind, when all that can be done now
 *	is done
 * @unwatched: from now on wait before no operation, and report no event but
 *	failures
 */
struct peer_go {
	u32 kind;
	u32 unwatched;
};

/**
 * peer_run() - run a behaviour in this process
 * @config: what to do
 *
 * Comes back when every task is over; a server's never is. A peer with a
 * control socket ends too when the runner closes its end.
 *
 * Return: 0, or 1 after an operation failed.
 */
int peer_run(const struct peer_config *config);

/**
 * addr_len() - the length of a socket address
 * @addr: an IPv4 or IPv6 address
 *
 * Return: bytes.
 */
socklen_t addr_len(const union addr *addr);

#endif
