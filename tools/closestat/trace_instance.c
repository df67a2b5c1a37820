// SPDX-License-Identifier: GPL-2.0
#include "trace_instance.h"

#include "lib/procfile.h"
#include "lib/units.h"
#include "module_missing.h"
#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#define EVENT_DIR "events/tcp_closestat/" TRACE_EVENT
#define NAME_PREFIX "closestat-"
/* For each processor; some 20,000 events. */
#define BUFFER_KB "4096"

struct trace_instance {
	struct tracefs_instance *tracefs;
	int pipe;
	size_t used;		/* of text: the beginning of a line not yet complete */
	char text[65536];
};

/* An instance that is still read from is busy and stays. */
static int remove_if_stale(const char *name, void *data)
{
	struct tracefs_instance *stale;
	u64 pid;

	(void)data;
	if (strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) ||
	    parse_u64(name + strlen(NAME_PREFIX), &pid) || pid > INT_MAX || !pid)
		return 0;
	if (!kill((pid_t)pid, 0) || errno != ESRCH)
		return 0;
	stale = tracefs_instance_create(name);
	if (stale) {
		tracefs_instance_file_write(stale, EVENT_DIR "/enable", "0");
		tracefs_instance_destroy(stale);
		tracefs_instance_free(stale);
	}
	return 0;
}

bool trace_instance_possible(void)
{
	const char *dir = geteuid() ? NULL : tracefs_tracing_dir();
	char path[PATH_MAX];

	if (!dir)
		return false;
	snprintf(path, sizeof(path), "%s/" EVENT_DIR, dir);
	return !access(path, F_OK);
}

/*
 * What keeps root out, and files from being made, is security_locked_down(LOCKDOWN_TRACEFS):
 * by kernel no event's directory, no instance's files (EINVAL), or no file that opens (EPERM).
 */
static int no_events(void)
{
	return msg_error("the module is there, its trace event is not: the kernel has none (CONFIG_EVENT_TRACING), or is locked down for confidentiality (/sys/kernel/security/lockdown); counters are read all the same");
}

static bool module_is_there(void)
{
	char path[PATH_MAX];

	return !procfile_path(path, sizeof(path), "thread-self/net/tcp_closestat") &&
	       !access(path, F_OK);
}

static int check_tracefs(void)
{
	const char *dir = tracefs_tracing_dir();
	char path[PATH_MAX];

	if (geteuid())
		return msg_error("not permitted: the trace events need root");
	if (!dir)
		return msg_error("tracefs is missing: mount -t tracefs none /sys/kernel/tracing");
	snprintf(path, sizeof(path), "%s/" EVENT_DIR, dir);
	if (!access(path, F_OK))
		return EXIT_OK;
	return module_is_there() ? no_events() : module_missing();
}

static int open_pipe(struct tracefs_instance *tracefs)
{
	char *path = tracefs_instance_get_file(tracefs, "trace_pipe");
	int fd;

	if (!path)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	tracefs_put_tracing_file(path);
	return fd;
}

static int filter(struct trace_instance *i, u64 netns)
{
	char text[48];

	if (!netns)
		return EXIT_OK;
	snprintf(text, sizeof(text), "netns == %llu", netns);
	if (tracefs_instance_file_write(i->tracefs, EVENT_DIR "/filter", text) < 0)
		return msg_error("cannot have one namespace's events alone: %m");
	return EXIT_OK;
}

static int start(struct trace_instance *i, u64 netns)
{
	int ret;

	i->pipe = open_pipe(i->tracefs);
	if (i->pipe < 0 && errno == EPERM)
		return no_events();
	if (i->pipe < 0)
		return msg_error("cannot open the trace pipe: %m");
	/* The clock can be told as time of day; a smaller buffer than wished for will do. */
	tracefs_instance_file_write(i->tracefs, "trace_clock", "mono");
	tracefs_instance_file_write(i->tracefs, "buffer_size_kb", BUFFER_KB);
	ret = filter(i, netns);
	if (ret)
		return ret;
	if (tracefs_instance_file_write(i->tracefs, EVENT_DIR "/enable", "1") < 0)
		return msg_error("cannot switch the trace event on: %m");
	return EXIT_OK;
}

int trace_instance_open(struct trace_instance **instance, u64 netns)
{
	struct trace_instance *i;
	char name[32];
	int ret;

	ret = check_tracefs();
	if (ret)
		return ret;
	tracefs_instances_walk(remove_if_stale, NULL);
	i = calloc(1, sizeof(*i));
	if (!i)
		return msg_error("out of memory");
	i->pipe = -1;
	snprintf(name, sizeof(name), NAME_PREFIX "%d", getpid());
	i->tracefs = tracefs_instance_create(name);
	if (!i->tracefs) {
		ret = errno == EINVAL ? no_events() : msg_error("cannot make a trace instance: %m");
		free(i);
		return ret;
	}
	ret = start(i, netns);
	if (ret)
		trace_instance_close(i);
	else
		*instance = i;
	return ret;
}

static void take_lines(struct trace_instance *i, void (*line)(char *line, void *data), void *data)
{
	char *start = i->text, *newline;
	size_t left;

	i->text[i->used] = '\0';
	while ((newline = strchr(start, '\n'))) {
		*newline = '\0';
		line(start, data);
		start = newline + 1;
	}
	left = i->used - (start - i->text);
	/* No event is that long: what is there is no line of one. */
	if (left == sizeof(i->text) - 1)
		left = 0;
	memmove(i->text, start, left);
	i->used = left;
}

int trace_instance_read(struct trace_instance *i, int wait_ms,
			void (*line)(char *line, void *data), void *data)
{
	struct pollfd poller = { .fd = i->pipe, .events = POLLIN };
	ssize_t n;

	n = poll(&poller, 1, wait_ms);
	if (n < 0)
		return -errno;
	n = read(i->pipe, i->text + i->used, sizeof(i->text) - 1 - i->used);
	if (n < 0)
		return -errno;
	if (!n)
		return -EAGAIN;
	i->used += n;
	take_lines(i, line, data);
	return 0;
}

void trace_instance_stop(struct trace_instance *i)
{
	tracefs_instance_file_write(i->tracefs, EVENT_DIR "/enable", "0");
}

/* What "name: number" lines say, 0 if there is none of that name. */
static u64 stat_value(const char *stats, const char *name)
{
	size_t len = strlen(name);

	for (; stats; stats = strchr(stats, '\n')) {
		stats += *stats == '\n';
		if (!strncmp(stats, name, len) && stats[len] == ':')
			return strtoull(stats + len + 1, NULL, 10);
	}
	return 0;
}

u64 trace_instance_lost(struct trace_instance *i)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	u64 lost = 0;

	for (long cpu = 0; cpu < cpus; cpu++) {
		char file[64], *stats;

		snprintf(file, sizeof(file), "per_cpu/cpu%ld/stats", cpu);
		stats = tracefs_instance_file_read(i->tracefs, file, NULL);
		if (!stats)
			continue;
		lost += stat_value(stats, "overrun") + stat_value(stats, "dropped events");
		free(stats);
	}
	return lost;
}

void trace_instance_close(struct trace_instance *i)
{
	trace_instance_stop(i);
	if (i->pipe >= 0)
		close(i->pipe);
	tracefs_instance_destroy(i->tracefs);
	tracefs_instance_free(i->tracefs);
	free(i);
}
