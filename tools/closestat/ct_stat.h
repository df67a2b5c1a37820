/* SPDX-License-Identifier: GPL-2.0 */
/* What connection tracking drops, by its statistics. Pure: no I/O, no globals. */
#ifndef CLOSESTAT_CT_STAT_H
#define CLOSESTAT_CT_STAT_H

#include "lib/util.h"

/* Packets of new connections so far, of all CPUs. */
struct ct_drops {
	u64 no_room;	/* no entry was to be had */
	u64 clashed;	/* another had taken the same addresses and ports meanwhile */
};

/**
 * ct_drops_parse - add up /proc/net/stat/nf_conntrack
 * @text: the file, which is changed
 *
 * Return: the sums.
 */
struct ct_drops ct_drops_parse(char *text);

#endif
