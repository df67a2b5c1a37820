// SPDX-License-Identifier: GPL-2.0
/* doctor: what the checks ask for. */
#include "doctor.h"
#include "lib/mib.h"
#include "lib/procfile.h"
#include "lib/units.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 3
#define FILES_PERCENT 95

/* Of the kubelet, whatever runs its Services */
#define KUBELET_PORT 10250

u64 doctor_total(const struct doctor *d, const char *row)
{
	return counters_value(&d->now.module.v[0].counters, row);
}

/* The module may have been loaded anew meanwhile. */
u64 doctor_rose(const struct doctor *d, const char *row)
{
	u64 then = counters_value(&d->before.module.v[0].counters, row);
	u64 now = doctor_total(d, row);

	return now > then ? now - then : 0;
}

u64 doctor_kernel(const struct doctor *d, const char *name, u64 *rose)
{
	u64 value[2] = { 0 };

	if (d->before.netstat)
		mib_value(d->before.netstat, "TcpExt", name, &value[0]);
	if (d->now.netstat)
		mib_value(d->now.netstat, "TcpExt", name, &value[1]);
	if (rose)
		*rose = value[1] > value[0] ? value[1] - value[0] : 0;
	return value[1];
}

static u64 number_in(const char *text, const char *line, const char *word)
{
	const char *at = text ? strstr(text, line) : NULL;
	char mark[24];

	snprintf(mark, sizeof(mark), " %s ", word);
	at = at ? strstr(at, mark) : NULL;
	return at ? strtoull(at + strlen(mark), NULL, 10) : 0;
}

/* What is counted by the kind of socket has a line of its own for IPv6. */
u64 doctor_sockstat(const struct doctor *d, const char *word)
{
	return number_in(d->sockstat, "TCP:", word) + number_in(d->sockstat6, "TCP6:", word);
}

u64 doctor_out_rsts(const struct doctor *d)
{
	u64 then = counters_value(&d->before.kernel, "OutRsts");
	u64 now = counters_value(&d->now.kernel, "OutRsts");

	return now > then ? now - then : 0;
}

bool doctor_listens(const struct doctor *d, u16 port)
{
	for (size_t i = 0; i < d->listeners.n; i++) {
		if (d->listeners.v[i].sport == port)
			return true;
	}
	return false;
}

/*
 * Where nobody listens (any more), a port of the range of connect() is a client's, though the
 * service at the other end may have a higher one, as 50051.
 */
bool doctor_serves(u64 netns, u16 sport, u16 dport, void *data)
{
	const struct doctor *d = data;

	if (d->inode == netns && doctor_listens(d, sport))
		return true;
	if (d->inode == netns && sport >= d->low_port && sport <= d->high_port)
		return false;
	return sport < dport;
}

bool doctor_is_node(const struct doctor *d)
{
	return doctor_listens(d, KUBELET_PORT);
}

const struct owner *doctor_listener(const struct doctor *d, u16 port)
{
	const struct owner *found = NULL;
	u32 waiting = 0;

	for (size_t i = 0; i < d->listeners.n; i++) {
		const struct sock *l = &d->listeners.v[i];
		const struct owner *o = l->sport == port ? owners_find(&d->owners, l->inode) : NULL;

		if (!o || (found && l->rqueue <= waiting))
			continue;
		found = o;
		waiting = l->rqueue;
	}
	return found;
}

char *doctor_holder(u32 inode, const char *before)
{
	struct owners owners;
	const struct owner *o;
	u32 sought = inode;
	char *text;

	if (!inode)
		return doctor_text("%s", "");
	owners_read(&sought, 1, &owners);
	o = owners_find(&owners, inode);
	text = o ? doctor_text("%s%s/%d", before, o->command, o->pid) : doctor_text("%s", "");
	owners_free(&owners);
	return text;
}

static u64 open_files(int pid)
{
	struct dirent *entry;
	char file[32];
	u64 n = 0;
	DIR *dir;

	snprintf(file, sizeof(file), "%d/fd", pid);
	dir = procfile_opendir(file);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		n += *entry->d_name != '.';
	closedir(dir);
	return n;
}

/* The soft one; 0 if it is not known, or there is none. */
static u64 files_limit(int pid)
{
	static const char row[] = "Max open files";
	char file[32], *text = NULL, *at;
	u64 limit = 0;

	snprintf(file, sizeof(file), "%d/limits", pid);
	if (procfile_read(file, &text, NULL))
		return 0;
	at = strstr(text, row);
	if (at)
		limit = strtoull(at + strlen(row), NULL, 10);
	free(text);
	return limit;
}

u64 doctor_no_files(int pid, u64 *limit)
{
	u64 n;

	*limit = files_limit(pid);
	n = *limit ? open_files(pid) : 0;
	return n * 100 < *limit * FILES_PERCENT ? 0 : n;
}

