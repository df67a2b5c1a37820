// SPDX-License-Identifier: GPL-2.0
#include "ends.h"

#include "port_scan.h"
#include "port_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#define MAX_GROUPS 4096

/* More than the head of a request: somebody was sending a body. */
#define UPLOAD_BYTES 65536

/* A greeting is a line or two. More is what the client wanted. */
#define GREETING_BYTES 1024

/* Services of protocols that have no answers: data of FTP, syslog, graphite, GELF, fluentd. */
static const u16 one_way[] = { 20, 514, 601, 1514, 2003, 2004, 6514, 12201, 24224 };

/* Of protocols in which the server speaks first: FTP, SSH, mail, NNTP, rsync, MySQL, VNC. */
static const u16 greeting[] = { 21, 22, 25, 110, 119, 143, 587, 873, 2222, 3306, 5900 };

static bool number(const struct trace_line *line, const char *name, u64 *value)
{
	*value = 0;
	return !parse_u64(trace_line_value(line, name), value);
}

static void copy(char *to, size_t size, const struct trace_line *line, const char *name)
{
	snprintf(to, size, "%s", trace_line_value(line, name));
	for (; *to; to++) {
		if (*to < ' ' || *to > '~')
			*to = '?';
	}
}

static bool same(const struct end_group *a, const struct end_group *b)
{
	return a->netns == b->netns && a->port == b->port && a->served == b->served &&
	       a->kind == b->kind &&
	       !strcmp(a->how, b->how) && !strcmp(a->cause, b->cause) &&
	       !strcmp(a->peer, b->peer) && !strcmp(a->program, b->program) &&
	       !strcmp(a->err, b->err);
}

static bool is_refused(const struct end_group *g)
{
	u64 err;

	return !strcmp(g->how, "connect_failed") && !parse_u64(g->err, &err) &&
	       err == ECONNREFUSED;
}

/* Refused by the same host, on whichever port. */
static bool same_host(const struct end_group *a, const struct end_group *b)
{
	return is_refused(b) && a->netns == b->netns && !strcmp(a->peer, b->peer) &&
	       !strcmp(a->program, b->program);
}

/* A scan of all ports fills the groups. */
static struct end_group *find_host(struct ends *ends, const struct end_group *g)
{
	for (size_t i = 0; is_refused(g) && i < ends->n; i++) {
		if (!same_host(g, &ends->v[i]))
			continue;
		ends->v[i].crowded = true;
		return &ends->v[i];
	}
	return NULL;
}

static struct end_group *find(struct ends *ends, const struct end_group *g)
{
	struct end_group *more;

	for (size_t i = 0; i < ends->n; i++) {
		if (same(&ends->v[i], g))
			return &ends->v[i];
	}
	if (ends->n == MAX_GROUPS)
		return find_host(ends, g);
	/* Grows at each power of two. */
	if (!(ends->n & (ends->n - 1))) {
		more = realloc(ends->v, (ends->n ? ends->n * 2 : 1) * sizeof(*more));
		if (!more)
			return NULL;
		ends->v = more;
	}
	ends->v[ends->n] = *g;
	return &ends->v[ends->n++];
}

/* The fields of an event that its kind is told by. */
struct facts {
	u64 sent, received;
	bool bytes;		/* these two are known */
	bool idle, busy;	/* neither: that is not known */
	bool closed;		/* both sides had: it ended in LAST_ACK */
};

static struct facts facts_of(const struct trace_line *line)
{
	struct facts f = { 0 };
	u64 idle, last_ack;

	f.bytes = number(line, "bytes_received", &f.received) &&
		  number(line, "bytes_sent", &f.sent);
	if (number(line, "idle_us", &idle)) {
		f.idle = idle >= ENDS_IDLE_US;
		f.busy = !f.idle;
	}
	f.closed = number(line, "last_ack_us", &last_ack) && last_ack;
	return f;
}

static enum end_kind kind_of_reset(const struct end_group *g, const struct facts *f)
{
	if (!strcmp(g->cause, "linger"))
		return g->served && f->bytes && f->sent && f->busy ? END_ANSWERED : END_PLAIN;
	if (strcmp(g->cause, "data_after_close"))
		return END_PLAIN;
	if (f->idle)
		return END_IDLE;
	/* Many requests, each with its answer, are none. */
	return f->bytes && f->received >= UPLOAD_BYTES && f->received > f->sent ? END_UPLOAD :
										END_PLAIN;
}

/* A client that closes after a silence may have waited for an answer. */
static enum end_kind kind_of_received(const struct end_group *g, const struct facts *f)
{
	if (f->closed && (!g->served || f->busy))
		return END_CLOSED;
	if (!g->served || !f->bytes || f->received)
		return END_PLAIN;
	if (!f->sent)
		return END_PROBE;
	return f->sent <= GREETING_BYTES &&
	       port_is_one_of(g->port, greeting, ARRAY_SIZE(greeting)) ? END_GREETED : END_PLAIN;
}

/* A request that was not answered: by a server that closed first, or after the client's FIN. */
static enum end_kind kind_of_fin(const struct end_group *g, const struct facts *f)
{
	bool passive = !strcmp(g->how, "passive_fin");
	u64 asked = g->served ? f->received : f->sent;
	u64 answered = g->served ? f->sent : f->received;

