/* SPDX-License-Identifier: GPL-2.0 */
/* A TCP connection over a wire, and every way it can get into TIME_WAIT. */
#ifndef PAIR_H
#define PAIR_H

#include <stdint.h>

#include "diag.h"
#include "wire.h"

/**
 * enum path - how side 0, which closes first, comes to TIME_WAIT
 * @PATH_FULL: FIN_WAIT2 as a full socket: shutdown(), then the peer's FIN
 * @PATH_THREE: FIN_WAIT1 at once: the peer's FIN has the ACK with it
 * @PATH_TIMEWAIT: FIN_WAIT2 as a timewait socket: close(), then the peer's FIN
 * @PATH_CLOSING: the FINs cross; side 1 comes to TIME_WAIT as well
 */
enum path {
	PATH_FULL,
	PATH_THREE,
	PATH_TIMEWAIT,
	PATH_CLOSING,
	N_PATHS,
};

/**
 * struct pair - a connection
 * @w: its wire
 * @fd: the two sockets, -1 once closed
 * @end: the connection as each side sees it
 * @ticked: @before, of ticked_ns(): what the kernel's own timers count from
 * @before: when side 0 was not in TIME_WAIT yet for sure, of now_ns()
 * @after: when it was for sure, of now_ns()
 */
struct pair {
	struct wire *w;
	int fd[2];
	struct tuple end[2];
	int64_t ticked;
	int64_t before;
	int64_t after;
};

extern const char * const path_names[N_PATHS];

void pair_open(struct pair *p, struct wire *w, int family);
void pair_open_to(struct pair *p, struct wire *w, int family, int port);
struct diag_sock pair_find(const struct pair *p, int side);
int pair_state(const struct pair *p, int side);
void pair_close(struct pair *p, int side);
void pair_reset(struct pair *p, int side);
void pair_finish(struct pair *p);
void pair_to_fin_wait2(struct pair *p, enum path path);
void pair_to_time_wait(struct pair *p, enum path path);

#endif /* PAIR_H */
