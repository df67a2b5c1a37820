// SPDX-License-Identifier: GPL-2.0
#include "command.h"
#include "lib/util.h"

#include <stddef.h>
#include <string.h>

static const struct command *const commands[] = {
	&cmd_show,	/* the one that runs where none is named */
	&cmd_watch,
	&cmd_hist,
	&cmd_monitor,
	&cmd_doctor,
	&cmd_get,
	&cmd_set,
	&cmd_purge,
	&cmd_export,
	&cmd_words,
};

const struct command *command_at(size_t i)
{
	return i < ARRAY_SIZE(commands) ? commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	}
	return NULL;
}
