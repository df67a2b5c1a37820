/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line; every subcommand has its choice of the same ones. */
#ifndef CLOSESTAT_OPTIONS_H
#define CLOSESTAT_OPTIONS_H

#include "lib/util.h"
#include "table.h"

#include <stdbool.h>

struct options {
	const char *netns;		/* -N, NULL for the caller's own */
	bool all;			/* -A */
	bool zeros;			/* -z */
	u64 rate_us;			/* -d, microseconds; 0 without it */
	bool save;			/* -s */
	const char *save_file;		/* NULL for the usual one */
	enum table_format format;	/* -j, -p */
	bool json;
	bool pretty;
	bool openmetrics;		/* -O */
	bool http;			/* -H */
	const char *output;		/* -o, NULL for stdout */
	bool at_once;			/* -d 0 */
	bool dry;			/* -n */
	bool once;			/* -1 */
	const char *keys;		/* -g, NULL without it */
	char *filters[16];	/* --port 80 and the like, as "port=80" */
	int n_filters;
	bool resolve;			/* -r */
	bool help;
	bool version;
	char given[32];			/* the letters of those that were given */
};

/**
 * options_parse - read the options, wherever on the command line they stand
 * @argc: as main() got it
 * @argv: as main() got it; the words that are no options are moved to its end
 * @options: filled
 *
 * Return: index in @argv of the first word that is no option; -1 for a wrong one, which has been
 * reported.
 */
int options_parse(int argc, char **argv, struct options *options);

/**
 * options_print_words - print options as they are written, one a line
 * @letters: of the options wanted
 */
void options_print_words(const char *letters);

/**
 * options_filters - the conditions, those that were given as options and the words
 * @options: where the former are
 * @n: how many words
 * @words: the latter
 * @add: called for each; 0, -ENOENT for a condition it does not know, -EINVAL for a wrong value
 * @data: passed to @add
 * @values: what the value of a condition may be, for the message
 * @command: name of the subcommand
 *
 * Return: EXIT_OK, or EXIT_USAGE with a message.
 */
int options_filters(const struct options *options, int n, char **words,
		    int (*add)(void *data, const char *text), void *data,
		    const char *(*values)(const char *name), const char *command);

/**
 * options_free - release what options_parse() allocated
 * @options: which
 */
void options_free(struct options *options);

/**
 * options_check - see that a subcommand knows the options it was given
 * @options: as options_parse() filled it
 * @command: name of the subcommand
 * @allowed: letters of the options it knows
 *
 * Return: EXIT_OK, or EXIT_USAGE with a message.
 */
int options_check(const struct options *options, const char *command, const char *allowed);

#endif
