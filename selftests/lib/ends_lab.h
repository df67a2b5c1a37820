/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two namespaces joined by a link, a server in A, clients in B, and what each
 * way of ending a connection changes in the counts of either.
 *
 * Two labs of this project, the self-tests' (L) and closelab's (C), lay namespaces out
 * alike, each in code of its own:
 *
 *	L  selftests/lib/ends_lab.c	A, the server, and B; a link
 *
 *	    A  v0 ------------------------------- v0  B
 *	       10.9.0.1, fd09::1   10.9.0.2, fd09::2
 *
 *	C  tools/closelab/lab_net.c	a link, or a router where there is delay or loss
 *
 *	    A  lab ------------------------------ lab  B
 *	       192.0.2.1 (and .3)     192.0.2.2
 *	       2001:db8:a::1 (::3)    2001:db8:a::2
 *
 *	    A  lab ---- to-a  ROUTER  to-b ------ lab  B
 *	       192.0.2.1     .254  198.51.100.254      198.51.100.2
 *	       2001:db8:a::1 ::fe  2001:db8:b::fe      2001:db8:b::2
 *
 * lib/wire.h has a third, for the order of single segments: the test itself is the
 * link, between two TUN devices.
 */
#ifndef ENDS_LAB_H
#define ENDS_LAB_H

#include <stdint.h>
#include <sys/socket.h>

#include "clock.h"
#include "ends_sock.h"
#include "fail.h"
#include "observer.h"

#define LAB_PORT	5000

/* The two ends. */
enum side { A, B };

/* The segments to lose on the way in, in nftables' words. */
#define LOSE_FIN	"tcp flags & fin == fin drop"
#define LOSE_ACK	"tcp flags & (fin | syn | rst | psh) == 0x0 drop"
#define LOSE_RST	"tcp flags & rst == rst drop"
#define LOSE_ALL	"meta l4proto tcp drop"
#define REFUSE_ALL	"meta l4proto tcp reject with icmpx type admin-prohibited"

/**
 * struct ends_lab - the two namespaces
 * @family: AF_INET or AF_INET6
 * @ns: their file descriptors
 * @before: what they had counted when they were looked at
 * @listener: in A, at LAB_PORT
 */
struct ends_lab {
	int family;
	int ns[2];
	struct view before[2];
	int listener;
};

void lab_make(struct ends_lab *lab, int family);
void lab_look(struct ends_lab *lab);
void lab_sh(const struct ends_lab *lab, enum side side, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void lab_lose(const struct ends_lab *lab, enum side side, const char *rule);
void lab_lose_nothing(const struct ends_lab *lab, enum side side);
void lab_set(const struct ends_lab *lab, enum side side, const char *name,
	     const char *value);

socklen_t lab_address(const struct ends_lab *lab, enum side side, int port,
		      struct sockaddr_storage *ss);
int lab_socket(const struct ends_lab *lab, enum side side);
int lab_bound_socket(const struct ends_lab *lab, enum side side, int port);
int lab_try_connect(const struct ends_lab *lab, int fd, int port);
void lab_connect(const struct ends_lab *lab, int fd[2]);
int lab_accept(const struct ends_lab *lab);

int64_t lab_change(const struct ends_lab *lab, enum side side, const char *name);
void lab_end(const struct ends_lab *lab, const char *a, const char *b);

/* wait_change(lab, side, name, n) - until a count has changed by that much */
#define wait_change(lab, side, name, n) \
	until(lab_change(lab, side, name) == (n))

#endif /* ENDS_LAB_H */
