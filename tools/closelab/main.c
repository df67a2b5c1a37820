// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "lib/util.h"

#include <errno.h>
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
"See closelab COMMAND --help. closelab --version tells the version.\n";

/*
 * What was written may be in a buffer yet. A reader that has had enough is no failure
 * (closelab list | head).
 */
static int written(int code)
{
	int failed, err;

	errno = 0;
	failed = fflush(stdout) || ferror(stdout);
	err = errno ? : EIO;
	if (!failed || err == EPIPE)
		return code;
	fprintf(stderr, "closelab: cannot write: %s\n", strerror(err));
	return EXIT_FAILED;
}

static int run(int argc, char **argv)
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

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			return written(commands[i].run(argc, argv));
	fprintf(stderr, "closelab: unknown command '%s': list, run, peer or explain\n",
		argv[0]);
	return EXIT_USAGE;
}

/* "closelab help run" is "closelab run --help". */
static int help(int argc, char **argv)
{
	if (argc > 2) {
		argv[1] = argv[2];
		argv[2] = "--help";
		return run(2, argv + 1);
	}
	fputs(usage, stdout);
	return written(EXIT_OK);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return help(1, argv);
	if (!strcmp(argv[1], "help"))
		return help(argc, argv);
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		puts("closelab " VERSION);
		return written(EXIT_OK);
	}
	return run(argc - 1, argv + 1);
}
