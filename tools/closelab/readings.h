/* SPDX-License-Identifier: GPL-2.0 */
/* All counters of a namespace at one moment: the module's, and the kernel's own of TCP. */
#ifndef CLOSELAB_READINGS_H
#define CLOSELAB_READINGS_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct reading - a counter
 * @name: the module's as it is; the kernel's with its group, as in "TcpExt.TWRecycled"
 * @value: of it
 */
struct reading {
	char name[48];
	u64 value;
};

/**
 * struct readings - what was read at one moment
 * @row: the counters, in the order of the files, the module's first
 * @count: how many
 * @module: how many of them are the module's, 0 when it is not loaded
 * @room: how many fit
 */
struct readings {
	struct reading *row;
	size_t count;
	size_t module;
	size_t room;
};

/**
 * readings_take() - read all counters of a namespace
 * @ns: the namespace
 * @readings: where to; starts zeroed, is reused, freed by readings_free()
 *
 * A module that is not loaded is no error.
 *
 * Return: 0, or -errno.
 */
int readings_take(int ns, struct readings *readings);

/**
 * readings_find() - the value of a counter
 * @readings: where to look
 * @name: of the counter
 * @value: gets it
 *
 * Return: whether there is such a counter.
 */
bool readings_find(const struct readings *readings, const char *name, u64 *value);

/**
 * reading_is_by_length() - whether a counter is a part of time_wait_entered
 * @name: of the counter
 *
 * TIME_WAITs are counted once more by what chose their length, time_wait_guarded among it,
 * which this does not mean.
 */
bool reading_is_by_length(const char *name);

/**
 * readings_free() - free them
 * @readings: of these
 */
void readings_free(struct readings *readings);

#endif
