// SPDX-License-Identifier: GPL-2.0
/* closestat doctor: look for what goes wrong now, and say what to do. */
#include "command.h"
#include "doctor_watch.h"
#include "lib/clock.h"
#include "lib/units.h"
#include "msg.h"
#include "netns_each.h"
#include "nsnames.h"

#include <stdlib.h>

#define EXIT_FOUND 1
#define DEFAULT_WATCH_US (10 * US_PER_S)

struct visit {
	struct doctors all;
	double seconds;
};

/* The first that cannot look ends it. */
static int (*const checks[])(struct doctor *doctor) = {
	doctor_ports,
	doctor_stuck,
	doctor_ends,
	doctor_unanswered,
	doctor_connecting,
	doctor_silent,
	doctor_refused,
	doctor_orphans,
	doctor_memory,
	doctor_limits,
	doctor_conntrack,
	doctor_settings,
};

static int begin(const char *name, const char *spec, void *data)
{
	struct visit *v = data;

	return doctor_begin(&v->all, name, spec);
}

static int end_one(struct doctors *all, struct doctor *d, double seconds)
{
	int ret = doctor_end(all, d, seconds);

	for (size_t i = 0; !ret && i < ARRAY_SIZE(checks); i++)
		ret = checks[i](d);
	return ret;
}

/* A namespace that came meanwhile was not watched. */
static int end(const char *name, const char *spec, void *data)
{
	struct visit *v = data;
	u64 inode = nsnames_own_inode();

	(void)name;
	(void)spec;
	for (size_t i = 0; i < v->all.n; i++) {
		if (v->all.v[i].inode == inode)
			return end_one(&v->all, &v->all.v[i], v->seconds);
	}
	return EXIT_OK;
}

static int visit_all(struct visit *v, u64 us)
{
	int ret = netns_each(begin, v, false);

	if (ret)
		return ret;
	/* Nothing found is another answer. */
	if (!v->all.n)
		return msg_error("no namespace could be looked at");
	doctor_watch(&v->all, us);
	return netns_each(end, v, true);
}

static int visit_one(struct visit *v, const char *spec, u64 us)
{
	int ret = doctor_begin(&v->all, spec ? : "", spec);

	if (ret)
		return ret;
	doctor_watch(&v->all, us);
	return end_one(&v->all, &v->all.v[0], v->seconds);
}

static int visit(struct visit *v, const struct options *o, u64 us)
{
	int ret;

	if (us)
		doctor_open(&v->all, o->all ? 0 : nsnames_own_inode());
	ret = o->all ? visit_all(v, us) : visit_one(v, o->netns, us);
	doctor_close(&v->all);
	return ret;
}

static bool found(const struct doctors *all)
{
	for (size_t i = 0; i < all->n; i++) {
		/* Sorted: the worst is the first. */
		if (all->v[i].n_findings && all->v[i].findings[0].harm >= HARM_RISK)
			return true;
	}
	return false;
}

static int doctor(const struct options *o, int n, char **words)
{
	u64 us = o->at_once ? 0 : o->rate_us ? : DEFAULT_WATCH_US;
	struct visit v = { .seconds = us / 1e6 };
	int ret;

	if (n)
		return msg_usage("doctor", "unexpected '%s'", words[0]);
	ret = visit(&v, o, us);
	if (!ret)
		ret = doctor_report(o, v.all.v, v.all.n);
	if (!ret && v.all.lost)
		msg_error("lost %llu events: not every end is reported with its peer", v.all.lost);
	if (ret)
		ret = EXIT_BLIND;
	else if (found(&v.all))
		ret = EXIT_FOUND;
	doctor_free_all(&v.all);
	return ret;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.usage = "[-N NETNS | -A] [-d SECONDS] [-j [-p]]",
	.summary = "Look for what goes wrong with closing connections, and say what to do",
	.help = "Watches for a while and tells what goes wrong now, the worst first: what was seen\n"
		"and with whom, why it matters, and a command. What is harmless, and what happened\n"
		"only earlier, follows in lines of its own and is no finding.\n"
		"\n"
		"  -N, --netns NETNS    in another namespace: a name in /run/netns, a process id\n"
		"                       or a path\n"
		"  -A, --all            in every namespace that has a name or a process\n"
		"  -r, --resolve docker ask Docker's daemon for names that its files do not tell\n"
		"  -d, --duration[=SECONDS]\n"
		"                       how long to watch, 10 unless given; 0: look only at what is\n"
		"                       there. --rate is the same\n"
		"  -j, --json           as JSON\n"
		"  -p, --pretty         JSON with line breaks\n"
		"\n"
		"Exit status: 0 nothing found, 1 findings, 2 could not look.\n",
	.options = "NAdjpr",
	.no_netns = EXIT_BLIND,
	.run = doctor,
};
