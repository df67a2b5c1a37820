/* SPDX-License-Identifier: GPL-2.0 */
/* The latest connections that ended as they should not, which the module keeps. */
#ifndef CLOSESTAT_RECENT_H
#define CLOSESTAT_RECENT_H

#include "ends.h"
#include "gone.h"

/**
 * recent_read - read those of the namespace the thread is in
 * @ends: they are added to these
 * @gone: and to these, unless NULL
 * @netns: the namespace's inode
 * @max_age_ms: no older ones; 0: all
 * @serves: as ends_add() has it
 * @data: passed to @serves
 *
 * Takes CAP_NET_ADMIN, and a module that keeps them; without, none is added. The groups have no
 * process ids.
 */
void recent_read(struct ends *ends, struct gone *gone, u64 netns, u64 max_age_ms,
		 bool (*serves)(u64 netns, u16 sport, u16 dport, void *data), void *data);

#endif
