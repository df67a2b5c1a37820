/* SPDX-License-Identifier: GPL-2.0 */
/* A scenario as a section of docs/scenarios.md. */
#ifndef CLOSELAB_DOC_H
#define CLOSELAB_DOC_H

#include <stdio.h>

#include "ladder.h"

/**
 * doc_section() - write the section
 * @out: where to
 * @lab: the lab, run
 * @ladder: its ladders
 * @count: how many
 *
 * The same text on every run: the ladder has no times, and is left out where
 * the scenario does not say which segments there are.
 */
void doc_section(FILE *out, const struct lab *lab, const struct ladder *ladder,
		 size_t count);

#endif
