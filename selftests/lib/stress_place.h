/* SPDX-License-Identifier: GPL-2.0 */
/* Where a worker makes its connections: the loopback of a namespace, with a listener. */
#ifndef STRESS_PLACE_H
#define STRESS_PLACE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "diag.h"

#define ORPHANS_MAX	16

/**
 * struct place - where a worker works
 * @addr: of its listener, on the loopback
 * @len: of @addr
 * @listener: in this namespace
 * @diag: of diag_open()
 * @port: the next client's. Each has its own: a port that is used again may hit
 *	what is left of its last connection, and then nothing is certain.
 * @n_orphans: how many connections wait for one end to run out of FIN_WAIT2
 * @orphans: those
 * @orphans.fd: the end that is left
 * @orphans.gone: the other end
 */
struct place {
	struct sockaddr_storage addr;
	socklen_t len;
	int listener;
	int diag;
	uint16_t port;
	unsigned int n_orphans;
	struct {
		int fd;
		struct tuple gone;
	} orphans[ORPHANS_MAX];
};

void place_init(struct place *place, int family, unsigned int half);
void place_go_on(struct place *place);
void place_leave(struct place *place);
int place_connect(const struct place *place, int fd);
int place_accept(const struct place *place);
int place_bound_socket(const struct place *place, uint16_t *port);
int place_client_socket(struct place *place);
void place_make(struct place *place, int *c, int *s);
void place_reap(struct place *place);

#endif /* STRESS_PLACE_H */
