/* SPDX-License-Identifier: GPL-2.0 */
/* TCP sockets by the kernel's own sock_diag. */
#ifndef DIAG_H
#define DIAG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct tuple - a connection, seen from one of its ends
 * @family: AF_INET or AF_INET6
 * @sport: port here
 * @dport: port there
 * @src: address here, an IPv4 address in the first four bytes
 * @dst: address there
 */
struct tuple {
	int family;
	uint16_t sport;
	uint16_t dport;
	struct in6_addr src;
	struct in6_addr dst;
};

/**
 * struct diag_sock - a socket
 * @state: TCP state (netinet/tcp.h), 0: no such socket
 * @timewait: it is a timewait socket
 * @left_ms: time until the timewait socket ends
 * @cgroup: id of its cgroup; 0: a timewait socket, which has none, or a kernel that keeps
 *	none for sockets (CONFIG_SOCK_CGROUP_DATA)
 */
struct diag_sock {
	int state;
	bool timewait;
	int64_t left_ms;
	uint64_t cgroup;
};

void tuple_of(struct tuple *t, int fd);
void tuple_of_peer(struct tuple *t, int fd);
int diag_open(int ns);
struct diag_sock diag_find(int diag, const struct tuple *t);
int diag_destroy(int diag, const struct tuple *t);
int diag_state(int diag, const struct tuple *t);
unsigned int diag_count(int diag, int state, unsigned int *twsks);

#endif /* DIAG_H */
