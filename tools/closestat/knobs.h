/* SPDX-License-Identifier: GPL-2.0 */
/* The sysctls that have to do with how connections close, and values for them. Pure. */
#ifndef CLOSESTAT_KNOBS_H
#define CLOSESTAT_KNOBS_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

enum knob_unit {
	UNIT_COUNT,
	UNIT_MS,
	UNIT_S,
	UNIT_SWITCH,	/* 0 or 1, also off or on */
	UNIT_PORTS,	/* two ports, the first and the last */
};

enum knob_owner {
	OWNER_MODULE,
	OWNER_KERNEL,
	OWNER_CONNTRACK,
};

struct knob {
	const char *name;	/* the last part of the sysctl's name */
	const char *dir;	/* the parts before, as below /proc/sys */
	const char *alias;	/* another name set and get know it by, or NULL */
	const char *initial;	/* what a new namespace has, NULL where that depends on memory */
	const char *meaning;
	u64 min;
	u64 max;
	enum knob_unit unit;
	enum knob_owner owner;
	bool initial_only;	/* not there in other namespaces */
	bool hidden;		/* known by name, not listed: another row tells the same */
};

#define KNOB_VALUE_SIZE 48

/**
 * knob_at - go through all knobs
 * @i: from 0 on
 *
 * Return: the knob, NULL after the last.
 */
const struct knob *knob_at(size_t i);

/**
 * knob_find - look a knob up
 * @name: its name, its alias or the full name of the sysctl, with dots or slashes
 *
 * Return: the knob, NULL if there is none of that name.
 */
const struct knob *knob_find(const char *name);

/**
 * knob_unit_name - the unit of a knob's value
 * @knob: which
 *
 * Return: "ms", "s" or, for what has no unit, "".
 */
const char *knob_unit_name(const struct knob *knob);

/**
 * knob_parse - turn what a user wrote into what the sysctl takes
 * @knob: which
 * @name: the name the user called it by; "time_wait" asks for a unit, the others do not
 * @text: what the user wrote
 * @value: KNOB_VALUE_SIZE bytes, set on success
 *
 * Return: 0, -EINVAL if @text is no such value, -ENODATA if its unit is missing, -EDOM if it is no
 * whole number of the sysctl's unit, -ERANGE if it is out of range.
 */
int knob_parse(const struct knob *knob, const char *name, const char *text, char *value);

#endif
