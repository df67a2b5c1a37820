// SPDX-License-Identifier: GPL-2.0
#include "ways.h"

#include "cmd.h"
#include "lab_net.h"
#include "lab_run.h"
#include "lab_sockets.h"
#include "lab_wait.h"
#include "lib/signals.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long to wait for the last answers */
#define LAST_SECONDS 10

/* The way of this process. */
static struct way *own;

static int wake(struct lab *lab, void *unused)
{
	(void)lab;
	(void)unused;
	return 1;
}

static int start(struct lab *lab)
{
	return lab_proxy_start(lab, own->proxy);
}

static int set_tw_reuse(struct lab *lab, int value)
{
	char text[64];

	snprintf(text, sizeof(text), "net/ipv4/tcp_tw_reuse=%d", value);
	return lab_net_sysctl(lab, B, text);
}

static int set_up(struct lab *lab)
{
	const struct { const char *name; long value; } settings[] = {
		{ "tcp_closestat/time_wait_guard", 0 },
		{ "tcp_closestat/time_wait_ms", own->time_wait_ms },
	};
	/* The kernel's own length needs no module. */
	size_t count = own->time_wait_ms == KERNEL_MS ? 0 : ARRAY_SIZE(settings);
	char text[64];

	if (own->tw_reuse >= 0 && set_tw_reuse(lab, own->tw_reuse))
		return -1;
	snprintf(text, sizeof(text), "net/ipv4/ip_local_port_range=20000 %u",
		 19999 + own->ports);
	if (own->ports && lab_net_sysctl(lab, B, text))
		return -1;
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "net/%s=%ld", settings[i].name,
			 settings[i].value);
		if (lab_net_sysctl(lab, B, text))
			return -1;
	}
	return 0;
}

static int look_at_states(struct lab *lab, struct second *second)
{
	for (int side = A; side <= B; side++) {
		const struct diag_list *last = &lab->last[side];

		if (lab_look(lab, side))
			return -1;
		for (size_t i = 0; i < last->count; i++)
			second->state[side][last->socket[i].state % ST_COUNT]++;
	}
	return 0;
}

static int look(struct lab *lab, struct second *second)
{
	if (!own->proxy)
		return look_at_states(lab, second);
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
	load->to.in.sin_port = htons(own->proxy ? PROXY_PORT : SERVER_PORT);
	inet_pton(load->to.sa.sa_family, lab->address[own->proxy ? 3 : 0], lab->options.ipv6 ?
		  (void *)&load->to.in6.sin6_addr :
		  (void *)&load->to.in.sin_addr);
}

/* Ctrl+C, or a peer that has ended, and what happens beside. */
static int go_on(struct lab *lab, struct load *load, u64 until)
{
	int err = load_run(load, until);

	if (err)
		return lab_fail(lab, "no load: %s", strerror(-err));
	return lab_settle(lab, 1, wake, NULL) < 0 ? -1 : 0;
}

/* The next value of tcp_tw_reuse, when @second is the first one of a third. */
static int turn_tw_reuse(struct lab *lab, const struct load *load, unsigned int second)
{
	unsigned int third = load->seconds / 3;

	if (own->tw_reuse != REUSE_EACH || second % third || second > 2 * third)
		return 0;
	return set_tw_reuse(lab, second / third);
}

static int run_load(struct lab *lab, struct load *load)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < load->seconds && !err; i++)
		err = turn_tw_reuse(lab, load, i) ||
		      go_on(lab, load, load->start + (i + 1) * 1000000ULL) ||
		      look(lab, &load->second[i]);
	for (; i < load->seconds + LAST_SECONDS && !err; i++) {
		if (!load_under_way(load))
			break;
		err = go_on(lab, load, load->start + (i + 1) * 1000000ULL);
	}
	return err ? -1 : 0;
}

/* Why the client got no answer, in the words of nginx and of apache. */
static void read_log(const struct lab *lab)
{
	char path[64], nginx[16], apache[16], line[1024];
	FILE *log;

	snprintf(path, sizeof(path), "/proc/%d/root" PROXY_LOG, lab->helper);
	snprintf(nginx, sizeof(nginx), "(%d: ", EADDRNOTAVAIL);
	snprintf(apache, sizeof(apache), "(%d)", EADDRNOTAVAIL);
	log = fopen(path, "re");
	if (!log)
		return;
	while (fgets(line, sizeof(line), log))
		own->no_port += strstr(line, nginx) || strstr(line, apache);
	fclose(log);
}

int ways_measure(struct lab *lab)
{
	struct load *load;
	int err;

	if (set_up(lab))
		return -1;
	load = calloc(1, sizeof(*load));
	if (!load)
		return lab_fail(lab, "out of memory");
	load->ns = lab->ns[own->proxy ? C : B];
	load->rate = own->rate;
	load->seconds = own->seconds;
	load->timeout_us = own->timeout_ms * 1000ULL;
	load->second = own->second;
	load->sum = &own->sum;
	load->turn = own->turn;
	set_target(lab, load);
	load_begin(load);
	err = run_load(lab, load);
	load_end(load);
	free(load);
	read_log(lab);
	return err || !own->check ? err : own->check(lab, own);
}

static const struct scenario proxied = {
	.name = "proxy",
	.title = "a proxy under load",
	.lesson = "",
	.free_running = 1, .proxied = 1, .rto_min_ms = LONG_RTO,
	.peer = { { .side = A, .server = 8 }, { .side = C, .any_port = 1 } },
	.steps = (const struct step[]){
		START(0), CALL(start), UNWATCHED, CALL(ways_measure), { STEP_END }
	},
};

/* In a process of its own: an exit code. */
static int run_one(const struct lab_options *options, struct way *way)
{
	struct lab lab = {
		.options = *options, .scenario = way->scenario ?: &proxied,
	};
	int code = EXIT_OK;

	own = way;
	lab.options.quiet = true;
	/* It is set under way: that of the last ones need not be waited for. */
	lab.options.time_wait_ms = -1;
	if (lab_run(&lab)) {
		fprintf(stderr, "closelab: %s: %s\n", way->title, lab.failure);
		code = lab.skip ? EXIT_SKIP : EXIT_FAILED;
	}
	lab_close(&lab);
	return code;
}

struct way *ways_new(int count)
{
	struct way *way = mmap(NULL, count * sizeof(*way), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (way != MAP_FAILED)
		return way;
	fprintf(stderr, "closelab: %s\n", strerror(errno));
	return NULL;
}

void ways_free(struct way *way, int count)
{
	munmap(way, count * sizeof(*way));
}

/* All at once: waiting for 60 s to pass can be done together. */
int ways_run(const struct lab_options *options, struct way *way, int count)
{
	pid_t pid[WAYS];
	int code = EXIT_OK;

	fflush(stdout);
	for (int i = 0; i < count; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(run_one(options, &way[i]));
	}
	for (int i = 0; i < count; i++) {
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
	return signals_caught() ? 128 + SIGINT : code;
}
