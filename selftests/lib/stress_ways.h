/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways to end a connection whose outcome is certain, and what each of them
 * changes in the counts of its namespace, where both of its ends are.
 */
#ifndef STRESS_WAYS_H
#define STRESS_WAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "stress_place.h"

/**
 * struct way - one way to end a connection
 * @name: for messages
 * @run: makes a connection and ends it
 * @connections: how many it makes
 * @weight: how often it is chosen, relative to others
 * @lasting: needs a TIME_WAIT that does not expire meanwhile
 * @spec: what it changes, as for view_differs()
 */
struct way {
	const char *name;
	void (*run)(struct place *place);
	unsigned int connections;
	unsigned int weight;
	bool lasting;
	const char *spec;
};

/*
 * Of the races, the one that crossed may be what then happened. Of the orphans,
 * the one that was reset: when the ACK of the FIN comes while close() still
 * holds the socket, tcp_rcv_state_process() leaves FIN_WAIT2 to a timer in place of a
 * timewait socket, and tcp_keepalive_timer() ends it with a RST.
 */
enum {
	WAY_RACE,
	WAY_RACE_CROSSED,
	WAY_ORPHAN,
	WAY_ORPHAN_RESET,
	WAY_FIRST_CERTAIN,
};

extern const struct way ways[];
extern const unsigned int n_ways;

unsigned int way_choose(uint64_t *random, bool lasting);

#endif /* STRESS_WAYS_H */
