// SPDX-License-Identifier: GPL-2.0
/* doctor: ports for outgoing connections that TIME_WAIT holds. */
#include "doctor.h"
#include "msg.h"
#include "settings.h"
#include "sysctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_PERCENT 75

static int compare(const void *a, const void *b)
{
	const struct sock *x = a, *y = b;
	int ret;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	ret = memcmp(&x->dst, &y->dst, sizeof(x->dst)) ? :
	      memcmp(&x->src, &y->src, sizeof(x->src));
	return ret ? : (int)x->dport - y->dport;
}

/* Those that came from the port range, which a server's own do not. */
static void keep_outgoing(struct socks *socks, unsigned int low, unsigned int high)
{
	size_t kept = 0;

	for (size_t i = 0; i < socks->n; i++) {
		if (socks->v[i].sport >= low && socks->v[i].sport <= high)
			socks->v[kept++] = socks->v[i];
	}
	socks->n = kept;
}

/* The destination that has most, by one of its sockets, and how many: each has its own ports. */
static const struct sock *busiest(struct socks *socks, size_t *most)
{
	const struct sock *found = NULL;
	size_t first = 0;

	*most = 0;
	if (socks->n)
		qsort(socks->v, socks->n, sizeof(*socks->v), compare);
	for (size_t i = 0; i < socks->n; i++) {
		if (compare(&socks->v[first], &socks->v[i]))
			first = i;
		if (i - first + 1 > *most) {
			*most = i - first + 1;
			found = &socks->v[first];
		}
	}
	return found;
}

static void report(struct doctor *d, const struct sock *s, size_t used, unsigned int ports)
{
	double seconds = d->length_ms / 1000.0;
	char dst[INET6_ADDRSTRLEN];
	char *command;

	inet_ntop(s->family, &s->dst, dst, sizeof(dst));
	if (d->length_ms > 10000)
		command = doctor_text("closestat set %stime_wait=10s", d->where);
	else
		command = doctor_text("closestat set %sip_local_port_range=1024-65535", d->where);
	doctor_find(d, "ports",
		    "Without a free port connect() fails with EADDRNOTAVAIL; ports / length is the rate they sustain",
		    doctor_text("TIME_WAIT of %g s holds %zu of the %u ports for connections to %s port %u: at most %.0f a second",
				seconds, used, ports, dst, s->dport,
				seconds ? ports / seconds : ports),
		    command);
}

int doctor_ports(struct doctor *d)
{
	const struct setting *k = setting_find("ip_local_port_range");
	char value[SETTING_VALUE_SIZE];
	unsigned int low, high, ports;
	struct socks socks;
	const struct sock *s;
	size_t used;
	u64 held;
	int ret;

	ret = sysctl_read(k, value);
	if (!ret && (sscanf(value, "%u %u", &low, &high) != 2 || high < low))
		ret = -EBADMSG;
	if (ret)
		return sysctl_explain(k, NULL, -ret);
	ports = high - low + 1;
	held = counters_value(&d->now.module.v[0].counters, "time_wait");
	/* All of them together are too few: no need to list them. */
	if (held * 100 < (u64)ports * NEAR_PERCENT)
		return EXIT_OK;
	ret = sockdiag_read(BIT(TCP_TIME_WAIT), &socks);
	if (ret)
		return ret;
	keep_outgoing(&socks, low, high);
	s = busiest(&socks, &used);
	if (s && used * 100 >= (size_t)ports * NEAR_PERCENT)
		report(d, s, used, ports);
	sockdiag_free(&socks);
	return EXIT_OK;
}
