/* SPDX-License-Identifier: GPL-2.0 */
/* A subcommand, as the rest of the tool sees it. */
#ifndef CLOSESTAT_COMMAND_H
#define CLOSESTAT_COMMAND_H

#include "options.h"

#include <stddef.h>

struct command {
	const char *name;
	const char *usage;	/* what follows the name on the command line */
	const char *summary;	/* one line, for the list of commands; NULL: not in the list */
	const char *help;	/* the rest of its help; ends with a newline */
	const char *options;	/* letters of the options it takes */
	int no_netns;		/* exit code when that of -N cannot be entered; 0: EXIT_FAILED */
	/*
	 * Does the work in the namespace of -N, which has been entered already. The words are
	 * those after the name of the command, and end with NULL. Returns the exit code.
	 */
	int (*run)(const struct options *options, int n_words, char **words);
	/* Prints words that may follow, one a line, for completion; NULL if there are none. */
	void (*print_words)(void);
};

/**
 * command_at - go through all commands
 * @i: from 0 on; 0 is the one that runs where none is named
 *
 * Return: the command, NULL after the last.
 */
const struct command *command_at(size_t i);

/**
 * command_find - look a command up
 * @name: its name
 *
 * Return: the command, NULL if there is none of that name.
 */
const struct command *command_find(const char *name);

extern const struct command cmd_show;
extern const struct command cmd_watch;
extern const struct command cmd_hist;
extern const struct command cmd_monitor;
extern const struct command cmd_top;
extern const struct command cmd_doctor;
extern const struct command cmd_list;
extern const struct command cmd_kill;
extern const struct command cmd_get;
extern const struct command cmd_set;
extern const struct command cmd_purge;
extern const struct command cmd_export;

#endif
