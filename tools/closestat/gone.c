// SPDX-License-Identifier: GPL-2.0
#include "gone.h"

#include "endpoint.h"
#include "lib/units.h"

#include <stdlib.h>
#include <string.h>

/* Of 100,000 ends, what has not ended is taken for one of them once in three times. */
#define N_BITS BIT(18)
#define MAX_EXPIRED 4096

static bool parse_port(const struct trace_line *line, const char *name, u16 *port)
{
	u64 value;

	if (parse_u64(trace_line_value(line, name), &value) || value > 0xffff)
		return false;
	*port = value;
	return true;
}

static bool parse_conn(const struct trace_line *line, struct gone_conn *c)
{
	u16 none;

	memset(c, 0, sizeof(*c));
	return parse_port(line, "sport", &c->sport) && parse_port(line, "dport", &c->dport) &&
	       !endpoint_parse(trace_line_value(line, "daddr"), &c->family, &c->dst, &none);
}

/* FNV-1a, of what tells two connections apart. */
static u32 hash(const struct gone_conn *c)
{
	const u8 ports[] = { c->sport >> 8, c->sport, c->dport >> 8, c->dport };
	const size_t size = c->family == AF_INET ? 4 : sizeof(c->dst);
	u32 h = 2166136261;

	for (size_t i = 0; i < sizeof(ports); i++)
		h = (h ^ ports[i]) * 16777619;
	for (size_t i = 0; i < size; i++)
		h = (h ^ c->dst.s6_addr[i]) * 16777619;
	return (h ^ h >> 18) % N_BITS;
}

bool gone_same(const struct gone_conn *a, const struct gone_conn *b)
{
	return a->family == b->family && a->sport == b->sport && a->dport == b->dport &&
	       !memcmp(&a->dst, &b->dst, a->family == AF_INET ? 4 : sizeof(a->dst));
}

static void add_expired(struct gone *g, const struct gone_conn *c)
{
	struct gone_conn *more;

	if (g->n_expired == MAX_EXPIRED)
		return;
	more = realloc(g->expired, (g->n_expired + 1) * sizeof(*more));
	if (!more)
		return;
	g->expired = more;
	more[g->n_expired++] = *c;
}

void gone_add(struct gone *g, const struct trace_line *line)
{
	struct gone_conn c;
	u32 bit;

	if (!g->bits)
		g->bits = calloc(1, N_BITS / 8);
	if (!g->bits || !parse_conn(line, &c))
		return;
	bit = hash(&c);
	g->bits[bit / 8] |= BIT(bit % 8);
	if (!strcmp(trace_line_value(line, "ended"), "fin_wait2_expired"))
		add_expired(g, &c);
}

bool gone_has(const struct gone *g, const struct gone_conn *c)
{
	const u32 bit = hash(c);

	return g->bits && g->bits[bit / 8] & BIT(bit % 8);
}

bool gone_expired(const struct gone *g, const struct gone_conn *c)
{
	for (size_t i = 0; i < g->n_expired; i++) {
		if (gone_same(&g->expired[i], c))
			return true;
	}
	return false;
}

void gone_free(struct gone *g)
{
	free(g->bits);
	free(g->expired);
	*g = (struct gone){ 0 };
}
