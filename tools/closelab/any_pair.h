/* SPDX-License-Identifier: GPL-2.0 */
/* A scenario made of any two behaviours, to be watched rather than checked. */
#ifndef CLOSELAB_ANY_PAIR_H
#define CLOSELAB_ANY_PAIR_H

#include "scenario.h"

/**
 * any_pair() - the scenario of a server and a client
 * @server: number of a behaviour
 * @client: number of a behaviour
 *
 * Return: the scenario; it is the same object on every call.
 */
const struct scenario *any_pair(int server, int client);

#endif
