/* SPDX-License-Identifier: GPL-2.0 */
/* The same in every network namespace. */
#ifndef CLOSESTAT_NETNS_EACH_H
#define CLOSESTAT_NETNS_EACH_H

#include "lib/util.h"

/**
 * netns_each - call a function in every network namespace that has a name or a process
 * @call: called in the namespace; @name is what people call it, @spec what -N takes for it
 * @data: passed to @call
 *
 * The thread is back in its own afterwards. A namespace that has gone meanwhile is passed over.
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK, or what the first @call that failed returned, or EXIT_FAILED.
 */
int netns_each(int (*call)(const char *name, const char *spec, void *data), void *data);

#endif
