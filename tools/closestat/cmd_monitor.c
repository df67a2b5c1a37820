// SPDX-License-Identifier: GPL-2.0
/* closestat monitor: a line for each connection as it ends. */
#include "command.h"
#include "lib/clock.h"
#include "lib/signals.h"
#include "lib/units.h"
#include "monitor_print.h"
#include "msg.h"
#include "nsnames.h"
#include "trace_filter.h"
#include "trace_instance.h"
#include "trace_line.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 200

struct monitor {
	const struct options *options;
	struct trace_condition *conditions;
	int n_conditions;
	u64 inode;		/* of the only namespace to show; 0 for all */
	u64 clock_offset_us;	/* from the trace clock to the time of day */
	struct nsnames names;
	time_t names_read;
	u64 lost;
	u64 not_understood;
	u64 seen;		/* events, whether they were wanted or not */
	u64 shown;
};

/* Names are read anew for a namespace not seen before, but not more than once a second. */
static const char *namespace_name(struct monitor *m, u64 inode)
{
	time_t now = time(NULL);

	if (!nsnames_lookup(&m->names, inode) && m->names_read != now) {
		nsnames_free(&m->names);
		nsnames_read(&m->names);
		m->names_read = now;
	}
	return nsnames_find(&m->names, inode);
}

/* NULL where there is only one to be shown. */
static const char *shown_namespace(struct monitor *m, const struct trace_line *line)
{
	u64 inode;

	if (!m->options->all || parse_u64(trace_line_value(line, "netns"), &inode))
		return NULL;
	return namespace_name(m, inode);
}

static bool wanted(const struct monitor *m, const struct trace_line *line)
{
	for (int i = 0; i < m->n_conditions; i++) {
		if (!trace_condition_holds(&m->conditions[i], line))
			return false;
	}
	return true;
}

static void take_line(char *text, void *data)
{
	struct monitor *m = data;
	struct trace_line line;
	int ret = trace_line_parse(text, TRACE_EVENT, &line);

	if (ret == -EINVAL)
		m->not_understood++;
	m->seen += !ret;
	if (ret || !wanted(m, &line))
		return;
	m->shown++;
	line.us += m->clock_offset_us;
	if (m->options->json)
		monitor_print_json(&line, line.us);
	else
		monitor_print_text(&line, line.us, shown_namespace(m, &line));
}

static void report_lost(struct monitor *m, struct trace_instance *instance)
{
	u64 lost = trace_instance_lost(instance);

	if (lost == m->lost)
		return;
	if (m->options->json)
		printf("{\"lost\":%llu}\n", lost - m->lost);
	else
		msg_error("lost %llu events", lost - m->lost);
	m->lost = lost;
}

/* Until a signal, until the time is over or until nobody reads what is written. */
static int loop(struct monitor *m, struct trace_instance *instance)
{
	u64 end = m->options->rate_us ? monotonic_us() + m->options->rate_us : 0;
	u64 now, next_report = 0;
	int ret = 0;

	while (!signals_caught() && !ferror(stdout)) {
		now = monotonic_us();
		if (end && now >= end)
			break;
		if (now >= next_report) {
			report_lost(m, instance);
			next_report = now + US_PER_S;
		}
		ret = trace_instance_read(instance, POLL_MS, take_line, m);
		if (ret && ret != -EAGAIN && ret != -EINTR)
			return ret;
		fflush(stdout);
	}
	trace_instance_stop(instance);
	while (!ferror(stdout) && !trace_instance_read(instance, 0, take_line, m))
		;
	report_lost(m, instance);
	return 0;
}

/* Why there was nothing to see; for a person only. */
static void explain_nothing(const struct monitor *m)
{
	if (m->shown || m->not_understood || m->options->json)
		return;
	if (m->seen)
		msg_error("of %llu connections that ended the filters let none through", m->seen);
	else
		msg_error("no connection has ended meanwhile%s",
			  m->options->all ? "" : " in this namespace; -A shows those of all");
}

static int run(struct monitor *m)
{
	struct trace_instance *instance;
	int ret;

	ret = trace_instance_open(&instance, m->inode);
	if (ret)
		return ret;
	/* The buffer has to be removed at the end, whatever ends us. */
	signals_catch();
	signal(SIGPIPE, SIG_IGN);
	if (!m->options->json && isatty(STDOUT_FILENO)) {
		monitor_print_header(m->options->all);
		fflush(stdout);
	}
	m->clock_offset_us = now_ns() / 1000 - monotonic_us();
	ret = loop(m, instance);
	trace_instance_close(instance);
	nsnames_free(&m->names);
	if (ret)
		return msg_error("cannot read the trace pipe: %s", strerror(-ret));
	explain_nothing(m);
	if (m->not_understood)
		return msg_error("%llu events were not understood", m->not_understood);
	return fflush(stdout) || ferror(stdout) ? msg_error("cannot write: %m") : EXIT_OK;
}

static int add_filter(void *data, const char *text)
{
	struct monitor *m = data;

	return trace_condition_parse(text, &m->conditions[m->n_conditions++]);
}

static int monitor(const struct options *o, int n, char **words)
{
	struct monitor m = { .options = o };
	int ret;

	m.conditions = calloc(n + o->n_filters + 1, sizeof(*m.conditions));
	if (!m.conditions)
		return msg_error("out of memory");
	ret = options_filters(o, n, words, add_filter, &m,
			      trace_condition_values, "monitor");
	if (!ret && !o->all) {
		m.inode = nsnames_own_inode();
		if (!m.inode)
			ret = msg_error("cannot tell which namespace this is");
	}
	if (!ret)
		ret = run(&m);
	free(m.conditions);
	return ret;
}

static void print_words(void)
{
	const char *name;

	for (size_t i = 0; (name = trace_condition_name(i)); i++)
		printf("%s=\n", name);
}

const struct command cmd_monitor = {
	.name = "monitor",
	.usage = "[-N NETNS | -A] [-d SECONDS] [-j] [FILTER...]",
	.summary = "Show each connection as it ends",
	.help = "A line tells when, how (as in the ended_* counters) and, after a RST of ours, why;\n"
		"our end, the peer's end and the time in each closing state. All FILTERs have to hold;\n"
		"--port 80 is port=80:\n"
		"  port=N sport=N dport=N          either end's port, ours, the peer's\n"
		"  addr=ADDR saddr=ADDR daddr=ADDR the same for addresses\n"
		"  peer=ADDR program=NAME          the peer's address, who closed\n"
		"  kind=WORD                       how it ended, as in kind=rst_sent\n"
		"  cause=WORD                      why it was reset, as in cause=unread_data\n"
		"\n"
		"  -N, --netns NETNS    of another namespace: a name in /run/netns, a process id\n"
		"                       or a path\n"
		"  -A, --all            of every namespace\n"
		"  -r, --resolve docker ask Docker's daemon for names that its files do not tell\n"
		"  -d, --duration[=SECONDS]\n"
		"                       end after that time; else at Ctrl+C. --rate is the same\n"
		"  -j, --json           a JSON object a line\n"
		"\n"
		"Events that came faster than they were read are lost; how many is told on stderr,\n"
		"with -j in an object {\"lost\":N}.\n",
	.options = "NAdjfr",
	.run = monitor,
	.print_words = print_words,
};
