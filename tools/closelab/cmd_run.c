// SPDX-License-Identifier: GPL-2.0
#include "any_pair.h"
#include "cmd.h"
#include "doc.h"
#include "duration.h"
#include "lab.h"
#include "lab_run.h"
#include "ladder.h"
#include "open_loop.h"
#include "profile.h"
#include "rates.h"
#include "lib/signals.h"
#include "report.h"
#include "scenarios.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"Usage: closelab run NAME [OPTION...]\n"
"       closelab run --server N --client M [OPTION...]\n"
"\n"
"Runs a scenario (closelab list names them) or any pair of behaviours, checks\n"
"states, errors, segments and counters, and draws what happened.\n"
"\n"
"  -4, -6                 over IPv4 (the default) or IPv6\n"
"  -s, --server N         behaviour of the server, on side A\n"
"  -c, --client M         behaviour of the client, on side B\n"
"  -t, --time-wait TIME   length of TIME_WAIT, such as 1s or 250ms; up to 10 s\n"
"                         its end is waited for\n"
"  -d, --delay TIME       how long every segment is under way, such as 20ms\n"
"  -k, --keep-delays      the original delays, of seconds\n"
"  -p, --pcap FILE        save the segments\n"
"  -g, --svg FILE         draw the ladder as SVG\n"
"  -j, --json             print everything as JSON\n"
"  -m, --markdown         print it as a section of docs/scenarios.md\n"
"  -n, --no-times         leave out times: the same text on every run\n"
"  -a, --ascii            draw with ASCII characters alone\n"
"  -q, --quiet            print nothing but errors\n"
"      --profile          of \"proxy\": requests a second and TIME_WAITs over\n"
"                         time, at 60 s (or TIME, 15 s to 4 min), at 1 s, and\n"
"                         with kept connections; takes more than twice that time\n"
"                         of \"slow-server\": connections in each state over time\n"
"      --rates            of \"proxy\": requests a second that each way to run one\n"
"                         allows, as a table, at 60 s, 10 s and 1 s, or those of\n"
"                         TIME and less; takes seven minutes\n"
"      --without-module   run it though tcp_closestat is not loaded\n"
"  -h, --help             this text\n"
"\n"
"Exit code: 0 all as expected, 1 not so or failed, 2 usage, 4 this kernel\n"
"lacks what the scenario needs.\n";

/* How often to run what chance has spoilt. */
#define TRIES 10

struct request {
	struct lab_options lab;
	int server, client;
	const char *name, *pcap, *svg;
	bool json, markdown, no_times, ascii, quiet, profile, rates;
};

static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text < '0' || *text > '9' || *end || n > 99 ? -1 : n;
}

static int take_time(long *ms, const char *text)
{
	*ms = duration_ms(text);
	if (*ms == -2)
		return cmd_bad("run", "%s: out of range, 0 to 10min", text);
	if (*ms < 0)
		return cmd_bad("run", "%s: not a time; a number with ms, s or min", text);
	return 0;
}

static int take(struct request *request, int opt, const char *text)
{
	switch (opt) {
	case '4':
		request->lab.ipv6 = false;
		return 0;
	case '6':
		request->lab.ipv6 = true;
		return 0;
	case 's':
		request->server = number(text);
		return server_behaviour(request->server) ? 0 :
		       cmd_bad("run", "no such server behaviour: %s", text);
	case 'c':
		request->client = number(text);
		return client_behaviour(request->client) ? 0 :
		       cmd_bad("run", "no such client behaviour: %s", text);
	case 't':
		return take_time(&request->lab.time_wait_ms, text);
	case 'd':
		return take_time(&request->lab.delay_ms, text);
	case 'k':
		request->lab.keep_delays = true;
		return 0;
	case 'p':
		request->pcap = text;
		return 0;
	case 'g':
		request->svg = text;
		return 0;
	case 'j':
		request->json = true;
		return 0;
	case 'm':
		request->markdown = true;
		return 0;
	case 'n':
		request->no_times = true;
		return 0;
	case 'a':
		request->ascii = true;
		return 0;
	case 'q':
		request->quiet = true;
		request->lab.quiet = true;
		return 0;
	case 'P':
		request->profile = true;
		return 0;
	case 'R':
		request->rates = true;
		return 0;
	case 'w':
		request->lab.without_module = true;
		return 0;
	}
	return EXIT_USAGE;
}