	if (!f->bytes || !asked || answered || (!g->served && !passive) ||
	    port_is_one_of(g->port, one_way, ARRAY_SIZE(one_way)))
		return END_PLAIN;
	if (g->served != passive)
		return END_CLOSED_ON;
	return f->idle ? END_GIVEN_UP : END_UNANSWERED;
}

static enum end_kind kind_of(const struct end_group *g, const struct trace_line *line)
{
	struct facts f = facts_of(line);
	bool nothing = f.bytes && !f.sent && !f.received;

	if (!strcmp(g->how, "rst_sent"))
		return kind_of_reset(g, &f);
	if (!strcmp(g->how, "passive_fin") || !strcmp(g->how, "active_fin"))
		return kind_of_fin(g, &f);
	if (!strcmp(g->how, "rst_received"))
		return kind_of_received(g, &f);
	if (!strcmp(g->how, "other"))
		return nothing && !g->served ? END_GIVEN_UP : END_PLAIN;
	return END_PLAIN;
}

/* Of a server's good ends nobody asks for the peers, which may be many. */
static bool is_told(const struct end_group *g)
{
	return !g->served || g->kind != END_PLAIN ||
	       (strcmp(g->how, "active_fin") && strcmp(g->how, "passive_fin") &&
		strcmp(g->how, "simultaneous_fin"));
}

void ends_add(struct ends *ends, const struct trace_line *line,
	      bool (*serves)(u64 netns, u16 sport, u16 dport, void *data), void *data)
{
	struct end_group g = { 0 }, *found;
	u64 sport, dport, idle, age;

	number(line, "netns", &g.netns);
	number(line, "sport", &sport);
	number(line, "dport", &dport);
	copy(g.how, sizeof(g.how), line, "ended");
	/* A refused segment was meant for a port of ours; the end that connects is no server. */
	if (!strcmp(g.how, "no_socket"))
		g.served = true;
	else
		g.served = strcmp(g.how, "connect_failed") &&
			   serves(g.netns, sport, dport, data);
	g.port = g.served ? sport : dport;
	copy(g.cause, sizeof(g.cause), line, "rst");
	copy(g.peer, sizeof(g.peer), line, "daddr");
	copy(g.program, sizeof(g.program), line, "comm");
	copy(g.err, sizeof(g.err), line, "errno");
	g.kind = kind_of(&g, line);
	if (!strncmp(g.peer, "::ffff:", 7))
		memmove(g.peer, g.peer + 7, strlen(g.peer + 7) + 1);
	found = is_told(&g) ? find(ends, &g) : NULL;
	if (!found)
		return;
	number(line, "age_ms", &age);
	found->age_ms = found->count++ ? MIN(found->age_ms, age) : age;
	if (number(line, "idle_us", &idle))
		found->idle_max_us = MAX(found->idle_max_us, idle);
}

void ends_merge(struct ends *ends, const struct ends *more)
{
	for (size_t i = 0; i < more->n; i++) {
		struct end_group g = more->v[i], *found;

		g.count = 0;
		found = find(ends, &g);
		if (!found)
			continue;
		found->crowded |= g.crowded;
		found->age_ms = found->count ? MIN(found->age_ms, g.age_ms) : g.age_ms;
		found->idle_max_us = MAX(found->idle_max_us, g.idle_max_us);
		found->count += more->v[i].count;
	}
}

bool ends_match(const struct end_group *g, u64 netns, const char *how, const char *cause,
		bool (*want)(const struct end_group *group))
{
	return g->netns == netns && !strcmp(g->how, how) && (!cause || !strcmp(g->cause, cause)) &&
	       (!want || want(g));
}

struct ends_sum ends_sum(const struct ends *ends, u64 netns, const char *how, const char *cause,
			 bool (*want)(const struct end_group *group))
{
	struct ends_sum s = { 0 };

	for (size_t i = 0; ends && i < ends->n; i++) {
		const struct end_group *g = &ends->v[i];

		if (!ends_match(g, netns, how, cause, want))
			continue;
		s.age_ms = s.count ? MIN(s.age_ms, g->age_ms) : g->age_ms;
		s.count += g->count;
		s.idle_max_us = MAX(s.idle_max_us, g->idle_max_us);
	}
	return s;
}

static int compare(const void *a, const void *b)
{
	const struct end_group *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

static bool is_few(const struct end_group *g)
{
	return g->count <= PORT_SCAN_ASKED || g->crowded;
}

/* Of that program, and of that host. */
static void mark_scan(struct ends *ends, const struct end_group *of)
{
	size_t ports = 0;

	for (size_t i = 0; i < ends->n; i++)
		ports += is_few(&ends->v[i]) && same_host(of, &ends->v[i]);
	for (size_t i = 0; ports >= PORT_SCAN_PORTS && i < ends->n; i++) {
		if (is_few(&ends->v[i]) && same_host(of, &ends->v[i]))
			ends->v[i].kind = END_SCAN;
	}
}

void ends_sort(struct ends *ends)
{
	for (size_t i = 0; i < ends->n; i++) {
		if (ends->v[i].kind != END_SCAN && is_refused(&ends->v[i]) && is_few(&ends->v[i]))
			mark_scan(ends, &ends->v[i]);
	}
	if (ends->n)
		qsort(ends->v, ends->n, sizeof(*ends->v), compare);
}

void ends_free(struct ends *ends)
{
	free(ends->v);
	*ends = (struct ends){ 0 };
}
