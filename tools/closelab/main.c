// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "lib/util.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
"Usage: closelab list\n"
"       closelab run NAME [OPTION...]\n"
"       closelab run --server N --client M [OPTION...]\n"
"       closelab peer server N [ADDRESS] PORT\n"
"       closelab peer client N ADDRESS PORT [SOURCE-PORT]\n"
"       closelab explain FILE [OPTION...] [FILTER...]\n"
"\n"
"Runs one way a TCP connection can close between two network namespaces,\n"
"checks it and draws what happened; and explains how the connections in a\n"
"capture ended.\n"
"See closelab COMMAND --help.\n";

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "list", cmd_list },
		{ "run", cmd_run },
		{ "peer", cmd_peer },
		{ "explain", cmd_explain },
	};

	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "closelab: unknown command '%s': list, run, peer or explain\n",
		argv[1]);
	return EXIT_USAGE;
}
