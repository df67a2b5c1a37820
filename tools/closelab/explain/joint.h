/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections of two captures are the same. */
#ifndef EXPLAIN_JOINT_H
#define EXPLAIN_JOINT_H

#include "table.h"

struct key;

/**
 * struct joint - the connections of two captures
 * @peer: for each of the first one, in its order, the same in the other one, NULL: there is none
 * @key: what those of the other one are found by, in order
 * @keys: how many
 * @taken: which of those have been found
 */
struct joint {
	struct conn **peer;
	struct key *key;
	size_t keys;
	bool *taken;
};

/**
 * joint_init() - join two captures
 * @joint: the result
 * @near: the one capture
 * @far: the other one, with its hash key
 *
 * The same connection has the same addresses and ports and, where both captures have the number of
 * a SYN, that one. Those of which they have all numbers come first, those without any last; each
 * is joined once, in the order of the captures.
 *
 * Return: 0; -1 without memory.
 */
int joint_init(struct joint *joint, const struct table *near, const struct table *far);

/**
 * joint_free() - free it
 * @joint: what joint_init() made, or zeros
 */
void joint_free(struct joint *joint);

/**
 * joint_turned() - how the ends of two connections correspond
 * @a: one
 * @b: the other
 *
 * Return: which end of @b the first end of @a is, -1: neither.
 */
int joint_turned(const struct conn *a, const struct conn *b);

#endif
