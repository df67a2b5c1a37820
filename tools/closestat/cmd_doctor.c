// SPDX-License-Identifier: GPL-2.0
/* closestat doctor: look for what goes wrong in practice. */
#include "command.h"
#include "doctor.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#define EXIT_FOUND 1
#define STUCK_STATES (BIT(TCP_CLOSE_WAIT) | BIT(TCP_FIN_WAIT2))
#define DEFAULT_WAIT_US (2 * US_PER_S)

static int read_time_wait(struct doctor *d)
{
	int ret = sysctl_read_number("time_wait_ms", &d->time_wait_ms);

	if (ret)
		return sysctl_explain(setting_find("time_wait_ms"), NULL, -ret);
	d->length_ms = sysctl_time_wait_length(d->time_wait_ms);
	return EXIT_OK;
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

/* In the order of the report; the first that cannot look ends it. */
static int (*const checks[])(struct doctor *doctor) = {
	doctor_ports,
	doctor_sockets,
	doctor_counters,
	doctor_settings,
};

static int judge(struct doctor *d)
{
	int ret = EXIT_OK;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(checks); i++)
		ret = checks[i](d);
	return ret;
}

static void clean_up(struct doctor *d)
{
	doctor_free_findings(d);
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
		ret = doctor_report(o, &d);
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
