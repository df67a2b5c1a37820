// SPDX-License-Identifier: GPL-2.0
/* doctor: a table of connection tracking that is full, or was. */
#include "ct_census.h"
#include "doctor.h"
#include "endpoint.h"
#include "host_value.h"
#include "lib/procfile.h"
#include "lib/units.h"
#include "msg.h"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#define STAT_FILE "thread-self/net/stat/nf_conntrack"
#define MAX_COLUMNS 32

/* The columns of a line, which is changed. */
static size_t split(char *line, char **words)
{
	size_t n = 0;

	for (char *word; n < MAX_COLUMNS && (word = strsep(&line, " "));) {
		if (*word)
			words[n++] = word;
	}
	return n;
}

/*
 * What nf_conntrack_in() dropped because there was no entry to be had. nf_ct_resolve_clash() counts
 * as dropped, too, what it counts as an insert_failed.
 */
static u64 no_room_in(char *text)
{
	char *names[MAX_COLUMNS], *words[MAX_COLUMNS], *line = strsep(&text, "\n");
	size_t n = split(line, names), cells;
	u64 dropped = 0, clashed = 0;

	/* A line for each CPU. */
	while ((line = strsep(&text, "\n"))) {
		cells = split(line, words);
		for (size_t i = 0; i < MIN(n, cells); i++) {
			if (!strcmp(names[i], "drop"))
				dropped += strtoull(words[i], NULL, 16);
			else if (!strcmp(names[i], "insert_failed"))
				clashed += strtoull(words[i], NULL, 16);
		}
	}
	return dropped > clashed ? dropped - clashed : 0;
}

u64 doctor_no_room(void)
{
	char *text;
	u64 n;

	if (procfile_read(STAT_FILE, &text, NULL))
		return 0;
	n = no_room_in(text);
	free(text);
	return n;
}

static const char *const whys[] = {
	"When it is full, packets of new connections are dropped ('nf_conntrack: table full')",
	"Packets of new connections were dropped ('nf_conntrack: table full'): connect() waits a second and more, here or where this host passes them on",
};

/* How long each is kept; those of a kernel without other settings, seconds (tcp_timeouts[]). */
static const struct timeout {
	const char *state;
	const char *name;
	u64 initial;
} timeouts[] = {
	[TCP_CONNTRACK_SYN_SENT] = { "SYN_SENT", "syn_sent", 120 },
	[TCP_CONNTRACK_SYN_RECV] = { "SYN_RECV", "syn_recv", 60 },
	[TCP_CONNTRACK_ESTABLISHED] = { "ESTABLISHED", "established", 432000 },
	[TCP_CONNTRACK_FIN_WAIT] = { "FIN_WAIT", "fin_wait", 120 },
	[TCP_CONNTRACK_CLOSE_WAIT] = { "CLOSE_WAIT", "close_wait", 60 },
	[TCP_CONNTRACK_LAST_ACK] = { "LAST_ACK", "last_ack", 30 },
	[TCP_CONNTRACK_TIME_WAIT] = { "TIME_WAIT", "time_wait", 120 },
	[TCP_CONNTRACK_CLOSE] = { "CLOSE", "close", 10 },
};

/* What holds most of it. */
struct held {
	struct ct_census census;
	const struct timeout *timeout;	/* NULL: not known */
	u64 seconds;
};

static void read_held(struct held *h)
{
	const struct ct_census *c = &h->census;
	char file[80];

	*h = (struct held){ 0 };
	ct_census_take(&h->census);
	if (!c->in_state || c->state >= ARRAY_SIZE(timeouts) || !timeouts[c->state].name)
		return;
	snprintf(file, sizeof(file), "sys/net/netfilter/nf_conntrack_tcp_timeout_%s",
		 timeouts[c->state].name);
	if (!procfile_number(file, &h->seconds))
		h->timeout = &timeouts[c->state];
}

static char *describe_held(const struct held *h)
{
	const struct ct_census *c = &h->census;
	char service[ENDPOINT_SIZE], initial[48] = "";

	if (!h->timeout)
		return doctor_text("%s", "");
	endpoint_format(c->family, &c->dst, c->dport, service);
	if (h->seconds != h->timeout->initial)
		snprintf(initial, sizeof(initial), ", %llu by default", h->timeout->initial);
	return doctor_text("; %zu of them TCP in %s, each kept for %llu s (nf_conntrack_tcp_timeout_%s%s), %zu of these with %s",
			   c->in_state, h->timeout->state, h->seconds, h->timeout->name, initial,
			   c->with_service, service);
}

static char *larger(u64 max)
{
	return doctor_text("sysctl -w net.netfilter.nf_conntrack_max=%llu",
			   MIN(max * 2, LIMIT_MAX));
}

/* Less of what is kept for longer than it has to be, else more room. */
static char *remedy(const struct doctor *d, const struct held *h, u64 count, u64 max)
{
	if (h->timeout && h->seconds > h->timeout->initial && h->census.in_state * 2 > count)
		return doctor_text("%ssysctl -w net.netfilter.nf_conntrack_tcp_timeout_%s=%llu",
				   d->enter, h->timeout->name, h->timeout->initial);
	return larger(max);
}

static void tell_full(struct doctor *d, u64 count, u64 max, u64 rose)
{
	char *dropped, *by;
	struct held h;

	read_held(&h);
	by = describe_held(&h);
	dropped = rose ? doctor_text("; %llu packet%s of new connections %s dropped while doctor looked",
				     rose, plural(rose), rose == 1 ? "was" : "were") :
			 doctor_text("%s", "");
	doctor_find(d, HARM_FAILS, "conntrack_full", whys[!!rose],
		    doctor_text("Connection tracking holds %llu of %llu connections%s%s",
				count, max, by, dropped), remedy(d, &h, count, max));
	free(by);
	free(dropped);
}

int doctor_conntrack(struct doctor *d)
{
	u64 count, max, total = doctor_no_room(), rose = total > d->no_room ?
							 total - d->no_room : 0;

	if (procfile_number("sys/net/netfilter/nf_conntrack_count", &count) ||
	    procfile_number("sys/net/netfilter/nf_conntrack_max", &max) || !max)
		return EXIT_OK;
	if (rose || count * 100 >= max * LIMIT_NEAR_PERCENT)
		tell_full(d, count, max, rose);
	else if (total)
		doctor_find(d, HARM_EARLIER, "conntrack_full", whys[1],
			    doctor_text("%llu packet%s found connection tracking full, before doctor looked: it holds %llu of %llu connections now. %s; remedy: a larger nf_conntrack_max, unless it was raised since",
					total, plural(total), count, max, whys[1]), larger(max));
	return EXIT_OK;
}
