// SPDX-License-Identifier: GPL-2.0
#include "counters.h"

#include "lib/util.h"
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int add(struct counters *counters, const char *group, const char *name,
	       u64 value)
{
	struct counter *row;

	if (counters->count == counters->room) {
		size_t room = counters->room ? 2 * counters->room : 256;

		row = realloc(counters->row, room * sizeof(*row));
		if (!row)
			return -ENOMEM;
		counters->row = row;
		counters->room = room;
	}
	row = &counters->row[counters->count++];
	snprintf(row->name, sizeof(row->name), "%s%s%s", group,
		 *group ? "." : "", name);
	row->value = value;
	return 0;
}

int counters_parse_pairs(char *text, struct counters *counters)
{
	char *line, *next = text;

	while ((line = strsep(&next, "\n"))) {
		char *value = strchr(line, ' ');
		char *end;
		u64 n;
		int err;

		if (!*line)
			continue;
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		n = strtoull(value, &end, 10);
		if (end == value || *end)
			return -EINVAL;
		err = add(counters, "", line, n);
		if (err)
			return err;
	}
	return 0;
}

static int add_mib(char *names, char *values, struct counters *counters)
{
	char *name, *value;
	const char *group = strsep(&names, ":");

	strsep(&values, ":");
	if (strcmp(group, "Tcp") && strcmp(group, "TcpExt"))
		return 0;
	while ((name = strsep(&names, " ")) &&
	       (value = strsep(&values, " "))) {
		int err;

		if (!*name)
			continue;
		err = add(counters, group, name, strtoull(value, NULL, 10));
		if (err)
			return err;
	}
	return 0;
}

int counters_parse_mib(char *text, struct counters *counters)
{
	char *names, *values, *next = text;

	while ((names = strsep(&next, "\n")) &&
	       (values = strsep(&next, "\n"))) {
		int err = add_mib(names, values, counters);

		if (err)
			return err;
	}
	return 0;
}

/* The whole of a /proc file, to be freed; NULL and errno. */
static char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0, room = 16384;
	char *text = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	do {
		char *more = realloc(text, room);

		if (!more) {
			n = -1;
			break;
		}
		text = more;
		n = read(fd, text + len, room - len - 1);
		if (n > 0)
			len += n;
		if (len + 1 == room)
			room *= 2;
	} while (n > 0);
	close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static int read_one(const char *path, struct counters *counters,
		    int (*parse)(char *text, struct counters *counters))
{
	char *text = slurp(path);
	int err;

	if (!text)
		return -errno;
	err = parse(text, counters);
	free(text);
	return err;
}

int counters_read(int ns, struct counters *counters)
{
	int err = netns_enter(ns);

	if (err)
		return err;
	counters->count = 0;
	err = read_one("/proc/thread-self/net/tcp_closestat", counters,
		       counters_parse_pairs);
	if (err == -ENOENT)
		err = 0;
	counters->module = counters->count;
	if (!err)
		err = read_one("/proc/thread-self/net/snmp", counters,
			       counters_parse_mib);
	if (!err)
		err = read_one("/proc/thread-self/net/netstat", counters,
			       counters_parse_mib);
	return netns_enter(-1) ?: err;
}

bool counters_find(const struct counters *counters, const char *name,
		   u64 *value)
{
	for (size_t i = 0; i < counters->count; i++) {
		if (strcmp(counters->row[i].name, name))
			continue;
		*value = counters->row[i].value;
		return true;
	}
	return false;
}

void counters_free(struct counters *counters)
{
	free(counters->row);
	memset(counters, 0, sizeof(*counters));
}
