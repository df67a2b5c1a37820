// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "between.h"
#include "joint.h"
#include "show.h"

static const char usage[] =
"Usage: closelab explain FILE [OPTION...] [FILTER...]\n"
"       closelab explain -i INTERFACE [-d SECONDS] [OPTION...] [FILTER...]\n"
"\n"
"Says of every TCP connection in a capture how it ended for each of its ends:\n"
"who closed, who reset it and why, who holds TIME_WAIT. FILE is pcap or pcapng,\n"
"\"-\" standard input. FILTER, in the words of pcap-filter(7), looks at the IP\n"
"packets, whatever they travel in; a connection is shown when any of its\n"
"segments matches.\n"
"\n"
"  -v, --verbose           the frames that prove it, and the rule\n"
"  -j, --json              print everything as JSON\n"
"  -s, --summary           by server and how it ended, worst first\n"
"  -c, --connection N      only this one, and its ladder, which is also drawn where\n"
"                          FILTER leaves one alone\n"
"  -g, --svg FILE          draw the ladder of one connection as SVG\n"
"  -p, --peer FILE         the same connections, captured at the server: tells\n"
"                          what was lost or sent between\n"
"  -i, --interface NAME    listen there instead of reading a file\n"
"  -d, --duration SECONDS  for so long; else until interrupted\n"
"  -q, --quiet             no progress, nothing on what was skipped\n"
"  -h, --help              this text\n"
"\n"
"Exit code: 0 nothing is wrong with any connection, 1 something is, or what is\n"
"said cannot be written, 2 the capture cannot be read, or usage.\n";

struct request {
	struct source source;
	unsigned long number;
	const char *svg;
	const char *peer;
	bool verbose, json, summary;
	char *filter;
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	return *text < '0' || *text > '9' || *end || n > 1000000000 ? 0 : n;
}

static int take(struct request *request, int opt, const char *text)
{
	switch (opt) {
	case 'v':
		request->verbose = true;
		return 0;
	case 'j':
		request->json = true;
		return 0;
	case 's':
		request->summary = true;
		return 0;
	case 'q':
		request->source.quiet = true;
		return 0;
	case 'g':
		request->svg = text;
		return 0;
	case 'p':
		request->peer = text;
		return 0;
	case 'i':
		request->source.device = text;
		return 0;
	case 'c':
		request->number = number(text);
		return request->number ? 0 :
		       cmd_bad("explain", "%s: not the number of a connection", text);
	case 'd':
		request->source.seconds = number(text);
		return request->source.seconds ? 0 :
		       cmd_bad("explain", "%s: not a number of seconds", text);
	}
	return EXIT_USAGE;
}

/* The words of the filter, as tcpdump takes them. */
static int join(struct request *request, int argc, char **argv)
{
	size_t size = 1;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	request->filter = calloc(1, size);
	if (!request->filter)
		return cmd_bad("explain", "%s", strerror(ENOMEM));
	for (int i = 0; i < argc; i++) {
		strcat(request->filter, argv[i]);
		strcat(request->filter, i + 1 < argc ? " " : "");
	}
	request->source.filter = argc ? request->filter : NULL;
	return 0;
}

