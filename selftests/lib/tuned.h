/* SPDX-License-Identifier: GPL-2.0 */
/* A namespace's settings, and what a tuned TIME_WAIT is held against. */
#ifndef TUNED_H
#define TUNED_H

#include <stdbool.h>

#include "pair.h"

void tune(int ns, int time_wait_ms, bool guard);
void tuned_check(struct pair *p, int side, int ms);

#endif /* TUNED_H */
