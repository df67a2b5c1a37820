// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail, see inject.h. The kernel counts them down in
 * /proc/thread-self/fail-nth; a probe on the function that asks whether to fail leaves
 * the stack of each in the trace. It is also asked for a few that never fail, which
 * are not counted.
 */
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "setting.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGES	"/sys/kernel/debug/fail_page_alloc/"
#define TRACING		"/sys/kernel/tracing/"
#define PROBE		"kprobes/tcs_alloc"

/* More than anything here allocates. */
#define NEVER		1000000

/* More than a function has. */
#define PAGE		4096

#define OURS		" [tcp_closestat]"

/* The search for leaks allocates as well; it has a pool to fall back on. */
#define KMEMLEAK	" => kmemleak_"

#define MAX_ALLOCATIONS	8192

static int nth_fd;

/* The argument of inject_within(), as a stack has it. */
static char within[80];

/* All that was recorded, in order, from 1 on as fail-nth counts. */
static struct site recorded[MAX_ALLOCATIONS];
static unsigned int n_recorded;

static void put(const char *path, const char *text)
{
	int err = setting_write(-1, path, text, strlen(text));

	if (err)
		die("%s: %s", path, strerror(-err));
}

static void clear_trace(void)
{
	const int fd = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		die_errno("cannot clear the trace");
	close(fd);
}

/**
 * inject_possible() - whether this kernel can be told to fail
 */
bool inject_possible(void)
{
	return !access(FAILSLAB, F_OK);
}

/**
 * inject_begin() - get ready, for the calling task
 */
void inject_begin(void)
{
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		die_errno("cannot open fail-nth");
	put(FAILSLAB "ignore-gfp-wait", "N");
	put(FAILSLAB "verbose", "0");
	/* Whole pages do not fail, and are not counted. */
	put(FAIL_PAGES "min-order", "32");
	put(TRACING "buffer_size_kb", "8192");
	put(TRACING "kprobe_events", "r:" PROBE " should_failslab failed=$retval:s32\n");
	put(TRACING "options/stacktrace", "1");
	put(TRACING "options/sym-offset", "1");
	put(TRACING "options/sym-addr", "1");
}

/*
 * Where the code is that a name or, with none, the module has: kallsyms knows where it
 * begins, and of the module where the last function does.
 */
static void find_code(const char *function, uint64_t *start, uint64_t *end)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[256], name[128], type;
	uint64_t at;

	if (!file)
		die_errno("kallsyms");
	*start = UINT64_MAX;
	*end = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %c %127s", &at, &type, name) != 3)
			continue;
		if (function && !strcmp(name, function)) {
			*start = at;
		} else if (function && at > *start) {
			*end = at;
			break;
		} else if (!function && strstr(line, "\t[tcp_closestat]") &&
			   (type == 't' || type == 'T')) {
			*start = at < *start ? at : *start;
			*end = at + PAGE > *end ? at + PAGE : *end;
		}
	}
	fclose(file);
	check(*start < *end, "no %s in kallsyms", function ?: "module");
}

static void require(uint64_t start, uint64_t end)
{
	char text[24];

	snprintf(text, sizeof(text), "%#" PRIx64 "\n", start);
	put(FAILSLAB "require-start", text);
	snprintf(text, sizeof(text), "%#" PRIx64 "\n", end);
	put(FAILSLAB "require-end", text);
}

/**
 * inject_within() - let only those allocations fail that some code calls for
 * @function: of the kernel; NULL: the module, which has to be there
 *
 * What comes before it may differ from time to time. Without effect on kernels that cannot
 * tell (on x86-64 before 6.2).
 */
void inject_within(const char *function)
{
	uint64_t start, end;

	if (access(FAILSLAB "require-start", F_OK))
		return;
	find_code(function, &start, &end);
	require(start, end);
	snprintf(within, sizeof(within), function ? "\n => %s+" : OURS, function);
}

/**
 * inject_end() - leave everything as it was
 */
void inject_end(void)
{
	if (within[0])
		require(0, UINT64_MAX);
	put(TRACING "options/stacktrace", "0");
	put(TRACING "options/sym-offset", "0");
	put(TRACING "options/sym-addr", "0");
	put(TRACING "kprobe_events", "-:" PROBE "\n");
	clear_trace();
	close(nth_fd);
}

