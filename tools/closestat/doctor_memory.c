// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: the memory of TCP, which all namespaces share: tcp_mem, three numbers of pages. From the
 * second on buffers are kept small (tcp_under_memory_pressure()); at the third what comes is
 * dropped, a sender waits, and orphans are reset (__sk_mem_raise_allocated(), tcp_check_oom()).
 */
#include "doctor.h"
#include "host_value.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/param.h>
#include <unistd.h>

/* Of all memory, which is not swapped, a quarter; the kernel's own is a tenth (tcp_init_mem()). */
#define PART_FOR_TCP 4

struct tcp_mem {
	u64 held;
	u64 low;
	u64 pressure;
	u64 max;
};

static bool read_mem(const struct doctor *d, struct tcp_mem *m)
{
	char *text;
	bool ok;

	m->held = doctor_sockstat(d, "mem");
	if (host_read("sys/net/ipv4/tcp_mem", &text))
		return false;
	ok = sscanf(text, "%llu %llu %llu", &m->low, &m->pressure, &m->max) == 3;
	free(text);
	return ok;
}

/* What waits in queues here: most in that of one socket. */
struct queued {
	u64 unread;
	u64 unacked;
	const struct sock *most;
};

static u64 bytes_of(const struct sock *s)
{
	return (u64)s->rqueue + s->wqueue;
}

static struct queued count_queues(const struct socks *socks)
{
	struct queued q = { 0 };

	for (size_t i = 0; i < socks->n; i++) {
		const struct sock *s = &socks->v[i];

		q.unread += s->rqueue;
		q.unacked += s->wqueue;
		if (!q.most || bytes_of(s) > bytes_of(q.most))
			q.most = s;
	}
	return q;
}

static char *describe_queues(struct doctor *d)
{
	struct socks socks;
	struct queued q;
	char *who, *text;
	bool serves;

	if (sockdiag_read(~(u32)(BIT(TCP_LISTEN) | BIT(TCP_CLOSE) | BIT(TCP_TIME_WAIT)), &socks))
		return doctor_text("%s", "");
	q = count_queues(&socks);
	if (q.unread + q.unacked) {
		serves = doctor_serves(d->inode, q.most->sport, q.most->dport, d);
		who = doctor_holder(q.most->inode, " of ");
		text = doctor_text("; in the queues of sockets here are %llu kB that programs have not read and %llu kB that peers have not acknowledged, most in one%s %s port %u",
				   q.unread / 1024, q.unacked / 1024, who, serves ? "on" : "to",
				   serves ? q.most->sport : q.most->dport);
		free(who);
	} else {
		text = doctor_text("; the queues of sockets here are empty: look at the other namespaces (-A)");
	}
	sockdiag_free(&socks);
	return text;
}

char *doctor_more_memory(const struct doctor *d)
{
	const long pages = sysconf(_SC_PHYS_PAGES);
	struct tcp_mem m;

	if (read_mem(d, &m) && m.max && m.max * 2 <= (u64)MAX(pages, 0) / PART_FOR_TCP)
		return doctor_text("sysctl -w net.ipv4.tcp_mem='%llu %llu %llu'", m.low * 2,
				   m.pressure * 2, m.max * 2);
	return doctor_text("programs that read what they get, or smaller buffers (net.ipv4.tcp_rmem, tcp_wmem): TCP has about all that the machine can spare");
}

static const char *const whys[] = {
	"From the second number of tcp_mem on the kernel keeps windows and buffers small; at the third segments are dropped, senders wait, and orphans are reset",
	"At the third number of tcp_mem segments that come in are dropped, senders wait, and orphans are reset ('TCP: out of memory -- consider tuning tcp_mem'): connections crawl, or hang",
};

int doctor_memory(struct doctor *d)
{
	struct tcp_mem m;
	char *queues;
	bool full;

	if (!read_mem(d, &m) || !m.held || m.held < m.pressure)
		return EXIT_OK;
	full = m.held * 100 >= m.max * LIMIT_NEAR_PERCENT;
	queues = describe_queues(d);
	doctor_find(d, full ? HARM_FAILS : HARM_RISK, "memory", whys[full],
		    doctor_text("TCP holds %llu pages of memory (host-wide), of tcp_mem '%llu %llu %llu'%s",
				m.held, m.low, m.pressure, m.max, queues), doctor_more_memory(d));
	free(queues);
	return EXIT_OK;
}
