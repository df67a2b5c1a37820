/* SPDX-License-Identifier: GPL-2.0 */
/* A scenario as a section of docs/scenarios.md. */
#ifndef CLOSELAB_DOC_H
#define CLOSELAB_DOC_H

#include "ladder.h"

#include <stdio.h>

/**
 * doc_section() - write the section
 * @out: where to
 * @lab: the lab, run
 * @ladder: its ladders; what is chance is taken out of them
 * @count: how many
 *
 * The same text on every run that is as expected.
 */
void doc_section(FILE *out, const struct lab *lab, struct ladder *ladder,
		 size_t count);

#endif
