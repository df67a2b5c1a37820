// SPDX-License-Identifier: GPL-2.0
/* closestat doctor: look for what goes wrong in practice. */
#include "command.h"
#include "doctor.h"
#include "knobs.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"
#include "sysctl.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_FOUND 1
#define EXIT_BLIND 2
#define STUCK_STATES (BIT(TCP_CLOSE_WAIT) | BIT(TCP_FIN_WAIT2))
#define DEFAULT_WAIT_US (2 * US_PER_S)

static void __attribute((noreturn)) out_of_memory(void)
{
	msg_error("out of memory");
	exit(EXIT_BLIND);
}

char *doctor_text(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		out_of_memory();
	return text;
}

void doctor_find(struct doctor *d, const char *check, const char *why, char *seen, char *command)
{
	struct finding *more = realloc(d->findings, (d->n_findings + 1) * sizeof(*more));

	if (!more)
		out_of_memory();
	d->findings = more;
	more[d->n_findings++] = (struct finding){
		.check = check, .seen = seen, .why = why, .command = command,
	};
}

static int read_time_wait(struct doctor *d)
{
	const struct knob *k = knob_find("time_wait_ms");
	char value[KNOB_VALUE_SIZE];
	int ret = sysctl_read(k, value);

	if (!ret && parse_u64(value, &d->time_wait_ms))
		ret = -EBADMSG;
	return ret ? sysctl_explain(k, NULL, -ret) : EXIT_OK;
}

static int compare_cookies(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

/* Keeps of now those that were there, and in the same state, before. */
static void keep_lingering(struct socks *now, struct socks *before)
{
	size_t kept = 0;

	if (before->n)
		qsort(before->v, before->n, sizeof(*before->v), compare_cookies);
	for (size_t i = 0; i < now->n; i++) {
		const struct sock *s = before->n ?
			bsearch(&now->v[i], before->v, before->n, sizeof(*s), compare_cookies) :
			NULL;

		if (s && s->state == now->v[i].state)
			now->v[kept++] = now->v[i];
	}
	now->n = kept;
}

static int look(struct doctor *d, u64 wait)
{
	struct socks before;
	int ret;

	ret = read_time_wait(d);
	if (ret)
		return ret;
	ret = sockdiag_read(STUCK_STATES, &before);
	if (ret)
		return ret;
	wait_us(wait);
	ret = sockdiag_read(STUCK_STATES, &d->lingering);
	if (!ret)
		keep_lingering(&d->lingering, &before);
	sockdiag_free(&before);
	return ret ? : snapshot_read(&d->now);
}

static int judge(struct doctor *d)
{
	int ret = doctor_ports(d);

	if (ret)
		return ret;
	doctor_sockets(d);
	doctor_counters(d);
	doctor_settings(d);
	return EXIT_OK;
}

static int print_json(const struct options *o, const struct doctor *d)
{
	struct table *t = table_new("findings", o->format);

	table_column(t, "CHECK", COLUMN_TEXT);
	table_column(t, "SEEN", COLUMN_TEXT);
	table_column(t, "WHY", COLUMN_TEXT);
	table_column(t, "COMMAND", COLUMN_TEXT);
	for (size_t i = 0; i < d->n_findings; i++) {
		table_row(t);
		table_cell(t, "%s", d->findings[i].check);
		table_cell(t, "%s", d->findings[i].seen);
		table_cell(t, "%s", d->findings[i].why);
		table_cell(t, "%s", d->findings[i].command);
	}
	return table_print(t);
}

static int print(const struct options *o, const struct doctor *d)
{
	if (o->json)
		return print_json(o, d);
	for (size_t i = 0; i < d->n_findings; i++)
		printf("%s%zu. %s.\n   %s.\n   Try: %s\n", i ? "\n" : "", i + 1,
		       d->findings[i].seen, d->findings[i].why, d->findings[i].command);
	if (!d->n_findings)
		puts("Nothing found.");
	return fflush(stdout) || ferror(stdout) ? msg_error("cannot write: %m") : EXIT_OK;
}

static void clean_up(struct doctor *d)
{
	for (size_t i = 0; i < d->n_findings; i++) {
		free(d->findings[i].seen);
		free(d->findings[i].command);
	}
	free(d->findings);
	sockdiag_free(&d->lingering);
	snapshot_free(&d->now);
}

static int doctor(const struct options *o, int n, char **words)
{
	struct doctor d = { .where = "" };
	char *where = NULL;
	int ret;

	if (n)
		return msg_usage("doctor", "unexpected '%s'", words[0]);
	if (o->netns) {
		where = doctor_text("-N %s ", o->netns);
		d.where = where;
	}
	ret = look(&d, o->rate_us ? : DEFAULT_WAIT_US);
	if (!ret)
		ret = judge(&d);
	if (!ret)
		ret = print(o, &d);
	if (ret)
		ret = EXIT_BLIND;
	else if (d.n_findings)
		ret = EXIT_FOUND;
	clean_up(&d);
	free(where);
	return ret;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.usage = "[-N NETNS] [-d SECONDS] [-j [-p]]",
	.summary = "Look for what goes wrong with closing connections, and say what to do",
	.help = "Each finding is what was seen, why it matters and a command. Sockets count as\n"
		"stuck that stay in CLOSE_WAIT or FIN_WAIT2 while doctor looks.\n"
		"\n"
		"  -N, --netns NETNS    in another namespace: a name in /run/netns, a process id\n"
		"                       or a path\n"
		"  -d, --rate[=SECONDS] how long to look, 2 unless given\n"
		"  -j, --json           as JSON\n"
		"  -p, --pretty         JSON with line breaks\n"
		"\n"
		"Exit status: 0 nothing found, 1 findings, 2 could not look.\n",
	.options = "Ndjp",
	.no_netns = EXIT_BLIND,
	.run = doctor,
};
