// SPDX-License-Identifier: GPL-2.0
#include "profile.h"

#include "cmd.h"
#include "lab_net.h"
#include "lab_run.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/util.h"
#include "load.h"
#include "scen_proxies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 10
#define KERNEL_MS 60000
#define SHORT_MS 1000

/* The way of this process, which is one of the three. */
static struct profile *own;

static int wake(struct lab *lab, void *unused)
{
	(void)lab;
	(void)unused;
	return 1;
}

static int narrow(struct lab *lab)
{
	char text[64];

	snprintf(text, sizeof(text),
		 "net/ipv4/ip_local_port_range=40000 %u", 39999 + own->ports);
	return lab_net_sysctl(lab, B, text);
}

static int look(struct lab *lab, struct second *second)
{
	if (lab_look(lab, B))
		return -1;
	second->time_wait = 0;
	for (size_t i = 0; i < lab->last[B].count; i++)
		if (lab->last[B].socket[i].state == ST_TIME_WAIT &&
		    lab->last[B].socket[i].remote == SERVER_PORT)
			second->time_wait++;
	return 0;
}

static void set_target(const struct lab *lab, struct load *load)
{
	memset(&load->to, 0, sizeof(load->to));
	load->to.sa.sa_family = lab->options.ipv6 ? AF_INET6 : AF_INET;
	/* sin_port and sin6_port are at the same place */
	load->to.in.sin_port = htons(PROXY_PORT);
	inet_pton(load->to.sa.sa_family, lab->address[3], lab->options.ipv6 ?
		  (void *)&load->to.in6.sin6_addr :
		  (void *)&load->to.in.sin_addr);
}

static int measure(struct lab *lab)
{
	struct load *load = calloc(1, sizeof(*load));
	struct second last = { 0 };
	int err = load ? narrow(lab) : lab_fail(lab, "out of memory");

	if (err) {
		free(load);
		return -1;
	}
	load->ns = lab->ns[C];
	load->rate = own->rate;
	set_target(lab, load);
	load_begin(load);
	for (unsigned int i = 0; i < own->seconds && !err; i++) {
		struct second *second = &own->second[i];

		err = load_run(load, load->start + (i + 1) * 1000000ULL);
		if (err) {
			lab_fail(lab, "no load: %s", strerror(-err));
			break;
		}
		second->answered = load->answered - last.answered;
		second->failed = load->failed - last.failed;
		last.answered = load->answered;
		last.failed = load->failed;
		/* Ctrl+C, or a peer that has ended. */
		err = look(lab, second) ? -1 :
		      lab_settle(lab, 1, wake, NULL) < 0 ? -1 : 0;
	}
	load_end(load);
	free(load);
	return err ? -1 : 0;
}

#define PROFILED(start) { \
	.name = "proxy", \
	.title = "the profile of a proxy", \
	.lesson = "", \
	.free_running = 1, .proxied = 1, .rto_min_ms = LONG_RTO, \
	.peer = { { .side = A, .server = 8 }, { .side = C, .any_port = 1 } }, \
	.steps = (const struct step[]){ \
		START(0), CALL(start), UNWATCHED, CALL(measure), \
		{ STEP_END } \
	}, \
}

static const struct scenario closes = PROFILED(start_nginx_close);
static const struct scenario keeps = PROFILED(start_nginx_keep);

/* In a process of its own: an exit code. */
static int run_one(const struct lab_options *options, struct profile *profile)
{
	struct lab lab = {
		.options = *options,
		.scenario = profile->kept ? &keeps : &closes,
	};
	int code = EXIT_OK;

	own = profile;
	lab.options.quiet = true;
	/* The kernel's own length needs no module. */
	lab.options.time_wait_ms = profile->time_wait_ms == KERNEL_MS ? -1 :
				   profile->time_wait_ms;
	if (lab_run(&lab)) {
		fprintf(stderr, "closelab: proxy: %s\n", lab.failure);
		code = lab.skip ? EXIT_SKIP : EXIT_FAILED;
	}
	lab_close(&lab);
	return code;
}

static void plan(struct profile *profile, long length_ms)
{
	const struct { const char *title; bool kept; long ms; } ways[PROFILES] = {
		{ "TIME_WAIT %g s", false, length_ms },
		{ "TIME_WAIT %g s", false, SHORT_MS },
		{ "kept connections, %g s", true, length_ms },
	};

	for (int i = 0; i < PROFILES; i++) {
		struct profile *p = &profile[i];

		snprintf(p->title, sizeof(p->title), ways[i].title,
			 (double)ways[i].ms / 1000);
		p->kept = ways[i].kept;
		p->time_wait_ms = ways[i].ms;
		p->rate = RATE;
		/* Gone after a third of the length: two teeth, and a third begun */
		p->ports = RATE * length_ms / 3000;
		p->seconds = length_ms * 23 / 10000;
	}
}

/* Full speed, then silence; the others never falter: an exit code. */
static int judge(const struct profile *profile)
{
	int code = EXIT_OK;

	for (int i = 0; i < PROFILES; i++) {
		const struct profile *p = &profile[i];
		unsigned int failed = 0, most = 0;

		for (unsigned int j = 0; j < p->seconds; j++) {
			failed += p->second[j].failed;
			if (p->second[j].time_wait > most)
				most = p->second[j].time_wait;
		}
		if (i ? failed : !failed || most != p->ports) {
			fprintf(stderr, "closelab: proxy: with %s %u requests failed, and at most %u of %u ports were in TIME_WAIT\n",
				p->title, failed, most, p->ports);
			code = EXIT_FAILED;
		}
	}
	return code;
}

static int draw(const struct profile *profile, const char *svg, bool unicode)
{
	FILE *out = svg ? fopen(svg, "we") : NULL;
	int failed = svg && !out;

	profile_text(stdout, profile, unicode);
	if (out) {
		profile_svg(out, profile);
		failed = ferror(out) | fclose(out);
	}
	if (failed)
		fprintf(stderr, "closelab: %s: %s\n", svg, strerror(errno));
	return failed ? EXIT_FAILED : EXIT_OK;
}

/* All at once: waiting for 60 s to pass can be done together. */
static int run_all(const struct lab_options *options, struct profile *profile)
{
	pid_t pid[PROFILES];
	int code = EXIT_OK;

	fflush(stdout);
	for (int i = 0; i < PROFILES; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(run_one(options, &profile[i]));
	}
	for (int i = 0; i < PROFILES; i++) {
		int status = 0;

		if (pid[i] < 0) {
			code = EXIT_FAILED;
			continue;
		}
		while (waitpid(pid[i], &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFEXITED(status))
			code = EXIT_FAILED;
		else if (WEXITSTATUS(status) && code != EXIT_FAILED)
			code = WEXITSTATUS(status);
	}
	return code;
}

int profile_run(const struct lab_options *options, const char *svg,
		bool unicode)
{
	long length_ms = options->time_wait_ms >= 0 ? options->time_wait_ms :
			 KERNEL_MS;
	struct profile *profile = mmap(NULL, PROFILES * sizeof(*profile),
				       PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int code, drawn;

	if (profile == MAP_FAILED) {
		fprintf(stderr, "closelab: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	plan(profile, length_ms);
	code = run_all(options, profile);
	if (signals_caught())
		code = 128 + SIGINT;
	if (!code) {
		code = judge(profile);
		drawn = draw(profile, svg, unicode);
		code = code ?: drawn;
	}
	munmap(profile, PROFILES * sizeof(*profile));
	return code;
}
