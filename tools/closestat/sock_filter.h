/* SPDX-License-Identifier: GPL-2.0 */
/* Which sockets list shows and kill ends. Pure. */
#ifndef CLOSESTAT_SOCK_FILTER_H
#define CLOSESTAT_SOCK_FILTER_H

#include "sockdiag.h"

/* The states of a connection that closes. */
u32 sock_filter_closing(void);

struct sock_filter {
	u32 states;		/* bits; 0 for none said */
	u16 port;		/* of either end; 0 for any, as with the next */
	u16 sport;
	u16 dport;
	u8 peer_family;		/* 0 for any peer */
	u16 peer_port;
	struct in6_addr peer;
	const char *program;	/* NULL for any, as with the next */
	const char *unit;
	u64 older_us;
	int n;			/* how many conditions were given */
};

/**
 * sock_filter_add - read a condition and add it
 * @filter: to which; zeroed before the first
 * @text: "port=6379", "state=close-wait,last-ack", "older=10min"...; to be kept as long as @filter
 *
 * Return: 0, -ENOENT if there is no condition of that name, -EINVAL if its value is none.
 */
int sock_filter_add(struct sock_filter *filter, const char *text);

/**
 * sock_filter_name - go through the names of conditions
 * @i: from 0 on
 *
 * Return: the name, NULL after the last.
 */
const char *sock_filter_name(size_t i);

/**
 * sock_filter_values - what a condition's value may be
 * @name: of the condition; what follows a '=' is not looked at
 *
 * Return: for people to read; "" for no condition.
 */
const char *sock_filter_values(const char *name);

/**
 * sock_filter_state_name - what a state is called
 * @state: TCP_CLOSE_WAIT and so on
 *
 * Return: as in "CLOSE_WAIT", "?" for none.
 */
const char *sock_filter_state_name(u8 state);

/**
 * sock_filter_matches - see whether a socket fulfils what can be told by itself
 * @filter: which; program, unit and age are for the caller to look at
 * @sock: the socket
 *
 * Return: true if it does.
 */
bool sock_filter_matches(const struct sock_filter *filter, const struct sock *sock);

#endif
