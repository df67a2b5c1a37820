// SPDX-License-Identifier: GPL-2.0
#include "sysctl_conf.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *line)
{
	while (is_blank(*line))
		line++;
	return line;
}

bool sysctl_conf_sets(const char *line, const char *name)
{
	line = skip_blanks(line);
	if (*line == '-')
		line++;
	for (; *name; name++, line++) {
		if (*line != *name && !(*name == '.' && *line == '/'))
			return false;
	}
	return *skip_blanks(line) == '=';
}
