/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a namespace: the module's, and the kernel's own of TCP. */
#ifndef CLOSELAB_COUNTERS_H
#define CLOSELAB_COUNTERS_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct counter - a row
 * @name: the module's as it is; the kernel's with its group, as in
 *	"TcpExt.TWRecycled"
 * @value: of it
 */
struct counter {
	char name[48];
	u64 value;
};

/**
 * struct counters - what was read at one moment
 * @row: the rows, in the order of the files, the module's first
 * @count: how many
 * @module: how many of them are the module's, 0 when it is not loaded
 * @room: how many fit
 */
struct counters {
	struct counter *row;
	size_t count;
	size_t module;
	size_t room;
};

/**
 * counters_read() - read all counters of a namespace
 * @ns: the namespace
 * @counters: where to; starts zeroed, is reused, freed by counters_free()
 *
 * A module that is not loaded is no error.
 *
 * Return: 0, or -errno.
 */
int counters_read(int ns, struct counters *counters);

/**
 * counters_find() - the value of a row
 * @counters: where to look
 * @name: of the row
 * @value: gets it
 *
 * Return: whether there is such a row.
 */
bool counters_find(const struct counters *counters, const char *name,
		   u64 *value);

/**
 * counters_free() - free the rows
 * @counters: of these
 */
void counters_free(struct counters *counters);

/**
 * counters_parse_pairs() - read "name value" lines
 * @text: the file; is taken apart
 * @counters: where to add the rows
 *
 * Return: 0, -ENOMEM, or -EINVAL for a line that is no such pair.
 */
int counters_parse_pairs(char *text, struct counters *counters);

/**
 * counters_parse_mib() - read the pairs of lines of /proc/net/netstat
 * @text: the file; is taken apart
 * @counters: where to add the rows of the groups Tcp and TcpExt
 *
 * Return: 0, or -ENOMEM.
 */
int counters_parse_mib(char *text, struct counters *counters);

#endif
