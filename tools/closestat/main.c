// SPDX-License-Identifier: GPL-2.0
/* Finds the subcommand and hands over to it. */
#include "command.h"
#include "container_name.h"
#include "msg.h"
#include "netns_spec.h"

#include <locale.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static int help_all(void)
{
	const struct command *c;

	puts("Usage: closestat [COMMAND] [OPTIONS] [ARGUMENTS]\n"
	     "How TCP connections close, by network namespace, and how long TIME_WAIT lasts.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; (c = command_at(i)); i++) {
		if (c->summary)
			printf("  %-8s %s\n", c->name, c->summary);
	}
	puts("\n"
	     "Without a command it is 'show'. 'closestat COMMAND --help' tells the rest.\n"
	     "  -h, --help     this text\n"
	     "  -V, --version  the version of this program");
	return EXIT_OK;
}

static int help_command(const struct command *c)
{
	printf("Usage: closestat %s %s\n", c->name, c->usage);
	if (c->summary)
		printf("%s.\n\n", c->summary);
	fputs(c->help, stdout);
	return EXIT_OK;
}

/* Help and the version are written at the end; the commands look to theirs. */
static int written(int ret)
{
	if (!fflush(stdout) && !ferror(stdout))
		return ret;
	return msg_error("cannot write: %m");
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct options options;
	int first, ret;

	/* For the width of characters only: numbers are the same in every language. */
	setlocale(LC_CTYPE, "");
	first = options_parse(argc, argv, &options);
	if (first < 0)
		return EXIT_USAGE;
	/* "closestat help get" is "closestat get --help". */
	if (first < argc && !strcmp(argv[first], "help")) {
		options.help = true;
		first++;
	}
	command = first < argc ? command_find(argv[first]) : NULL;
	if (options.help && first < argc && !command)
		return msg_usage(NULL, "no command is called '%s'", argv[first]);
	if (options.help)
		return written(command ? help_command(command) : help_all());
	if (options.version) {
		printf("closestat %s\n", VERSION);
		return written(EXIT_OK);
	}
	if (command)
		first++;
	else
		command = command_at(0);

	if (options.resolve)
		container_name_ask_docker();
	ret = options_check(&options, command->name, command->options);
	if (!ret && options.netns) {
		ret = netns_enter_spec(options.netns);
		if (ret && command->no_netns)
			ret = command->no_netns;
	}
	if (!ret)
		ret = command->run(&options, argc - first, argv + first);
	options_free(&options);
	return ret;
}
