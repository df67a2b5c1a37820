// SPDX-License-Identifier: GPL-2.0
#include "behaviour.h"
#include "cmd.h"
#include "scenario.h"
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
"Usage: closelab list [-n]\n"
"\n"
"Names the scenarios, and the behaviours of the two peers.\n"
"\n"
"  -n, --names   only the names of the scenarios\n"
"  -h, --help    this text\n";

static void behaviours(int server)
{
	const struct behaviour *b;

	printf("\n%s\n", server ? "Servers (--server):" :
				  "Clients (--client):");
	for (size_t i = 0; (b = behaviour_at(server, i)); i++)
		printf("  %2d  %s\n", b->number, b->text);
}

static void scenarios(int names)
{
	const struct scenario *s;

	if (!names)
		puts("Scenarios:");
	for (size_t i = 0; (s = scenario_at(i)); i++) {
		if (names)
			puts(s->name);
		else
			printf("  %-26s %s\n", s->name, s->title);
	}
}

int cmd_list(int argc, char **argv)
{
	int names = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			fputs(usage, stdout);
			return EXIT_OK;
		}
		if (strcmp(argv[i], "-n") && strcmp(argv[i], "--names")) {
			fprintf(stderr, "closelab list: unknown argument '%s'\n",
				argv[i]);
			return EXIT_USAGE;
		}
		names = 1;
	}
	scenarios(names);
	if (!names) {
		behaviours(1);
		behaviours(0);
	}
	return EXIT_OK;
}
