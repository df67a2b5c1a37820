/* SPDX-License-Identifier: GPL-2.0 */
/* The sysctls that have to do with how connections close, and values for them. Pure. */
#ifndef CLOSESTAT_SETTINGS_H
#define CLOSESTAT_SETTINGS_H

#include "lib/util.h"

#include <stdbool.h>
#include <stddef.h>

enum setting_unit {
	UNIT_COUNT,
	UNIT_MS,
	UNIT_S,
	UNIT_SWITCH,	/* 0 or 1, also off or on */
	UNIT_PORTS,	/* two ports, the first and the last */
};

enum setting_owner {
	OWNER_MODULE,
	OWNER_KERNEL,
	OWNER_CONNTRACK,
};

struct setting {
	const char *name;	/* the last part of the sysctl's name */
	const char *dir;	/* the parts before, as below /proc/sys */
	const char *alias;	/* another name set and get know it by, or NULL */
	const char *initial;	/* what a new namespace has, NULL where that depends on memory */
	const char *meaning;
	u64 min;
	u64 max;
	enum setting_unit unit;
	enum setting_owner owner;
	bool initial_only;	/* not there in other namespaces */
	bool hidden;		/* known by name, not listed: another row tells the same */
};

#define SETTING_VALUE_SIZE 48

/**
 * setting_at - go through all settings
 * @i: from 0 on
 *
 * Return: the setting, NULL after the last.
 */
const struct setting *setting_at(size_t i);

/**
 * setting_find - look a setting up
 * @name: its name, its alias or the full name of the sysctl, with dots or slashes
 *
 * Return: the setting, NULL if there is none of that name.
 */
const struct setting *setting_find(const char *name);

/**
 * setting_unit_name - the unit of a setting's value
 * @setting: which
 *
 * Return: "ms", "s" or, for what has no unit, "".
 */
const char *setting_unit_name(const struct setting *setting);

/**
 * setting_parse - turn what a user wrote into what the sysctl takes
 * @setting: which
 * @name: the name the user called it by; "time_wait" asks for a unit, the others do not
 * @text: what the user wrote
 * @value: SETTING_VALUE_SIZE bytes, set on success
 *
 * Return: 0, -EINVAL if @text is no such value, -ENODATA if its unit is missing, -EDOM if it is no
 * whole number of the sysctl's unit, -ERANGE if it is out of range.
 */
int setting_parse(const struct setting *setting, const char *name, const char *text, char *value);

#endif
