// SPDX-License-Identifier: GPL-2.0
#include "scenario.h"

/*
 * Longer than any delay of a slow machine, in milliseconds. FIN_WAIT2 lasts at
 * least 3.5 times as long, and must stay below the 60 s up to which the kernel
 * makes it a timewait socket.
 */
#define NO_RETRANSMITS 10000

unsigned int scenario_rto_ms(const struct scenario *scenario)
{
	return scenario->rto_min_ms ?: NO_RETRANSMITS;
}
