/* SPDX-License-Identifier: GPL-2.0 */
/* Allocations of this task that are made to fail, one at a time. */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct site - where the module, or the kernel on its behalf, allocates
 * @nth: which allocation it is of those that the task makes, roughly
 * @stack: stands for the calls that lead there from the module on; 0: none of it
 * @where: the innermost function of the module among those
 * @reached: has been made to fail
 */
struct site {
	unsigned int nth;
	uint64_t stack;
	char where[64];
	bool reached;
};

bool inject_possible(void);
void inject_begin(void);
void inject_within(const char *function);
void inject_end(void);

void inject_record(void);
unsigned int inject_recorded(struct site *sites, unsigned int max);
void inject_fail(unsigned int nth);
unsigned int inject_left(unsigned int nth, struct site *site);

#endif /* INJECT_H */
