// SPDX-License-Identifier: GPL-2.0
/* closestat list: the sockets that close, as ss shows sockets, with whose they are and how old. */
#include "command.h"
#include "endpoint.h"
#include "lib/units.h"
#include "msg.h"
#include "netns_each.h"
#include "socklist.h"

#include <stdio.h>
#include <string.h>

struct list {
	const struct options *options;
	struct sock_filter filter;
	u32 states;		/* where the filter names none */
	struct table *table;
};

static int add_filter(void *data, const char *text)
{
	return sock_filter_add(data, text);
}

static void add_columns(struct list *l)
{
	bool json = l->options->json;

	if (l->options->all)
		table_column(l->table, "NETNS", COLUMN_TEXT);
	table_column(l->table, "STATE", COLUMN_TEXT);
	table_column(l->table, json ? "AGE_MS" : "AGE", COLUMN_NUMBER);
	table_column(l->table, json ? "FIRST_FIN_MS" : "FIRST-FIN", COLUMN_NUMBER);
	table_column(l->table, json ? "CLOSED_BY" : "CLOSED-BY", COLUMN_TEXT);
	table_column(l->table, json ? "LEFT_MS" : "LEFT", COLUMN_NUMBER);
	table_column(l->table, json ? "RECV_Q" : "RECV-Q", COLUMN_NUMBER);
	table_column(l->table, json ? "SEND_Q" : "SEND-Q", COLUMN_NUMBER);
	table_column(l->table, json ? "RETRANSMITS" : "RETR", COLUMN_NUMBER);
	table_column(l->table, "LOCAL", COLUMN_TEXT);
	table_column(l->table, "PEER", COLUMN_TEXT);
	table_column(l->table, "PROCESS", COLUMN_TEXT);
	table_column(l->table, "UNIT", COLUMN_TEXT);
	if (!json)
		return;
	table_column(l->table, "PID", COLUMN_NUMBER);
	table_column(l->table, "FD", COLUMN_NUMBER);
	table_column(l->table, "UID", COLUMN_NUMBER);
	table_column(l->table, "HELD_BY", COLUMN_TEXT);
	table_column(l->table, "AT_LEAST", COLUMN_NUMBER);
}

static void add_time(struct table *t, bool json, bool known, bool at_least, u64 us)
{
	char text[DURATION_SIZE];

	if (!known)
		table_cell(t, json ? NULL : "-");
	else if (json)
		table_cell(t, "%llu", us / US_PER_MS);
	else
		table_cell(t, "%s%s", at_least ? ">" : "", format_duration(us, text));
}

/* The holder: a program, its listener, or nobody any more. */
static const char *held_by(const struct listed *s)
{
	if (s->unaccepted)
		return "listener";
	return s->sock.inode ? "process" : "kernel";
}

static void add_process(struct table *t, bool json, const struct listed *s)
{
	const struct owner *o = s->owner;

	if (json)
		table_cell(t, o ? "%s" : NULL, o ? o->command : "");
	else if (o && s->unaccepted)
		table_cell(t, "%s/%d has not accepted it", o->command, o->pid);
	else if (o)
		table_cell(t, "%s/%d fd %d", o->command, o->pid, o->fd);
	else
		table_cell(t, "%s", s->sock.inode ? "?" : s->unaccepted ? "not accepted" : "-");
}

static const char *closed_by(const char *closed, bool json)
{
	if (json)
		return closed;
	if (!strcmp(closed, "active"))
		return "us";
	if (!strcmp(closed, "passive"))
		return "peer";
	return *closed ? "both" : "-";
}

static void add_row(struct list *l, const struct listed *s, const char *netns)
{
	char local[ENDPOINT_SIZE], peer[ENDPOINT_SIZE];
	bool json = l->options->json;
	struct table *t = l->table;

	table_row(t);
	if (l->options->all)
		table_cell(t, "%s", netns);
	table_cell(t, "%s", sock_filter_state_name(s->sock.state));
	add_time(t, json, s->age_us, s->at_least, s->age_us);
	add_time(t, json, s->first_known, false, s->first_us);
	table_cell(t, "%s", closed_by(s->closed, json));
	add_time(t, json, s->sock.timewait, false, s->sock.left_ms * US_PER_MS);
	table_cell(t, "%u", s->sock.rqueue);
	table_cell(t, "%u", s->sock.wqueue);
	table_cell(t, "%u", s->sock.retransmits);
	table_cell(t, "%s", endpoint_format(s->sock.family, &s->sock.src, s->sock.sport, local));
	table_cell(t, "%s", endpoint_format(s->sock.family, &s->sock.dst, s->sock.dport, peer));
	add_process(t, json, s);
	table_cell(t, "%s", *s->unit || json ? s->unit : "-");
	if (!json)
		return;
	if (s->owner) {
		table_cell(t, "%d", s->owner->pid);
		table_cell(t, s->unaccepted ? NULL : "%d", s->owner->fd);
	} else {
		table_cell(t, NULL);
		table_cell(t, NULL);
	}
	table_cell(t, "%u", s->sock.uid);
	table_cell(t, "%s", held_by(s));
	table_cell(t, "%d", s->at_least);
}

static int list_one(const char *name, const char *spec, void *data)
{
	struct list *l = data;
	struct socklist socks;
	int ret;

	(void)spec;
	ret = socklist_read(&l->filter, l->states, &socks);
	if (ret)
		return ret;
	for (size_t i = 0; i < socks.n; i++)
		add_row(l, &socks.v[i], name);
	socklist_free(&socks);
	return EXIT_OK;
}

static int list(const struct options *o, int n, char **words)
{
	struct list l = { .options = o, .states = sock_filter_closing() };
	int ret;

	ret = options_filters(o, n, words, add_filter, &l.filter, sock_filter_values, "list");
	if (ret)
		return ret;
	/* The holders of a port, whatever their state. */
	if (l.filter.port || l.filter.sport)
		l.states = ~0U;
	l.table = table_new("sockets", o->format);
	add_columns(&l);
	ret = o->all ? netns_each(list_one, &l, false) : list_one("", "", &l);
	return table_print(l.table) ? : ret;
}

static void print_words(void)
{
	const char *name;

	for (size_t i = 0; (name = sock_filter_name(i)); i++)
		printf("%s=\n", name);
}

const struct command cmd_list = {
	.name = "list",
	.usage = "[-N NETNS | -A] [-j [-p]] [FILTER...]",
	.summary = "List the sockets that close: how long already, and who holds them",
	.help = "The oldest first. AGE is how long a socket has been in its state; after a '>' it\n"
		"is at least that, by the last segment that went or came. FIRST-FIN is how long ago\n"
		"the first FIN went by, which takes CAP_NET_ADMIN, and CLOSED-BY whose it was. LEFT is\n"
		"how long the kernel will keep it yet. All FILTERs have to hold; --port 80 is port=80:\n"
		"  --state STATES     such as close-wait,fin-wait-1; all\n"
		"  --port N           of either end; --sport ours, --dport the peer's. With --port and\n"
		"                     --sport sockets of every state are listed: who holds the port\n"
		"  --peer ADDR[:PORT] the other end\n"
		"  --program NAME     the name or id of the process\n"
		"  --unit NAME        the systemd unit or container\n"
		"  --older DURATION   in this state for at least so long, as in 10min\n"
		"\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or a path\n"
		"  -A, --all          of every namespace that has a name or a process\n"
		"  -j, --json         as JSON\n"
		"  -p, --pretty       JSON with line breaks\n",
	.options = "NAjpf",
	.run = list,
	.print_words = print_words,
};
