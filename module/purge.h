/* SPDX-License-Identifier: GPL-2.0 */
/* Ending TIME_WAITs by hand. */
#ifndef TCS_PURGE_H
#define TCS_PURGE_H

#include "compat/kernel.h"

#include <linux/types.h>

struct net;

int tcs_purge(struct net *net, u16 port);

#endif /* TCS_PURGE_H */