/* -1: continue; else the exit code. */
static int parse(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ "json", no_argument, NULL, 'j' },
		{ "summary", no_argument, NULL, 's' },
		{ "connection", required_argument, NULL, 'c' },
		{ "peer", required_argument, NULL, 'p' },
		{ "svg", required_argument, NULL, 'g' },
		{ "interface", required_argument, NULL, 'i' },
		{ "duration", required_argument, NULL, 'd' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, code;

	while ((opt = getopt_long(argc, argv, "vjsc:g:p:i:d:qh", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_OK;
		}
		code = take(request, opt, optarg);
		if (code)
			return code;
	}
	if (!request->source.device) {
		if (optind == argc)
			return cmd_bad("explain", "%s", "a file is needed, or -i; see --help");
		request->source.path = argv[optind++];
	}
	if (request->source.seconds && !request->source.device)
		return cmd_bad("explain", "%s", "--duration is for -i");
	if (request->json && request->summary)
		return cmd_bad("explain", "%s", "--json or --summary, not both");
	if (request->peer && (request->svg || request->source.device || request->summary))
		return cmd_bad("explain", "%s", "--peer is not for --svg, --summary or -i");
	code = join(request, argc - optind, argv + optind);
	return code ? code : -1;
}

static void stop(int sig)
{
	(void)sig;
	source_stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Read a capture; one that ends early is told as far as it goes: whether that is so. */
static bool read_to_end(const struct source *source, struct table *table,
			struct read_result *result)
{
	if (!source_read(source, table, result))
		return true;
	cmd_bad("explain", "%s", *result->error ? result->error : strerror(ENOMEM));
	return false;
}

/* The same connections in the other end's capture. */
static int read_peer(const struct request *request, const struct table *table,
		     struct table *peer, struct joint *joint, bool *unread)
{
	struct source source = request->source;
	struct read_result result;

	source.path = request->peer;
	source.filter = NULL;
	peer->key = table->key;
	peer->control = true;
	if (!read_to_end(&source, peer, &result)) {
		*unread = true;
		if (!peer->count)
			return EXIT_USAGE;
	}
	if (joint_init(joint, table, peer))
		return cmd_bad("explain", "%s", strerror(ENOMEM));
	for (size_t i = 0; i < table->count; i++)
		if (joint->peer[i])
			between_blame(table->all[i], joint->peer[i]);
	return 0;
}

/* Those that are wanted, judged. */
static int choose(const struct request *request, const struct table *table,
		  const struct read_result *result, const struct joint *joint,
		  struct report *report)
{
	report->shown = calloc(table->count + 1, sizeof(*report->shown));
	if (!report->shown)
		return -1;
	for (size_t i = 0; i < table->count; i++) {
		struct shown *shown = &report->shown[report->count];

		if (request->number ? i + 1 != request->number :
		    request->source.filter && !table->all[i]->matched)
			continue;
		shown->number = i + 1;
		shown->conn = table->all[i];
		shown->peer = request->peer ? joint->peer[i] : NULL;
		judge(shown->conn, result->last, &shown->judgement);
		report->count++;
	}
	return 0;
}

static int draw(const struct request *request, const struct report *report)
{
	bool text = !request->json && !request->summary &&
		    (request->number || request->source.filter);
	FILE *svg = NULL;
	int err;

	if (request->svg) {
		svg = fopen(request->svg, "we");
		if (!svg)
			return cmd_bad("explain", "%s cannot be written", request->svg);
	}
	err = show_ladder(text ? stdout : NULL, svg, &report->shown[0]);
	if (svg && fclose(svg))
		return cmd_bad("explain", "%s cannot be written", request->svg);
	return err ? cmd_bad("explain", "%s", strerror(ENOMEM)) : 0;
}

/* Whether a ladder is asked for, in so many words or by a filter for one connection. */
static bool draws(const struct request *request, const struct report *report)
{
	return request->svg || request->number ||
	       (request->source.filter && report->count == 1 && !request->json &&
		!request->summary);
}

static int print(const struct request *request, const struct report *report)
{
	int err = 0;

	if (request->json)
		err = show_json(stdout, report);
	else if (request->summary)
		err = show_summary(report);
	else if (request->verbose)
		show_proofs(stdout, report);
	else if (report->count)
		err = show_list(report);
	if (err)
		return cmd_bad("explain", "%s", strerror(ENOMEM));
	if (request->peer && !request->json)
		show_between(stdout, report);
	if (request->peer || !draws(request, report))
		return 0;
	if (report->count != 1)
		return cmd_bad("explain", "%s", report->count ?
			   "--svg draws one connection: choose it by -c or a filter" :
			   "there is no such connection");
	return draw(request, report);
}

/* Judge and print, once all is read. */
static int tell(const struct request *request, const struct table *table,
		const struct read_result *result, const struct joint *joint)
{
	struct report report = {
		.result = result, .verbose = request->verbose, .joined = request->peer,
	};
	int code;

	if (choose(request, table, result, joint, &report))
		code = cmd_bad("explain", "%s", strerror(ENOMEM));
	else
		code = print(request, &report);
	if (!request->source.quiet)
		show_capture(stderr, result);
	if (!request->source.quiet && !report.count)
		fputs(table->count ? "closelab: no connection matches\n" :
		      "closelab: there is no TCP connection in it\n", stderr);
	for (size_t i = 0; !code && i < report.count; i++)
		if (report.shown[i].judgement.wrong)
			code = EXIT_FAILED;
	free(report.shown);
	return code;
}

static int explain(const struct request *request)
{
	struct table table, peer = { 0 };
	struct read_result result;
	struct joint joint = { 0 };
	int code = EXIT_OK;
	bool unread;

	if (table_init(&table, request->peer) || (request->peer && table_init(&peer, true)))
		return cmd_bad("explain", "%s", strerror(ENOMEM));
	table.control = request->peer;
	table.only = request->number ? request->number :
		     request->svg && !request->source.filter;
	unread = !read_to_end(&request->source, &table, &result);
	if (unread && !table.count)
		code = EXIT_USAGE;
	else if (request->peer)
		code = read_peer(request, &table, &peer, &joint, &unread);
	if (!code)
		code = tell(request, &table, &result, &joint);
	joint_free(&joint);
	table_free(&peer);
	table_free(&table);
	return unread ? EXIT_USAGE : code;
}

int cmd_explain(int argc, char **argv)
{
	struct request request = { 0 };
	int code = parse(argc, argv, &request);

	if (code < 0) {
		setlocale(LC_CTYPE, "");
		catch_signals();
		code = explain(&request);
	}
	free(request.filter);
	return code;
}
