// SPDX-License-Identifier: GPL-2.0
/* The kernel's ring buffer of trace events, see observer_trace.h. */
#include "observer_trace.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"
#include "setting.h"

#define TRACEFS		"/sys/kernel/tracing"
#define PAGE		4096

/* Kinds of entries in a page of the buffer, linux/ring_buffer.h. */
#define TYPE_DATA_MAX	28
#define TYPE_PADDING	29
#define TYPE_EXTEND	30
#define TYPE_STAMP	31

/* A page begins with a time stamp and the length of what follows. */
#define PAGE_HEADER	16
#define COMMIT_MASK	((1U << 27) - 1)

static void write_file(const struct trace *t, const char *name, const char *text)
{
	char path[256];
	int err;

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	err = setting_write(-1, path, text, strlen(text));
	if (err)
		die("cannot write to %s: %s", path, strerror(-err));
}

/* @fields: up to four names, NULL at the end. */
static void learn_event(struct trace_event *ev, const char *dir, const char *name,
			const char *const *fields)
{
	char path[256], text[8192], want[64];
	const char *at;
	unsigned int i;

	snprintf(path, sizeof(path), "%s/events/%s/format", dir, name);
	if (setting_read(-1, path, text, sizeof(text)) < 0)
		die_errno("cannot read %s", path);
	at = strstr(text, "ID: ");
	if (!at || sscanf(at, "ID: %u", &ev->id) != 1)
		die("%s has no ID", path);
	for (i = 0; fields[i]; i++) {
		snprintf(want, sizeof(want), " %s;\toffset:", fields[i]);
		at = strstr(text, want);
		if (!at)
			die("%s has no field %s", path, fields[i]);
		ev->off[i] = atoi(at + strlen(want));
	}
}

/**
 * trace_start() - begin to observe
 * @t: filled; failures end the test
 */
void trace_start(struct trace *t)
{
	static const char *const set_state[] = { "oldstate", "newstate", NULL };
	static const char *const close_fields[] = { "netns", "ended", "rst", NULL };
	char path[256];

	memset(t, 0, sizeof(*t));
	snprintf(t->dir, sizeof(t->dir), TRACEFS "/instances/observer.%d", getpid());
	if (mkdir(t->dir, 0700))
		die_errno("cannot make %s", t->dir);
	learn_event(&t->set_state, t->dir, "sock/inet_sock_set_state", set_state);
	learn_event(&t->close, t->dir, "tcp_closestat/tcp_close", close_fields);

	for (t->n_cpus = 0; t->n_cpus < TRACE_CPUS; t->n_cpus++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%u/trace_pipe_raw",
			 t->dir, t->n_cpus);
		t->fd[t->n_cpus] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (t->fd[t->n_cpus] < 0)
			break;
	}
	if (!t->n_cpus)
		die_errno("no buffers to read");

	write_file(t, "buffer_size_kb", "16384");
	write_file(t, "events/sock/inet_sock_set_state/filter", "protocol == 6");
	write_file(t, "events/sock/inet_sock_set_state/enable", "1");
	write_file(t, "events/tcp_closestat/tcp_close/enable", "1");
}

static void saw_close(struct trace_seen *seen, uint32_t inode, unsigned int ended,
		      unsigned int rst)
{
	unsigned int i = 0;

	if (ended >= TRACE_ENDED || rst >= TRACE_RST)
		die("tcp_close says ended %u, rst %u", ended, rst);
	while (i < seen->n_netns && seen->netns[i].inode != inode)
		i++;
	if (i == TRACE_NETNS)
		die("more namespaces than expected");
	if (i == seen->n_netns)
		seen->netns[seen->n_netns++].inode = inode;
	seen->netns[i].ended[ended][rst]++;
}

