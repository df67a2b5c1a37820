/* SPDX-License-Identifier: GPL-2.0 */
/* The hash tables that TCP's sockets and timewait sockets are in. */
#ifndef TCS_EHASH_H
#define TCS_EHASH_H

struct inet_hashinfo;

typedef int tcs_chain_fn(struct inet_hashinfo *hashinfo, unsigned int slot, void *arg);

int tcs_each_chain(tcs_chain_fn *fn, void *arg);

#endif /* TCS_EHASH_H */