/* -1: it can, as far as is known; what a run of minutes has drawn is not to be lost. */
static int can_write(const char *path)
{
	const char *slash;
	char dir[PATH_MAX];

	if (!path || !access(path, W_OK))
		return -1;
	if (errno == ENOENT) {
		slash = strrchr(path, '/');
		snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path + 1) : 1,
			 slash ? path : ".");
		if (!access(dir, W_OK | X_OK))
			return -1;
	}
	fprintf(stderr, "closelab: %s: %s\n", path, strerror(errno));
	return EXIT_FAILED;
}

static bool is(const struct request *request, const char *name)
{
	return request->name && !strcmp(request->name, name);
}

/* -1: it makes sense; else the exit code. */
static int check(const struct request *request)
{
	int code;

	if (request->name && (request->server >= 0 || request->client >= 0))
		return cmd_bad("run", "%s: a name, or --server and --client, not both",
			   request->name);
	if (!request->name && (request->server < 0 || request->client < 0))
		return cmd_bad("run", "%s", "a name is needed, or both --server and --client; closelab list has them");
	if (request->markdown && !request->name)
		return cmd_bad("run", "%s", "--markdown is for a scenario by its name");
	if (request->rates && !is(request, "proxy"))
		return cmd_bad("run", "%s", "--rates is for the scenario proxy");
	if (request->profile && !is(request, "proxy") &&
	    !is(request, "slow-server"))
		return cmd_bad("run", "%s", "--profile is for the scenarios proxy and slow-server");
	if (request->profile && request->lab.time_wait_ms >= 0 &&
	    (request->lab.time_wait_ms < 15000 ||
	     request->lab.time_wait_ms > 240000))
		return cmd_bad("run", "%s", "--profile takes a TIME_WAIT of 15 s to 4 min");
	if (request->lab.without_module && request->lab.time_wait_ms >= 0)
		return cmd_bad("run", "%s", "--time-wait needs the module");
	code = can_write(request->svg);
	return code >= 0 ? code : can_write(request->pcap);
}

/* -1: continue; else the exit code. */
static int parse(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "server", required_argument, NULL, 's' },
		{ "client", required_argument, NULL, 'c' },
		{ "time-wait", required_argument, NULL, 't' },
		{ "delay", required_argument, NULL, 'd' },
		{ "keep-delays", no_argument, NULL, 'k' },
		{ "pcap", required_argument, NULL, 'p' },
		{ "svg", required_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "no-times", no_argument, NULL, 'n' },
		{ "ascii", no_argument, NULL, 'a' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "profile", no_argument, NULL, 'P' },
		{ "rates", no_argument, NULL, 'R' },
		{ "without-module", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "46s:c:t:d:kp:g:jmnaqh", options,
				  NULL)) != -1) {
		int code;

		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_OK;
		}
		code = take(request, opt, optarg);
		if (code)
			return code;
	}
	if (optind < argc)
		request->name = argv[optind++];
	if (optind < argc)
		return cmd_bad("run", "one scenario at a time: %s", argv[optind]);
	return check(request);
}

static int write_svg(const char *path, const struct lab *lab,
		     const struct ladder *ladder, size_t count)
{
	FILE *out = fopen(path, "we");
	int failed;

	if (out)
		ladder_svg(out, lab, ladder, count);
	failed = !out || ferror(out);
	if (out)
		failed |= fclose(out);
	if (failed)
		fprintf(stderr, "closelab: %s: %s\n", path, strerror(errno));
	return failed ? -1 : 0;
}

