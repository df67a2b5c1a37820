/* SPDX-License-Identifier: GPL-2.0 */
/* A reader who never stops, and what has to hold whenever it reads. */
#ifndef STRESS_WATCH_H
#define STRESS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "rows.h"

#define WATCH_NS_MAX	8

/**
 * struct watch - a reader
 * @n_ns: how many namespaces it reads
 * @ns: their file descriptors
 * @last: what each said last time
 * @total: the total over all namespaces, dead ones included, last time
 * @reads: how many readings held
 */
struct watch {
	unsigned int n_ns;
	int ns[WATCH_NS_MAX];
	struct rows last[WATCH_NS_MAX];
	struct rows total;
	uint64_t reads;
};

void watch_total(struct rows *total);
void watch_wait_all_over(void (*hurry)(void));
void watch_once(struct watch *watch);

#endif /* STRESS_WATCH_H */