/* Those of this task; the kernel does not count what interrupts do meanwhile. */
static void watch(const char *which)
{
	char filter[128];

	snprintf(filter, sizeof(filter), "common_pid == %d && !(common_flags & 24)%s",
		 getpid(), which);
	put(TRACING "events/" PROBE "/filter", filter);
	clear_trace();
	put(TRACING "events/" PROBE "/enable", "1");
}

static void count_down(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		die_errno("fail-nth");
}

/* How many are left until one fails; 0: it has. From now on none does. */
static unsigned int stop(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		die_errno("fail-nth");
	count_down(0);
	put(TRACING "events/" PROBE "/enable", "0");
	return atoi(text);
}

static const char *read_trace(void)
{
	static char text[16 << 20];

	if (setting_read(-1, TRACING "trace", text, sizeof(text)) < 0)
		die_errno("trace");
	return text;
}

/* The event after this one, with its stack, or the end. */
static const char *next_event(const char *at)
{
	const char *next = strstr(at, " tcs_alloc: ");

	return next ? next + 1 : at + strlen(at);
}

static bool stack_has(const char *at, const char *end, const char *what)
{
	return memmem(at, end - at, what, strlen(what));
}

/*
 * Takes a stack apart. When loading failed the module has no names any more; what
 * stays the same from one load to the next is an address within its page.
 */
static void parse_stack(const char *at, const char *end, struct site *site)
{
	uint64_t hash = 14695981039346656037ULL;
	const char *line;

	memset(site, 0, sizeof(*site));
	for (line = strstr(at, "\n => "); line && line < end;
	     line = strstr(line + 1, "\n => ")) {
		const char *name = line + 5, *address = strchr(name, '<');
		const bool named = stack_has(name, name + strcspn(name, "\n"), OURS);
		const bool ours = named || !strncmp(name, "0x", 2);

		check(address, "no address in '%.80s'", name);
		hash ^= strtoull(address + 1, NULL, 16) & (ours ? 0xfff : ~0ULL);
		hash *= 1099511628211ULL;
		if (ours)
			site->stack = hash;
		if (named && !site->where[0])
			snprintf(site->where, sizeof(site->where), "%.*s",
				 (int)strcspn(name, "+"), name);
	}
}

/**
 * inject_record() - remember where this task allocates from here on
 */
void inject_record(void)
{
	watch("");
	count_down(NEVER);
}

/**
 * inject_recorded() - where it did, since inject_record()
 * @sites: filled: within the module, the first of those with the same stack
 * @max: how many fit; more end the test
 *
 * Return: how many.
 */
unsigned int inject_recorded(struct site *sites, unsigned int max)
{
	const char *at, *end;
	unsigned int n = 0, i;

	stop();
	n_recorded = 0;
	for (at = next_event(read_trace()); *at; at = end) {
		struct site *site;

		end = next_event(at);
		if (within[0] && !stack_has(at, end, within))
			continue;
		site = &recorded[++n_recorded];
		check(n_recorded < MAX_ALLOCATIONS - 1, "more than %u", n_recorded);
		parse_stack(at, end, site);
		site->nth = n_recorded;
		if (!site->stack || stack_has(at, end, KMEMLEAK))
			continue;
		for (i = 0; i < n && sites[i].stack != site->stack; i++)
			;
		if (i < n)
			continue;
		check(n < max, "more than %u places", max);
		sites[n++] = *site;
	}
	return n;
}

/**
 * inject_fail() - have an allocation of this task fail
 * @nth: which from now on
 */
void inject_fail(unsigned int nth)
{
	watch(" && failed != 0");
	count_down(nth);
}

/**
 * inject_left() - what came of inject_fail()
 * @nth: of inject_fail()
 * @site: set to what failed, as it was recorded; of several with the same stack the
 *	nearest. @stack is 0: not within the module; @nth is 0: was not recorded.
 *
 * Return: 0, or how many allocations would still have had to come for one to fail.
 */
unsigned int inject_left(unsigned int nth, struct site *site)
{
	const struct site *best = NULL;
	const char *at;
	unsigned int left, i;

	memset(site, 0, sizeof(*site));
	left = stop();
	if (left)
		return left;
	at = next_event(read_trace());
	if (!*at)
		return 0;
	parse_stack(at, next_event(at), site);
	for (i = 1; site->stack && i <= n_recorded; i++)
		if (recorded[i].stack == site->stack &&
		    (!best || abs((int)(i - nth)) < abs((int)(best->nth - nth))))
			best = &recorded[i];
	if (best)
		*site = *best;
	return 0;
}
