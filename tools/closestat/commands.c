// SPDX-License-Identifier: GPL-2.0
/* The subcommands, and the one that is about all of them, closestat words. */
#include "command.h"
#include "lib/util.h"
#include "msg.h"
#include "sock_filter.h"
#include "tally.h"
#include "trace_filter.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct command cmd_words;

static const struct command *const commands[] = {
	&cmd_show,	/* the one that runs where none is named */
	&cmd_watch,
	&cmd_hist,
	&cmd_monitor,
	&cmd_top,
	&cmd_doctor,
	&cmd_list,
	&cmd_kill,
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

/* The words of a command line, for the completion of shells. */
static int words_of_commands(void)
{
	const struct command *c;

	for (size_t i = 0; (c = command_at(i)); i++) {
		if (c->summary)
			puts(c->name);
	}
	return EXIT_OK;
}

/* The values of an option, whose name is written without its dashes. */
static int words_of_values(const char *option)
{
	const struct tally_key *key;
	const char *values = "";

	if (!strcmp(option, "g") || !strcmp(option, "group")) {
		for (size_t i = 0; (key = tally_key_at(i)); i++)
			puts(key->name);
	} else if (!strcmp(option, "state")) {
		values = strchr(sock_filter_values(option), ':') + 1;
		values += strspn(values, " ");
	} else if (!strcmp(option, "kind") || !strcmp(option, "cause")) {
		values = trace_condition_values(option);
	}
	for (; *values; values++)
		putchar(*values == ' ' ? '\n' : *values);
	return EXIT_OK;
}

static int words(const struct options *o, int n, char **words)
{
	const struct command *c;

	(void)o;
	if (!n)
		return words_of_commands();
	if (n == 2 && !strcmp(words[0], "values"))
		return words_of_values(words[1]);
	c = command_find(words[n - 1]);
	if (n > 2 || !c)
		return msg_usage("words", "no command is called '%s'", words[n - 1]);
	if (n == 2 && !strcmp(words[0], "options"))
		options_print_words(c->options);
	else if (n == 1 && c->print_words)
		c->print_words();
	return EXIT_OK;
}

static const struct command cmd_words = {
	.name = "words",
	.usage = "[[options] COMMAND | values OPTION]",
	.help = "Prints the names of the commands, or the words that COMMAND takes, or its options,\n"
		"or the values that OPTION takes, its name without the dashes.\n"
		"The completion of shells asks for them.\n",
	.options = "",
	.run = words,
};