char *doctor_idle(u64 idle_us, u64 least_us)
{
	char text[DURATION_SIZE];

	if (idle_us < least_us)
		return doctor_text("%s", "");
	return doctor_text(", idle for %s before", format_duration(idle_us, text));
}

/* Listening on IPv4 and on IPv6, or on several addresses, is once. */
static bool told_before(const struct doctor *d, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (d->listeners.v[i].sport == d->listeners.v[at].sport)
			return true;
	}
	return false;
}

char *doctor_listening(const struct doctor *d)
{
	char *text = NULL;
	size_t size, n = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return doctor_text("%s", "");
	for (size_t i = 0; i < d->listeners.n; i++) {
		const struct sock *l = &d->listeners.v[i];
		const struct owner *o = owners_find(&d->owners, l->inode);

		if (!o || told_before(d, i) || n++ >= SHOWN)
			continue;
		fprintf(f, "%s%s/%d on port %u, backlog %u", n > 1 ? "; " : "", o->command, o->pid,
			l->sport, l->wqueue);
	}
	if (n > SHOWN)
		fprintf(f, " and %zu more", n - SHOWN);
	fclose(f);
	return text;
}

static u32 drops_before(const struct doctor *d, u64 cookie)
{
	for (size_t i = 0; i < d->listened.n; i++) {
		if (d->listened.v[i].cookie == cookie)
			return d->listened.v[i].drops;
	}
	return 0;
}

/* One that came meanwhile has dropped nothing before. */
static u32 drops_of(const struct doctor *d, const struct sock *l, bool now)
{
	u32 before = drops_before(d, l->cookie);

	return now ? l->drops - before : before;
}

/* The one that follows, NULL for the first, by how many they dropped. */
static const struct sock *next_dropping(const struct doctor *d, const struct sock *last, bool now)
{
	const u32 least = last ? drops_of(d, last, now) : ~0U;
	const struct sock *found = NULL;
	u32 most = 0;

	for (size_t i = 0; i < d->listeners.n; i++) {
		const struct sock *l = &d->listeners.v[i];
		u32 drops = drops_of(d, l, now);

		/* Of those that dropped as many the order is theirs. */
		if (drops > most && (drops < least || (drops == least && l > last))) {
			most = drops;
			found = l;
		}
	}
	return found;
}

char *doctor_dropping(const struct doctor *d, bool now)
{
	const struct sock *l = next_dropping(d, NULL, now);
	size_t size, n = 0;
	char *text, *any;
	FILE *f;

	if (!l) {
		any = doctor_listening(d);
		text = doctor_text("listening here: %s", any);
		free(any);
		return text;
	}
	f = open_memstream(&text, &size);
	if (!f)
		return doctor_text("%s", "");
	for (; l && n < SHOWN; l = next_dropping(d, l, now)) {
		const struct owner *o = owners_find(&d->owners, l->inode);

		fputs(n++ ? "; " : "dropped by ", f);
		if (o)
			fprintf(f, "%s/%d on ", o->command, o->pid);
		fprintf(f, "port %u, backlog %u: %u", l->sport, l->wqueue, drops_of(d, l, now));
	}
	fputs(l ? "; and others" : "", f);
	fclose(f);
	return text;
}

static void describe_group(const struct doctor *d, const struct end_group *g, FILE *f)
{
	const struct owner *o = g->served ? doctor_listener(d, g->port) : NULL;
	bool v6 = strchr(g->peer, ':');
	u64 err;

	if (g->served)
		fprintf(f, "%llu on port %u", g->count, g->port);
	else
		fprintf(f, v6 ? "%llu with [%s]:%u" : "%llu with %s:%u", g->count, g->peer,
			g->port);
	if (*g->program)
		fprintf(f, " of %s", g->program);
	else if (o)
		fprintf(f, " of %s/%d", o->command, o->pid);
	if (g->served)
		fprintf(f, " with %s", g->peer);
	if (!parse_u64(g->err, &err) && err)
		fprintf(f, " (%s)", strerror(err));
}

char *doctor_ends_described(const struct doctor *d, const struct ends *ends, const char *how,
			    const char *cause, bool (*want)(const struct end_group *group))
{
	size_t size, n = 0, more = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return doctor_text("%s", "");
	for (size_t i = 0; ends && i < ends->n; i++) {
		const struct end_group *g = &ends->v[i];

		if (!ends_match(g, d->inode, how, cause, want))
			continue;
		if (n++ >= SHOWN) {
			more += g->count;
			continue;
		}
		fputs(n > 1 ? ", " : "", f);
		describe_group(d, g, f);
	}
	if (more)
		fprintf(f, " and %zu more", more);
	fclose(f);
	return text;
}
