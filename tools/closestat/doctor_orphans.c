// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: orphans, and what is reset for want of memory. tcp_check_oom() asks for both: more
 * orphans than tcp_max_orphans (from a timer than a half of it where nothing could be sent for four
 * minutes, than a quarter after an ICMP error, too: tcp_out_of_resources()), or more pages than the
 * last of tcp_mem and a socket that has much to send.
 */
#include "doctor.h"
#include "host_value.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>

#define EARLY_PERCENT 50
#define EARLIEST_PERCENT 25
#define LEAST_ORPHANS 8192

struct limits {
	u64 orphans;
	u64 max_orphans;
	u64 pages;
	u64 low_pages;	/* below it TCP has what it wants */
	u64 max_pages;
};

static void read_limits(const struct doctor *d, struct limits *l)
{
	char *text;

	*l = (struct limits){
		.orphans = doctor_sockstat(d, "orphan"), .pages = doctor_sockstat(d, "mem"),
	};
	if (host_value("sys/net/ipv4/tcp_max_orphans", &l->max_orphans))
		l->max_orphans = 0;
	if (host_read("sys/net/ipv4/tcp_mem", &text))
		return;
	if (sscanf(text, "%llu %*u %llu", &l->low_pages, &l->max_pages) != 2)
		l->max_pages = 0;
	free(text);
}

/* How many orphans are here, and the port that has most of them. */
static char *orphans_here(struct doctor *d)
{
	u32 *of_port = calloc(1 << 16, sizeof(*of_port));
	u16 port, most = 0;
	size_t n = 0;

	if (!of_port)
		return doctor_text("%s", "");
	for (size_t i = 0; i < d->last.n; i++) {
		const struct sock *s = &d->last.v[i];

		if (s->inode || s->timewait || s->state == TCP_CLOSE_WAIT)
			continue;
		n++;
		port = doctor_serves(d->inode, s->sport, s->dport, d) ? s->sport : s->dport;
		if (++of_port[port] > of_port[most])
			most = port;
	}
	free(of_port);
	return n ? doctor_text("; %zu of them in FIN_WAIT1 or later here, most of port %u, their peers do not read or have gone",
			       n, most) : doctor_text("%s", "");
}

static char *more_orphans(const struct limits *l)
{
	return doctor_text("sysctl -w net.ipv4.tcp_max_orphans=%llu",
			   MIN(MAX(l->max_orphans * 2, LEAST_ORPHANS), LIMIT_MAX));
}

static const char *const orphan[] = {
	"An orphan is a closed socket, in FIN_WAIT1 or later, whose peer does not read or no longer acknowledges. close() keeps no more of them than that: what was not yet sent is lost",
};

/*
 * Which of the two it was shows while it lasts. Afterwards, unless TCP has all the memory that it
 * wants, both are named.
 */
static void judge(const struct doctor *d, const struct limits *l, struct judged *j, char **seen,
		  char **remedy)
{
	const bool memory = l->max_pages && l->pages >= l->max_pages;
	const bool orphans = l->pages < l->low_pages || (l->max_orphans &&
			     l->orphans * 100 >= l->max_orphans * EARLIEST_PERCENT);

	if (memory && !orphans) {
		j->why = "TCP has more memory than it may: data not yet sent is lost";
		*seen = doctor_text("reset because TCP is out of memory: it holds %llu pages, and tcp_mem ends with %llu (fewer or smaller socket buffers help)",
				    l->pages, l->max_pages);
		*remedy = doctor_more_memory(d);
		return;
	}
	j->why = orphan[0];
	*remedy = more_orphans(l);
	if (orphans && !memory)
		*seen = doctor_text("reset because of too many orphans: tcp_max_orphans is %llu (host-wide), of which %llu are taken now",
				    l->max_orphans, l->orphans);
	else
		*seen = doctor_text("reset because of too many orphans: tcp_max_orphans is %llu (host-wide), of which %llu are taken now; or because TCP was out of memory: tcp_mem ends with %llu pages, of which it holds %llu now (dmesg may have which)",
				    l->max_orphans, l->orphans, l->max_pages, l->pages);
}

static void tell_resets(struct doctor *d, const struct limits *l)
{
	u64 rose = doctor_rose(d, "rst_sent_memory"), total = doctor_total(d, "rst_sent_memory");
	struct judged j = {
		.row = "rst_sent_memory", .how = "rst_sent", .cause = "memory",
		.harm = HARM_FAILS,
	};
	char *seen, *remedy;

	if (!total)
		return;
	judge(d, l, &j, &seen, &remedy);
	j.seen = seen;
	j.remedy = remedy;
	if (rose)
		doctor_tell_now(d, &j, rose);
	if (total > rose)
		doctor_tell_earlier(d, &j, total - rose);
	free(seen);
	free(remedy);
}

static const char *const near[] = {
	"From a half of tcp_max_orphans on orphans that could send nothing for four minutes are reset, and their data is lost ('too many orphaned sockets'); from all of it on close() resets",
	"Beyond tcp_max_orphans, close() resets a connection and its unsent data is lost ('too many orphaned sockets')",
};

static void tell_near(struct doctor *d, const struct limits *l)
{
	const bool full = l->orphans * 100 >= l->max_orphans * LIMIT_NEAR_PERCENT;
	u64 reset = doctor_total(d, "rst_sent_memory");
	char *here = orphans_here(d);

	doctor_find(d, full ? HARM_FAILS : HARM_RISK, "orphans", near[full],
		    doctor_text("%llu of tcp_max_orphans %llu orphaned sockets (host-wide), %llu connection%s reset for it or because TCP is out of memory so far%s",
				l->orphans, l->max_orphans, reset, plural(reset), here),
		    more_orphans(l));
	free(here);
}

int doctor_orphans(struct doctor *d)
{
	struct limits l;

	read_limits(d, &l);
	tell_resets(d, &l);
	if (l.max_orphans && l.orphans * 100 >= l.max_orphans * EARLY_PERCENT)
		tell_near(d, &l);
	return EXIT_OK;
}
