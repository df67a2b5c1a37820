// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include "lib/units.h"
#include "msg.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_RATE_US US_PER_S
#define MAX_RATE_US (24 * 60 * US_PER_MIN)

static const char short_options[] = ":N:Azd::jps::o:OHhV";

static const struct option long_options[] = {
	{ "netns", required_argument, NULL, 'N' },
	{ "all", no_argument, NULL, 'A' },
	{ "zeros", no_argument, NULL, 'z' },
	{ "rate", optional_argument, NULL, 'd' },
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "save", optional_argument, NULL, 's' },
	{ "output", required_argument, NULL, 'o' },
	{ "openmetrics", no_argument, NULL, 'O' },
	{ "http", no_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ },
};

static void remember(struct options *o, int letter)
{
	size_t n = strlen(o->given);

	if (!strchr(o->given, letter) && n + 1 < sizeof(o->given))
		o->given[n] = letter;
}

/* The value may stand apart, "-d 5": nothing else on a command line begins with a digit. */
static int parse_rate(char **argv, struct options *o)
{
	const char *text = optarg;

	if (!text && argv[optind] && isdigit((unsigned char)argv[optind][0]))
		text = argv[optind++];
	o->rate_us = DEFAULT_RATE_US;
	if (text && (parse_duration(text, US_PER_S, &o->rate_us) || !o->rate_us ||
		     o->rate_us > MAX_RATE_US))
		return msg_usage(NULL, "-d: '%s' is no number of seconds above 0", text);
	return EXIT_OK;
}

/* One option; EXIT_USAGE if it is a wrong one. */
static int take(int letter, char **argv, struct options *o)
{
	switch (letter) {
	case 'N':
		o->netns = optarg;
		break;
	case 'A':
		o->all = true;
		break;
	case 'z':
		o->zeros = true;
		break;
	case 'd':
		return parse_rate(argv, o);
	case 'j':
		o->json = true;
		break;
	case 'p':
		o->pretty = true;
		break;
	case 's':
		o->save = true;
		o->save_file = optarg;
		break;
	case 'o':
		o->output = optarg;
		break;
	case 'O':
		o->openmetrics = true;
		break;
	case 'H':
		o->http = true;
		break;
	case 'h':
		o->help = true;
		break;
	case 'V':
		o->version = true;
		break;
	case ':':
		return msg_usage(NULL, "option '%s' needs a value", argv[optind - 1]);
	default:
		/* Among several letters after one dash only the library knows which it was. */
		if (optopt)
			return msg_usage(NULL, "unknown option '-%c'", optopt);
		return msg_usage(NULL, "unknown option '%s'", argv[optind - 1]);
	}
	return EXIT_OK;
}

int options_parse(int argc, char **argv, struct options *o)
{
	int letter;

	*o = (struct options){ 0 };
	while ((letter = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (take(letter, argv, o))
			return -1;
		remember(o, letter);
	}
	if (o->json)
		o->format = o->pretty ? TABLE_JSON_PRETTY : TABLE_JSON;
	return optind;
}

void options_print_words(const char *letters)
{
	for (const struct option *o = long_options; o->name; o++) {
		if (strchr(letters, o->val) || o->val == 'h')
			printf("-%c\n--%s\n", o->val, o->name);
	}
}

int options_check(const struct options *o, const char *command, const char *allowed)
{
	for (const char *letter = o->given; *letter; letter++) {
		if (!strchr(allowed, *letter))
			return msg_usage(command, "'%s' does not take option -%c", command,
					 *letter);
	}
	if (o->netns && (o->all || o->save))
		return msg_usage(command, "-N and %s do not go together", o->all ? "-A" : "--save");
	return EXIT_OK;
}
