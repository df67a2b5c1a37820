/* SPDX-License-Identifier: GPL-2.0 */
/* How long sockets have been closing, as the module knows it. */
#ifndef CLOSESTAT_SOCK_AGES_H
#define CLOSESTAT_SOCK_AGES_H

#include "sockdiag.h"

/* A socket that is closing. */
struct closing_age {
	struct in6_addr src;	/* IPv4 as ::ffff:a.b.c.d */
	struct in6_addr dst;
	u16 sport;
	u16 dport;
	u8 state;		/* TCP_CLOSE_WAIT and so on */
	bool state_known;
	bool first_known;
	char closed[16];	/* who closed first: active, passive, simultaneous */
	u64 state_ms;		/* in its state, if state_known */
	u64 first_ms;		/* since the first FIN, if first_known */
};

struct closing_ages {
	struct closing_age *v;
	size_t n;
};

/**
 * closing_ages_parse - read the lines of /proc/net/tcp_closestat_ages. Pure.
 * @text: changed
 * @ages: filled; to be released with closing_ages_free()
 *
 * A line that is not understood is passed over.
 */
void closing_ages_parse(char *text, struct closing_ages *ages);

/**
 * closing_ages_read - read those of the namespace the thread is in
 * @ages: filled; to be released with closing_ages_free(); none without CAP_NET_ADMIN, or if the
 *	module does not tell
 */
void closing_ages_read(struct closing_ages *ages);

/**
 * closing_ages_find - find a socket
 * @ages: where
 * @sock: the socket
 *
 * Return: its age, NULL if it is not known, or the socket has changed its state meanwhile.
 */
const struct closing_age *closing_ages_find(const struct closing_ages *ages,
					    const struct sock *sock);

/**
 * closing_ages_free - release them
 * @ages: may be zeroed
 */
void closing_ages_free(struct closing_ages *ages);

#endif
