/* SPDX-License-Identifier: GPL-2.0 */
/* Letting time pass. */
#ifndef CLOSESTAT_WAIT_H
#define CLOSESTAT_WAIT_H

#include "lib/util.h"

/**
 * wait_us - wait, signals or not
 * @us: microseconds
 */
void wait_us(u64 us);

#endif
