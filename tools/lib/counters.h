/* SPDX-License-Identifier: GPL-2.0 */
/* Parsers of /proc/net/tcp_closestat and of what it has in common with other files. Pure. */
#ifndef TOOLS_COUNTERS_H
#define TOOLS_COUNTERS_H

#include "lib/util.h"

#include <stddef.h>

#define COUNTERS_VERSION 1

struct counter {
	const char *name;
	u64 value;
};

/* Names and values in the order of the file; names point into the parsed text. */
struct counters {
	struct counter *rows;
	size_t n;
};

/**
 * counters_parse - read "name value" lines
 * @text: the lines; changed (names are terminated in place) and to be kept as long as @counters
 * @len: bytes in @text
 * @counters: filled; to be released with counters_free()
 *
 * Every name is accepted, a known one or not. The first row has to be "version", of the one this
 * tool knows.
 *
 * Return: 0, -EINVAL if that is not such a file, -EPROTO if it is of another version, -ENOMEM.
 */
int counters_parse(char *text, size_t len, struct counters *counters);

/**
 * counters_free - release what counters_parse() filled
 * @counters: may be zeroed
 */
void counters_free(struct counters *counters);

/**
 * counters_find - look up one counter
 * @counters: where
 * @name: of the counter
 *
 * Return: its row, NULL if there is none.
 */
const struct counter *counters_find(const struct counters *counters, const char *name);

/**
 * counters_value - the value of one counter
 * @counters: where
 * @name: of the counter
 *
 * Return: the value, 0 if there is no such counter.
 */
u64 counters_value(const struct counters *counters, const char *name);

#endif
