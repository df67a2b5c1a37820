/* SPDX-License-Identifier: GPL-2.0 */
/* Everything there is to read about a namespace at one moment. */
#ifndef CLOSESTAT_SAMPLE_H
#define CLOSESTAT_SAMPLE_H

#include "counters.h"

struct sample {
	struct counters module;
	struct counters kernel;	/* of the kernel's own counters those about closing */
	char *text;		/* what the names of @module point into */
};

/**
 * sample_read - read the namespace the thread is in
 * @sample: filled; to be released with sample_free()
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int sample_read(struct sample *sample);

/**
 * sample_free - release what sample_read() filled
 * @sample: may be zeroed
 */
void sample_free(struct sample *sample);

#endif
