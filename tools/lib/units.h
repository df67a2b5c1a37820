/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers and lengths of time as people write them. Pure: no I/O, no globals. */
#ifndef TOOLS_UNITS_H
#define TOOLS_UNITS_H

#include "lib/util.h"

#define US_PER_MS 1000ULL
#define US_PER_S 1000000ULL
#define US_PER_MIN (60 * US_PER_S)
#define NS_PER_S 1000000000ULL

#define DURATION_SIZE 32

/**
 * parse_u64 - read an unsigned decimal number that fills the whole string
 * @text: digits only; no sign, no blanks
 * @value: set on success
 *
 * Return: 0, -EINVAL if @text is not such a number, -ERANGE if it does not fit.
 */
int parse_u64(const char *text, u64 *value);

/**
 * parse_duration - read a length of time
 * @text: a decimal number, with or without a fraction, and one of the units ms, s, min; "1500ms",
 *        "1.5s", "2min"
 * @bare_us: microseconds that a number without a unit counts in, 0 if there must be a unit
 * @us: set on success, microseconds
 *
 * Return: 0, -EINVAL if @text is no length of time, -ENODATA if only the unit is missing, -ERANGE
 * if it does not fit or is finer than a microsecond.
 */
int parse_duration(const char *text, u64 bare_us, u64 *us);

/**
 * format_duration - write a length of time for people, three digits and a unit
 * @us: microseconds
 * @buf: DURATION_SIZE bytes
 *
 * Return: @buf.
 */
char *format_duration(u64 us, char *buf);

#endif
