// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include "lib/units.h"
#include "msg.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RATE_US US_PER_S
#define MAX_RATE_US (24 * 60 * US_PER_MIN)

/* The letter that stands for all of them in a command: they have none of their own. */
#define FILTER 'f'

static const char short_options[] = ":N:Azd::jps::o:OHn1g:r:hV";

static const struct option long_options[] = {
	{ "netns", required_argument, NULL, 'N' },
	{ "all", no_argument, NULL, 'A' },
	{ "zeros", no_argument, NULL, 'z' },
	{ "rate", optional_argument, NULL, 'd' },
	{ "duration", optional_argument, NULL, 'd' },
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "save", optional_argument, NULL, 's' },
	{ "output", required_argument, NULL, 'o' },
	{ "openmetrics", no_argument, NULL, 'O' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "once", no_argument, NULL, '1' },
	{ "group", required_argument, NULL, 'g' },
	{ "resolve", required_argument, NULL, 'r' },
	{ "state", required_argument, NULL, FILTER },
	{ "port", required_argument, NULL, FILTER },
	{ "sport", required_argument, NULL, FILTER },
	{ "dport", required_argument, NULL, FILTER },
	{ "peer", required_argument, NULL, FILTER },
	{ "program", required_argument, NULL, FILTER },
	{ "unit", required_argument, NULL, FILTER },
	{ "older", required_argument, NULL, FILTER },
	{ "addr", required_argument, NULL, FILTER },
	{ "saddr", required_argument, NULL, FILTER },
	{ "daddr", required_argument, NULL, FILTER },
	{ "kind", required_argument, NULL, FILTER },
	{ "cause", required_argument, NULL, FILTER },
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
	if (text && (parse_duration(text, US_PER_S, &o->rate_us) || o->rate_us > MAX_RATE_US))
		return msg_usage(NULL, "-d: '%s' is no number of seconds above 0, up to %llu",
				 text, MAX_RATE_US / US_PER_S);
	o->at_once = !o->rate_us;
	return EXIT_OK;
}

/* "--port 80" is the word "port=80". */
static int take_filter(int index, struct options *o)
{
	char *text;

	if (o->n_filters == ARRAY_SIZE(o->filters))
		return msg_usage(NULL, "more than %zu filters", ARRAY_SIZE(o->filters));
	if (asprintf(&text, "%s=%s", long_options[index].name, optarg) < 0)
		exit(msg_error("out of memory"));
	o->filters[o->n_filters++] = text;
	return EXIT_OK;
}

/* One option; EXIT_USAGE if it is a wrong one. */
static int take(int letter, int index, char **argv, struct options *o)
{
	switch (letter) {
	case FILTER:
		return take_filter(index, o);
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
	case 'n':
		o->dry = true;
		break;
	case '1':
		o->once = true;
		break;
	case 'g':
		o->keys = optarg;
		break;
	case 'r':
		if (strcmp(optarg, "docker"))
			return msg_usage(NULL, "--resolve: '%s' cannot be asked, 'docker' can",
					 optarg);
		o->resolve = true;
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
	int letter, index = 0;

	*o = (struct options){ 0 };
	while ((letter = getopt_long(argc, argv, short_options, long_options, &index)) != -1) {
		if (take(letter, index, argv, o))
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
		if (!strchr(letters, o->val) && o->val != 'h' && o->val != 'V')
			continue;
		/* Once, of two long options for one letter. */
		if (o->val != FILTER && (o == long_options || o[-1].val != o->val))
			printf("-%c\n", o->val);
		printf("--%s\n", o->name);
	}
}

int options_filters(const struct options *o, int n, char **words,
		    int (*add)(void *data, const char *text), void *data,
		    const char *(*values)(const char *name), const char *command)
{
	for (int i = 0; i < o->n_filters + n; i++) {
		const char *text = i < o->n_filters ? o->filters[i] : words[i - o->n_filters];
		int ret = add(data, text);

		if (ret == -ENOENT)
			return msg_usage(command, "there is no filter '%s'", text);
		if (ret)
			return msg_usage(command, "'%s' does not have a value of its kind: %s",
					 text, values(text));
	}
	return EXIT_OK;
}

void options_free(struct options *o)
{
	while (o->n_filters)
		free(o->filters[--o->n_filters]);
}

int options_check(const struct options *o, const char *command, const char *allowed)
{
	for (const char *letter = o->given; *letter; letter++) {
		if (strchr(allowed, *letter))
			continue;
		if (*letter == FILTER)
			return msg_usage(command, "'%s' does not take filters as options", command);
		return msg_usage(command, "'%s' does not take option -%c", command, *letter);
	}
	if (o->at_once && strcmp(command, "doctor"))
		return msg_usage(command, "-d: '0' is no number of seconds above 0");
	if (o->netns && (o->all || o->save))
		return msg_usage(command, "-N and %s do not go together", o->all ? "-A" : "--save");
	return EXIT_OK;
}
