/* SPDX-License-Identifier: GPL-2.0 */
/* The environment's wishes for a test. */
#ifndef ENV_H
#define ENV_H

#include <stdint.h>
#include <stdlib.h>

/**
 * env_number() - a number that the environment may set
 * @name: of the variable
 * @otherwise: where it is not set
 */
static inline uint64_t env_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

#endif /* ENV_H */
