// SPDX-License-Identifier: GPL-2.0
#include "lib/mib.h"

#include "lib/units.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

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

static int nth_value(const char *p, size_t nth, u64 *value)
{
	char digits[24];
	size_t len = 0;

	for (size_t i = 0; i <= nth; i++) {
		p = next_word(p + len, &len);
		if (!p)
			return -ENOENT;
	}
	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, p, len);
	digits[len] = '\0';
	return parse_u64(digits, value) ? -EINVAL : 0;
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
