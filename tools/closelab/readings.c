// SPDX-License-Identifier: GPL-2.0
#include "readings.h"

#include "lib/counters.h"
#include "lib/mib.h"
#include "lib/netns.h"
#include "lib/procfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct readings *r, const char *group, const char *name, u64 value)
{
	struct reading *row;

	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 256;

		row = realloc(r->row, room * sizeof(*row));
		if (!row)
			return -ENOMEM;
		r->row = row;
		r->room = room;
	}
	row = &r->row[r->count++];
	snprintf(row->name, sizeof(row->name), "%s%s%s", group, *group ? "." : "", name);
	row->value = value;
	return 0;
}

static int add_rows(struct readings *r, char *text, size_t len)
{
	struct counters rows;
	int err = counters_parse(text, len, &rows);

	for (size_t i = 0; !err && i < rows.n; i++)
		err = add(r, "", rows.rows[i].name, rows.rows[i].value);
	counters_free(&rows);
	return err;
}

static int add_tcp(void *data, const char *group, const char *name, u64 value)
{
	if (strcmp(group, "Tcp") && strcmp(group, "TcpExt"))
		return 0;
	return add(data, group, name, value);
}

static int add_mib(struct readings *r, char *text, size_t len)
{
	(void)len;
	return mib_each(text, add_tcp, r);
}

static int read_one(const char *file, struct readings *r,
		    int (*parse)(struct readings *r, char *text, size_t len))
{
	size_t len;
	char *text;
	int err = procfile_read(file, &text, &len);

	if (err)
		return err;
	err = parse(r, text, len);
	free(text);
	return err;
}

int readings_take(int ns, struct readings *readings)
{
	int err = netns_enter(ns);

	if (err)
		return err;
	readings->count = 0;
	err = read_one("thread-self/net/tcp_closestat", readings, add_rows);
	if (err == -ENOENT)
		err = 0;
	readings->module = readings->count;
	if (!err)
		err = read_one("thread-self/net/snmp", readings, add_mib);
	if (!err)
		err = read_one("thread-self/net/netstat", readings, add_mib);
	return netns_enter(-1) ?: err;
}

bool readings_find(const struct readings *readings, const char *name, u64 *value)
{
	for (size_t i = 0; i < readings->count; i++) {
		if (strcmp(readings->row[i].name, name))
			continue;
		*value = readings->row[i].value;
		return true;
	}
	return false;
}

bool reading_is_by_length(const char *name)
{
	return !strncmp(name, "time_wait_started_", strlen("time_wait_started_"));
}

void readings_free(struct readings *readings)
{
	free(readings->row);
	memset(readings, 0, sizeof(*readings));
}
