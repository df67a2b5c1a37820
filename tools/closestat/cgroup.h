/* SPDX-License-Identifier: GPL-2.0 */
/* The programs of a cgroup: a systemd unit or a container. */
#ifndef CLOSESTAT_CGROUP_H
#define CLOSESTAT_CGROUP_H

#include "lib/util.h"

#include <stddef.h>

#define UNIT_SIZE 64

/**
 * cgroup_unit - what people call a cgroup. Pure.
 * @path: of the cgroup, as in /proc/PID/cgroup
 * @unit: UNIT_SIZE bytes, set to "nginx.service", or to "docker/4c01db0b339c" for a container, of
 *	whose id the usual twelve digits are told; "" for none of these
 *
 * Return: @unit.
 */
char *cgroup_unit(const char *path, char *unit);

/**
 * cgroup_unit_by_id - the same for a cgroup that the kernel tells by its id
 * @id: of the cgroup, in the hierarchy of cgroup v2
 * @unit: UNIT_SIZE bytes
 *
 * Return: @unit, "" also where that cannot be told.
 */
char *cgroup_unit_by_id(u64 id, char *unit);

#endif
