// SPDX-License-Identifier: GPL-2.0
/* doctor: connect()s that wait: their SYN was sent, and sent again, and nothing came back. */
#include "doctor.h"
#include "endpoint.h"
#include "msg.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static int compare(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(&x->dst, &y->dst, sizeof(x->dst)) ? : (int)x->dport - y->dport;
}

/* To one destination, @n of them. */
static void tell(struct doctor *d, const struct sock *s, size_t n)
{
	char peer[ENDPOINT_SIZE], *who = doctor_holder(s->inode, " of ");
	unsigned int times = 0;

	for (size_t i = 0; i < n; i++)
		times = MAX(times, s[i].retransmits + 1U);
	endpoint_format(s->family, &s->dst, s->dport, peer);
	doctor_find(d, HARM_FAILS, "connecting",
		    "A firewall drops the SYNs, the peer's listen queue is full, or it is gone. connect() waits for two minutes, or as long as the program lets it",
		    doctor_text("%zu connect()%s%s %s for an answer of %s: SYNs were sent up to %u times",
				n, plural(n), who, n == 1 ? "waits" : "wait", peer, times),
		    doctor_text("%sss -tnp state syn-sent; run doctor at the peer: its listen queues",
				d->enter));
	free(who);
}

int doctor_connecting(struct doctor *d)
{
	struct socks socks;
	size_t n = 0, run;
	int ret;

	/* The kernel walks the table of all namespaces: not where no SYN was ever sent again. */
	if (!doctor_kernel(d, "TCPSynRetrans", NULL))
		return EXIT_OK;
	ret = sockdiag_read(BIT(TCP_SYN_SENT), &socks);
	if (ret)
		return ret;
	for (size_t i = 0; i < socks.n; i++) {
		if (socks.v[i].retransmits)
			socks.v[n++] = socks.v[i];
	}
	if (n)
		qsort(socks.v, n, sizeof(*socks.v), compare);
	for (size_t i = 0; i < n; i += run) {
		for (run = 1; i + run < n && !compare(&socks.v[i], &socks.v[i + run]);)
			run++;
		tell(d, &socks.v[i], run);
	}
	sockdiag_free(&socks);
	return EXIT_OK;
}
