/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own counters and port range of namespaces, readable only from inside each. */
#ifndef CLOSESTAT_KERNEL_FACTS_H
#define CLOSESTAT_KERNEL_FACTS_H

#include "blocks.h"
#include "netns_each.h"
#include "nsnames.h"
#include "settings.h"

#include <stdbool.h>

struct kernel_facts {
	/* The kernel's own counters about closing; of the own namespace first. */
	struct blocks counts;
	/* ip_local_port_range of each, "" if it is not known. */
	char (*ports)[SETTING_VALUE_SIZE];
	/* Of so many namespaces those that could not be entered. */
	struct netns_refused refused;
	size_t namespaces;
};

/**
 * kernel_facts_read - enter namespaces and read
 * @facts: filled; to be released with kernel_facts_free()
 * @names: the namespaces there are
 * @all: all of these, else the one the thread is in
 *
 * Those that cannot be entered are left out, which is no error.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int kernel_facts_read(struct kernel_facts *facts, const struct nsnames *names, bool all);

/**
 * kernel_facts_tell_refused - say on stderr how many could not be entered, and why
 * @facts: what has been read
 */
void kernel_facts_tell_refused(const struct kernel_facts *facts);

/**
 * kernel_facts_free - release what kernel_facts_read() filled
 * @facts: may be zeroed
 */
void kernel_facts_free(struct kernel_facts *facts);

#endif
