// SPDX-License-Identifier: GPL-2.0
/* Lines of the trace event, see told.h. */
#include "told.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "fail.h"
#include "setting.h"

#define TRACEFS	"/sys/kernel/tracing"

/**
 * told_open() - make an instance; the event is off in it
 * @t: filled; failures end the test
 */
void told_open(struct told *t)
{
	char path[256];

	snprintf(t->dir, sizeof(t->dir), TRACEFS "/instances/told");
	/* A test that failed has left it. */
	if (!access(t->dir, F_OK)) {
		told_switch(t, false);
		rmdir(t->dir);
	}
	if (mkdir(t->dir, 0700))
		die_errno("cannot make %s", t->dir);
	snprintf(path, sizeof(path), "%s/trace_pipe", t->dir);
	t->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		die_errno("cannot open %s", path);
	t->rest[0] = '\0';
}

/**
 * told_switch() - switch the event on or off
 * @t: of told_open()
 * @on: whether
 */
void told_switch(const struct told *t, bool on)
{
	char path[256];
	int err;

	snprintf(path, sizeof(path), "%s/events/tcp_closestat/tcp_close/enable", t->dir);
	err = setting_write(-1, path, on ? "1" : "0", 1);
	if (err)
		die("cannot switch the event: %s", strerror(-err));
}

/**
 * told_close() - remove the instance, and with it what was told
 * @t: of told_open()
 */
void told_close(struct told *t)
{
	close(t->fd);
	if (rmdir(t->dir))
		die_errno("cannot remove %s", t->dir);
}

static void pull(struct told *t)
{
	const size_t have = strlen(t->rest);
	const ssize_t n = read(t->fd, t->rest + have, sizeof(t->rest) - 1 - have);

	if (n > 0)
		t->rest[have + n] = '\0';
}

/* Take a line out of what has been read. */
static void take(char *at, char *line)
{
	char *end = strchr(at, '\n');
	const size_t len = end - at;

	check(len < TOLD_LINE, "a line of %zu bytes", len);
	memcpy(line, at, len);
	line[len] = '\0';
	memmove(at, end + 1, strlen(end + 1) + 1);
}

/* Where a machine was too busy to read what it was told, the kernel says so in between. */
static bool is_gap(const char *line)
{
	return !strncmp(line, "CPU:", 4) && strstr(line, " [LOST ");
}

/**
 * told_next() - the next event
 * @t: of told_open()
 * @line: TOLD_LINE bytes, filled
 *
 * Some may be missing before it.
 *
 * Return: whether there was one.
 */
bool told_next(struct told *t, char *line)
{
	do {
		if (!strchr(t->rest, '\n'))
			pull(t);
		if (!strchr(t->rest, '\n'))
			return false;
		take(t->rest, line);
	} while (is_gap(line));
	return true;
}

/* Before them there is the name of the task that was running. */
static const char *fields(const char *line)
{
	const char *at = strstr(line, " netns=");

	if (!at)
		die("no event: '%s'", line);
	return at;
}

/**
 * told_number() - a number of a line
 * @line: of told_next()
 * @name: of the field
 */
int64_t told_number(const char *line, const char *name)
{
	char want[64];
	const char *at;

	snprintf(want, sizeof(want), " %s=", name);
	at = strstr(fields(line), want);
	if (!at)
		die("no %s in '%s'", name, line);
	return strtoll(at + strlen(want), NULL, 10);
}

/**
 * told_in() - whether a connection ended in a namespace
 * @line: of told_next()
 * @ns: its file descriptor
 */
bool told_in(const char *line, int ns)
{
	struct stat st;

	if (fstat(ns, &st))
		die_errno("fstat");
	return told_number(line, "netns") == (int64_t)st.st_ino;
}

/**
 * told_comm() - the name of the process of a line
 * @line: of told_next()
 *
 * It is the last, and there may be anything in it.
 */
const char *told_comm(const char *line)
{
	const char *at = strstr(fields(line), " comm=");

	if (!at)
		die("no comm in '%s'", line);
	return at + strlen(" comm=");
}

static bool find(struct told *t, const char *in, const char *how, char *line)
{
	char *at = t->rest, *end;

	pull(t);
	while ((end = strchr(at, '\n'))) {
		*end = '\0';
		if (strstr(at, in) && strstr(at, how)) {
			*end = '\n';
			take(at, line);
			return true;
		}
		*end = '\n';
		at = end + 1;
	}
	return false;
}

/**
 * told_wait() - wait for the end of a connection
 * @t: of told_open()
 * @ns: file descriptor of the namespace that it ends in
 * @ended: how, a word
 * @line: TOLD_LINE bytes, filled; other lines are left for later
 */
void told_wait(struct told *t, int ns, const char *ended, char *line)
{
	char in[64], how[64];
	struct stat st;

	if (fstat(ns, &st))
		die_errno("fstat");
	snprintf(in, sizeof(in), " netns=%" PRIu64 " ", (uint64_t)st.st_ino);
	snprintf(how, sizeof(how), " ended=%s ", ended);
	until(find(t, in, how, line));
}