static void saw(struct trace *t, const unsigned char *data)
{
	uint16_t id;
	uint32_t u32, from;

	memcpy(&id, data, sizeof(id));
	if (id == t->set_state.id) {
		memcpy(&from, data + t->set_state.off[0], sizeof(from));
		memcpy(&u32, data + t->set_state.off[1], sizeof(u32));
		if (u32 >= TRACE_STATES)
			die("inet_sock_set_state says newstate %u", u32);
		/* tcp_close() sets the state that it finds. */
		t->seen.state[u32] += u32 != from;
	} else if (id == t->close.id) {
		memcpy(&u32, data + t->close.off[0], sizeof(u32));
		saw_close(&t->seen, u32, data[t->close.off[1]],
			  data[t->close.off[2]]);
	} else {
		die("an event that was not asked for: %u", id);
	}
}

static void parse_page(struct trace *t, const unsigned char *page)
{
	const unsigned char *at = page + PAGE_HEADER, *end;
	uint64_t commit;

	memcpy(&commit, page + 8, sizeof(commit));
	end = at + (commit & COMMIT_MASK);
	if (end > page + PAGE)
		die("a page of %u bytes", (unsigned int)(commit & COMMIT_MASK));

	while (at < end) {
		uint32_t head, len;
		unsigned int type;

		memcpy(&head, at, sizeof(head));
		memcpy(&len, at + 4, sizeof(len));
		type = head & 31;
		if (type == TYPE_PADDING) {
			/* Without a time: the rest of the page. */
			if (!(head >> 5))
				return;
			at += 4 + len;
		} else if (type == TYPE_EXTEND || type == TYPE_STAMP) {
			at += 8;
		} else if (type) {
			saw(t, at + 4);
			at += 4 + 4 * type;
		} else {
			saw(t, at + 8);
			/* Its length includes the word it is in. */
			at += 4 + ((len + 3) & ~3U);
		}
	}
}

/**
 * trace_drain() - take what has gone by out of the buffers
 * @t: of trace_start()
 *
 * Return: whether there was anything.
 */
bool trace_drain(struct trace *t)
{
	static unsigned char page[PAGE];
	bool any = false;
	unsigned int i;
	ssize_t n;

	for (i = 0; i < t->n_cpus; i++) {
		while ((n = read(t->fd[i], page, PAGE)) > PAGE_HEADER) {
			parse_page(t, page);
			any = true;
		}
		if (n < 0 && errno != EAGAIN)
			die_errno("cannot read the buffer");
	}
	return any;
}

/* An observer that has missed something has nothing to say. */
static void check_complete(const struct trace *t)
{
	char path[256], text[1024];
	unsigned int i;

	for (i = 0; i < t->n_cpus; i++) {
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%u/stats", t->dir, i);
		if (setting_read(-1, path, text, sizeof(text)) < 0)
			die_errno("cannot read %s", path);
		if (!strstr(text, "\noverrun: 0\n") ||
		    !strstr(text, "\ncommit overrun: 0\n") ||
		    !strstr(text, "\ndropped events: 0\n"))
			die("events were lost: %s", text);
	}
}

/**
 * trace_stop() - take the last events, and make sure that none was lost
 * @t: of trace_start(); @seen stays
 */
void trace_stop(struct trace *t)
{
	unsigned int i;

	write_file(t, "events/enable", "0");
	while (trace_drain(t))
		;
	check_complete(t);
	for (i = 0; i < t->n_cpus; i++)
		close(t->fd[i]);
	if (rmdir(t->dir))
		die_errno("cannot remove %s", t->dir);
}

/**
 * trace_ended() - the tcp_close events of a namespace
 * @seen: of the observer
 * @inode: of the namespace
 *
 * Return: counts by kind and cause; NULL: there were none.
 */
const uint64_t (*trace_ended(const struct trace_seen *seen,
			     uint32_t inode))[TRACE_RST]
{
	unsigned int i;

	for (i = 0; i < seen->n_netns; i++)
		if (seen->netns[i].inode == inode)
			return seen->netns[i].ended;
	return NULL;
}
