// SPDX-License-Identifier: GPL-2.0
#include "show.h"

#include <arpa/inet.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The keys that connections are counted by. */
struct group {
	uint8_t addr[16];
	uint16_t port;
	uint8_t family;
	uint8_t word[2];	/* of the client and of the server */
	uint32_t causes[2];
	bool wrong;
	uint64_t count;
	uint64_t harmless;	/* RSTs for no socket */
};

/* By the server's address and port, or by the client's address. */
static void group_of(const struct shown *shown, bool by_client, struct group *g)
{
	const struct conn *conn = shown->conn;
	const struct end *end = &conn->end[by_client ? conn->client : !conn->client];

	/* Compared as bytes, gaps between the members included */
	memset(g, 0, sizeof(*g));
	memcpy(g->addr, end->addr, sizeof(g->addr));
	g->port = by_client ? 0 : end->port;
	g->family = conn->family;
	for (int i = 0; i < 2; i++) {
		int side = i ? !conn->client : conn->client;

		g->word[i] = shown->judgement.end[side].word;
		g->causes[i] = shown->judgement.end[side].causes;
		g->harmless += conn->no_socket[side];
	}
	g->wrong = shown->judgement.wrong;
	g->count = 1;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct group, count));
}

static int worst_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->wrong != y->wrong)
		return x->wrong ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return by_key(a, b);
}

/* Equal ones become one: returns how many are left. */
static size_t merge(struct group *g, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (n && !by_key(&g[n - 1], &g[i])) {
			g[n - 1].count++;
			g[n - 1].harmless += g[i].harmless;
		} else {
			g[n++] = g[i];
		}
	}
	return n;
}

static int add_row(struct libscols_table *table, const struct group *g)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char address[INET6_ADDRSTRLEN] = "?", text[256];
	int err;

	if (!line)
		return -1;
	inet_ntop(g->family, g->addr, address, sizeof(address));
	snprintf(text, sizeof(text), g->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address, g->port);
	err = scols_line_set_data(line, 0, g->port ? text : address);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)g->count);
	err |= scols_line_set_data(line, 1, text);
	err |= scols_line_set_data(line, 2, g->wrong ? "wrong" : "");
	for (int i = 0; i < 2; i++) {
		struct verdict v = { .word = g->word[i], .causes = g->causes[i] };

		err |= scols_line_set_data(line, 3 + i,
					   show_verdict(&v, text, sizeof(text)));
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)g->harmless);
	err |= scols_line_set_data(line, 5, text);
	return err ? -1 : 0;
}

static int print(const char *by, const struct group *g, size_t count)
{
	const struct { const char *name; int flags; } columns[] = {
		{ by, 0 }, { "CONNECTIONS", SCOLS_FL_RIGHT }, { "", 0 },
		{ "CLIENT-ENDED", 0 }, { "SERVER-ENDED", 0 },
		{ "HARMLESS-RST", SCOLS_FL_RIGHT },
	};
	struct libscols_table *table = scols_new_table();
	int err = table ? 0 : -1;

	for (size_t i = 0; !err && i < sizeof(columns) / sizeof(columns[0]); i++)
		if (!scols_table_new_column(table, columns[i].name, 0, columns[i].flags))
			err = -1;
	for (size_t i = 0; !err && i < count; i++)
		err = add_row(table, &g[i]);
	if (!err && count)
		err = scols_print_table(table);
	scols_unref_table(table);
	return err ? -1 : 0;
}

static int print_by(const struct report *report, bool by_client, struct group *g)
{
	size_t count;

	for (size_t i = 0; i < report->count; i++)
		group_of(&report->shown[i], by_client, &g[i]);
	qsort(g, report->count, sizeof(*g), by_key);
	count = merge(g, report->count);
	qsort(g, count, sizeof(*g), worst_first);
	return print(by_client ? "CLIENT" : "SERVER", g, count);
}

int show_summary(const struct report *report)
{
	struct group *g = calloc(report->count + 1, sizeof(*g));
	int err;

	if (!g)
		return -1;
	err = print_by(report, false, g);
	if (!err && report->count) {
		putchar('\n');
		err = print_by(report, true, g);
	}
	free(g);
	return err;
}
