/* SPDX-License-Identifier: GPL-2.0 */
/* The same in every network namespace. */
#ifndef CLOSESTAT_NETNS_EACH_H
#define CLOSESTAT_NETNS_EACH_H

#include "lib/util.h"
#include "nsnames.h"

#include <stdbool.h>
#include <stddef.h>

/* The namespaces that are there and could not be entered. */
struct netns_refused {
	size_t n;
	int err;	/* why not the first of them, as a positive errno */
};

/**
 * netns_visit - call a function in every namespace of a list
 * @names: which
 * @own_too: in the own one as well, if it is one of them
 * @call: called in the namespace
 * @data: passed to @call
 * @refused: set
 *
 * The thread is back in its own afterwards. A namespace that has gone meanwhile is passed over.
 * Says on stderr when it cannot come back.
 *
 * Return: EXIT_OK, or what the first @call that failed returned, or EXIT_FAILED.
 */
int netns_visit(const struct nsnames *names, bool own_too,
		int (*call)(const struct nsname *ns, void *data), void *data,
		struct netns_refused *refused);

/**
 * netns_each - call a function in every network namespace that has a name or a process
 * @call: called in the namespace; @name is what people call it, @spec what -N takes for it
 * @data: passed to @call
 * @quiet: it has been said already which could not be entered
 *
 * As netns_visit(), and says on stderr how many could not be entered.
 */
int netns_each(int (*call)(const char *name, const char *spec, void *data), void *data,
	       bool quiet);

#endif
