// SPDX-License-Identifier: GPL-2.0
#include "lib/mib.h"

#include "lib/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Of the longest group or counter, with room to spare. */
#define NAME_SIZE 48

/* Start of the words of a line that begins with "group:", NULL if it does not. */
static const char *words_of(const char *line, const char *group)
{
	size_t len = strlen(group);

	if (strncmp(line, group, len) || line[len] != ':')
		return NULL;
	return line + len + 1;
}

/* The next word of the line, NULL at its end; *len is how long it is. */
static const char *next_word(const char *p, size_t *len)
{
	while (*p == ' ')
		p++;
	*len = strcspn(p, "\n ");
	return *len ? p : NULL;
}

/* A copy of a word; false if it has no room. */
static bool copy_word(char *to, size_t size, const char *p, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, p, len);
	to[len] = '\0';
	return true;
}

static int number_of(const char *p, size_t len, u64 *value)
{
	char digits[24];

	return copy_word(digits, sizeof(digits), p, len) && !parse_u64(digits, value) ? 0 : -EINVAL;
}

static int nth_value(const char *p, size_t nth, u64 *value)
{
	size_t len = 0;

	for (size_t i = 0; i <= nth; i++) {
		p = next_word(p + len, &len);
		if (!p)
			return -ENOENT;
	}
	return number_of(p, len, value);
}

static bool index_of(const char *p, const char *name, size_t *nth)
{
	size_t len = 0;

	for (*nth = 0; (p = next_word(p + len, &len)); (*nth)++) {
		if (len == strlen(name) && !memcmp(p, name, len))
			return true;
	}
	return false;
}

int mib_value(const char *text, const char *group, const char *name, u64 *value)
{
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *names = words_of(line, group);
		const char *values;
		size_t nth;

		if (!names)
			continue;
		values = words_of(end + 1, group);
		end = strchr(end + 1, '\n');
		/* A last line without its end may hold a number cut short. */
		if (!values || !end)
			return -ENOENT;
		if (index_of(names, name, &nth))
			return nth_value(values, nth, value);
	}
	return -ENOENT;
}

/* One pair of lines: the words behind the group's name in each. */
static int each_of(const char *group, const char *names, const char *values,
		   int (*each)(void *data, const char *group, const char *name, u64 value),
		   void *data)
{
	size_t name_len = 0, len = 0;
	char name[NAME_SIZE];
	int ret = 0;
	u64 value;

	while (!ret && (names = next_word(names + name_len, &name_len)) &&
	       (values = next_word(values + len, &len))) {
		if (copy_word(name, sizeof(name), names, name_len) &&
		    !number_of(values, len, &value))
			ret = each(data, group, name, value);
	}
	return ret;
}

int mib_each(const char *text,
	     int (*each)(void *data, const char *group, const char *name, u64 value), void *data)
{
	const char *end, *values;
	char group[NAME_SIZE];
	int ret = 0;

	for (const char *line = text; !ret && (end = strchr(line, '\n')); line = end + 1) {
		size_t len = strcspn(line, ":\n");

		if (line[len] != ':' || !copy_word(group, sizeof(group), line, len))
			return 0;
		values = words_of(end + 1, group);
		end = strchr(end + 1, '\n');
		if (!values || !end)
			return 0;
		ret = each_of(group, line + len + 1, values, each, data);
	}
	return ret;
}
