/* SPDX-License-Identifier: GPL-2.0 */
/* How long a timewait socket lives, measured by looking for it. */
#ifndef LIFE_H
#define LIFE_H

#include <stdint.h>

#include "diag.h"

/**
 * struct life - the length of a life, as far as it could be seen
 * @at_least: it was still there after this time, ns
 * @at_most: it was gone after this time, ns
 * @lag: by how much the observer, who is woken by the same timer wheel as the
 *	timewait socket, was late himself: the machine's fault, ns
 */
struct life {
	int64_t at_least;
	int64_t at_most;
	int64_t lag;
};

int64_t wheel_ns(int64_t ns);
struct life life_watch(int diag, const struct tuple *t, int state,
		       int64_t before, int64_t after, int64_t expected);
void life_check(const struct life *l, const char *what, int64_t min,
		int64_t max);

#endif /* LIFE_H */