static int save_pcap(const char *path, struct lab *lab)
{
	char error[256];

	if (!capture_save(lab->capture, lab->front, path, error, sizeof(error)))
		return 0;
	fprintf(stderr, "closelab: %s\n", error);
	return -1;
}

static bool draws_unicode(const struct request *request)
{
	return !request->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static void print(const struct request *request, const struct lab *lab,
		  const struct ladder *ladder, size_t count)
{
	struct draw_options options = {
		.times = !request->no_times,
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
		.unicode = draws_unicode(request),
	};

	printf("%s: %s\n\n", lab->scenario->name, lab->scenario->title);
	ladder_text(stdout, ladder, count, &options);
	if (*lab->result)
		printf("%s\n\n", lab->result);
	report_end(stdout, lab, options.times);
	if (!lab->failures)
		printf("as expected: %u checks\n", lab->checks);
	else
		printf("not as expected: %s\n", lab->failure);
}

/* The section is the same in every run, what was measured is not. */
static void print_section(const struct lab *lab, struct ladder *ladder,
			  size_t count)
{
	doc_section(stdout, lab, ladder, count);
	if (*lab->result)
		fprintf(stderr, "%s\n", lab->result);
}

static int output(const struct request *request, struct lab *lab)
{
	size_t count;
	struct ladder *ladder = ladder_build(lab, &count);
	int err = 0;

	if (request->pcap)
		err |= save_pcap(request->pcap, lab);
	if (request->svg)
		err |= write_svg(request->svg, lab, ladder, count);
	if (request->json)
		err |= ladder_json(stdout, lab, ladder, count);
	else if (request->markdown)
		print_section(lab, ladder, count);
	else if (!request->quiet)
		print(request, lab, ladder, count);
	ladder_free(ladder, count);
	return err;
}

/* Run it, and again for as long as chance is against it. */
static int run(struct lab *lab)
{
	for (int tries = 1;; tries++) {
		struct lab fresh = {
			.options = lab->options, .scenario = lab->scenario,
		};
		int err = lab_run(lab);

		if (!lab->again || signals_caught())
			return err;
		fprintf(stderr, "closelab: %s: %s%s\n", lab->scenario->name,
			lab->again, tries == TRIES ? "" : ": once more");
		if (tries == TRIES)
			return err;
		lab_close(lab);
		*lab = fresh;
	}
}

static int run_ways(const struct request *request)
{
	signals_catch();
	signal(SIGPIPE, SIG_IGN);
	if (request->rates)
		return rates_run(&request->lab);
	if (is(request, "slow-server"))
		return open_loop_run(&request->lab, request->svg,
				     draws_unicode(request));
	return profile_run(&request->lab, request->svg,
			   draws_unicode(request));
}

int cmd_run(int argc, char **argv)
{
	struct request request = {
		.server = -1, .client = -1, .lab.time_wait_ms = -1,
	};
	struct lab lab = { 0 };
	int code = parse(argc, argv, &request);

	if (code >= 0)
		return code;
	setlocale(LC_CTYPE, "");
	if (request.profile || request.rates)
		return run_ways(&request);
	lab.options = request.lab;
	lab.scenario = request.name ? scenario_find(request.name) :
		       any_pair(request.server, request.client);
	if (!lab.scenario)
		return cmd_bad("run", "no such scenario: %s; closelab list names them",
			   request.name);
	signals_catch();
	signal(SIGPIPE, SIG_IGN);
	code = run(&lab) ? EXIT_FAILED : EXIT_OK;
	if (lab.skip) {
		fprintf(stderr, "closelab: %s: %s\n", lab.scenario->name,
			lab.failure);
		code = EXIT_SKIP;
	} else if (signals_caught()) {
		code = 128 + SIGINT;
	} else if (lab.started && output(&request, &lab)) {
		code = EXIT_FAILED;
	}
	lab_close(&lab);
	return code;
}
