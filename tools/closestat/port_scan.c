// SPDX-License-Identifier: GPL-2.0
#include "port_scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static bool same_peer(const struct refusal *a, const struct refusal *b)
{
	return a->family == b->family && !memcmp(&a->peer, &b->peer, sizeof(a->peer));
}

static bool same_port(const struct refusal *a, const struct refusal *b)
{
	return a->port == b->port;
}

static bool is_few(const struct refusal *r)
{
	return r->count <= PORT_SCAN_ASKED;
}

/* Each of a peer's is for a port of its own. */
static void mark_scanners(struct refusal *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t ports = 0;

		for (size_t j = 0; j < n; j++)
			ports += is_few(&v[j]) && same_peer(&v[i], &v[j]);
		v[i].by = is_few(&v[i]) && ports >= PORT_SCAN_PORTS ? BY_SCANNER : BY_CLIENT;
	}
}

/* What scanners ask makes no port one that is wanted. */
static void mark_seldom(struct refusal *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		u64 asked = 0;

		if (v[i].by == BY_SCANNER)
			continue;
		for (size_t j = 0; j < n; j++) {
			if (v[j].by != BY_SCANNER && same_port(&v[i], &v[j]))
				asked += v[j].count;
		}
		if (asked <= PORT_SCAN_ASKED)
			v[i].by = BY_ANYBODY;
	}
}

/* How many differ, of those that are no client's. */
static size_t count_different(const struct refusal *v, size_t n,
			      bool (*same)(const struct refusal *a, const struct refusal *b))
{
	size_t found = 0, j;

	for (size_t i = 0; i < n; i++) {
		if (v[i].by == BY_CLIENT)
			continue;
		for (j = 0; j < i && (v[j].by == BY_CLIENT || !same(&v[i], &v[j]));)
			j++;
		found += j == i;
	}
	return found;
}

static int compare(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;
	bool x_client = x->by == BY_CLIENT, y_client = y->by == BY_CLIENT;

	if (x_client != y_client)
		return x_client ? -1 : 1;
	return (x->count < y->count) - (x->count > y->count);
}

size_t port_scan_part(struct refusal *v, size_t n, struct port_scan *scan)
{
	size_t wanted = 0;

	*scan = (struct port_scan){ 0 };
	mark_scanners(v, n);
	mark_seldom(v, n);
	if (count_different(v, n, same_port) < PORT_SCAN_PORTS) {
		for (size_t i = 0; i < n; i++)
			v[i].by = BY_CLIENT;
	}
	if (n)
		qsort(v, n, sizeof(*v), compare);
	while (wanted < n && v[wanted].by == BY_CLIENT)
		wanted++;
	scan->ports = count_different(v, n, same_port);
	scan->peers = count_different(v, n, same_peer);
	for (size_t i = wanted; i < n; i++) {
		scan->age_ms = scan->syns ? MIN(scan->age_ms, v[i].age_ms) : v[i].age_ms;
		scan->syns += v[i].count;
	}
	return wanted;
}
