/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands. Each gets its own name in argv[0]. */
#ifndef CLOSELAB_CMD_H
#define CLOSELAB_CMD_H

#define EXIT_OK 0
#define EXIT_FAILED 1
#define EXIT_USAGE 2
/* As kselftest has it: cannot be run here. */
#define EXIT_SKIP 4

/**
 * cmd_bad() - complain on stderr, in the name of a subcommand
 * @command: its name
 * @format: of printf(), with one %s
 * @text: for that
 *
 * Return: EXIT_USAGE.
 */
int cmd_bad(const char *command, const char *format, const char *text);

/**
 * cmd_list() - "closelab list": name the scenarios and the behaviours
 * @argc: as of main()
 * @argv: as of main()
 *
 * Return: exit code.
 */
int cmd_list(int argc, char **argv);

/**
 * cmd_run() - "closelab run": run a scenario, check it and draw it
 * @argc: as of main()
 * @argv: as of main()
 *
 * Return: exit code.
 */
int cmd_run(int argc, char **argv);

/**
 * cmd_peer() - "closelab peer": be a peer, by hand
 * @argc: as of main()
 * @argv: as of main()
 *
 * Return: exit code.
 */
int cmd_peer(int argc, char **argv);

/**
 * cmd_explain() - "closelab explain": say how the connections in a capture ended
 * @argc: as of main()
 * @argv: as of main()
 *
 * Return: exit code.
 */
int cmd_explain(int argc, char **argv);

#endif
