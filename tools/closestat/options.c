// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include "msg.h"

#include <getopt.h>
#include <string.h>

static const struct option long_options[] = {
	{ "netns", required_argument, NULL, 'N' },
	{ "zeros", no_argument, NULL, 'z' },
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
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

int options_parse(int argc, char **argv, struct options *o)
{
	int letter;

	*o = (struct options){ 0 };
	while ((letter = getopt_long(argc, argv, ":N:zjphV", long_options, NULL)) != -1) {
		switch (letter) {
		case 'N':
			o->netns = optarg;
			break;
		case 'z':
			o->zeros = true;
			break;
		case 'j':
			o->json = true;
			break;
		case 'p':
			o->pretty = true;
			break;
		case 'h':
			o->help = true;
			break;
		case 'V':
			o->version = true;
			break;
		case ':':
			msg_usage(NULL, "option '%s' needs a value", argv[optind - 1]);
			return -1;
		default:
			msg_usage(NULL, "unknown option '%s'", argv[optind - 1]);
			return -1;
		}
		remember(o, letter);
	}
	if (o->json)
		o->format = o->pretty ? TABLE_JSON_PRETTY : TABLE_JSON;
	return optind;
}

int options_check(const struct options *o, const char *command, const char *allowed)
{
	for (const char *letter = o->given; *letter; letter++) {
		if (!strchr(allowed, *letter))
			return msg_usage(command, "'%s' does not take option -%c", command,
					 *letter);
	}
	return EXIT_OK;
}
