/* SPDX-License-Identifier: GPL-2.0 */
/* Tells what is being waited for, and how long still, on stderr. */
#ifndef CLOSELAB_PROGRESS_H
#define CLOSELAB_PROGRESS_H

#include "lib/util.h"

#include <stdbool.h>

/**
 * struct progress - something that is waited for
 * @what: for people, NULL: nothing is told
 * @seconds: how long at most
 * @told: seconds after which it was told last, 0 never
 */
struct progress {
	const char *what;
	unsigned int seconds;
	unsigned int told;
};

/**
 * progress_begin() - begin to wait
 * @progress: to be filled
 * @what: for people, must stay; NULL: nothing is told
 * @seconds: how long at most
 */
void progress_begin(struct progress *progress, const char *what,
		    unsigned int seconds);

/**
 * progress_tick() - tell, when it is time to
 * @progress: the wait
 * @ms: how long it has taken
 *
 * On a terminal one line that changes every second after the second; else a
 * line now and then.
 */
void progress_tick(struct progress *progress, u64 ms);

/**
 * progress_end() - the wait is over
 * @progress: the wait
 */
void progress_end(struct progress *progress);

#endif
