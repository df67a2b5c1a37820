// SPDX-License-Identifier: GPL-2.0
#include "sock_ages.h"

#include "lib/procfile.h"
#include "lib/units.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGES_FILE "thread-self/net/tcp_closestat_ages"

static u8 state_of(const char *name)
{
	static const struct {
		const char *name;
		u8 state;
	} states[] = {
		{ "fin_wait1", TCP_FIN_WAIT1 }, { "fin_wait2", TCP_FIN_WAIT2 },
		{ "closing", TCP_CLOSING }, { "close_wait", TCP_CLOSE_WAIT },
		{ "last_ack", TCP_LAST_ACK }, { "time_wait", TCP_TIME_WAIT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (!strcmp(states[i].name, name))
			return states[i].state;
	}
	return 0;
}

/* Words of other names are passed over: there may be more one day. */
static void take_word(struct closing_age *a, const char *key, const char *value)
{
	u64 n = 0;
	bool known = !parse_u64(value, &n);

	if (!strcmp(key, "saddr"))
		inet_pton(AF_INET6, value, &a->src);
	else if (!strcmp(key, "daddr"))
		inet_pton(AF_INET6, value, &a->dst);
	else if (!strcmp(key, "sport"))
		a->sport = n;
	else if (!strcmp(key, "dport"))
		a->dport = n;
	else if (!strcmp(key, "state"))
		a->state = state_of(value);
	else if (!strcmp(key, "closed"))
		snprintf(a->closed, sizeof(a->closed), "%s", value);

	if (!strcmp(key, "state_ms")) {
		a->state_known = known;
		a->state_ms = n;
	} else if (!strcmp(key, "first_fin_ms")) {
		a->first_known = known;
		a->first_ms = n;
	}
}

static bool parse_line(char *line, struct closing_age *a)
{
	char *word;

	*a = (struct closing_age){ 0 };
	while ((word = strsep(&line, " "))) {
		char *value = strchr(word, '=');

		if (!value)
			return false;
		*value++ = '\0';
		take_word(a, word, value);
	}
	return a->state && a->sport;
}

static int compare(const void *a, const void *b)
{
	const struct closing_age *x = a, *y = b;
	int ret;

	if (x->sport != y->sport)
		return (int)x->sport - y->sport;
	if (x->dport != y->dport)
		return (int)x->dport - y->dport;
	ret = memcmp(&x->dst, &y->dst, sizeof(x->dst));
	return ret ? : memcmp(&x->src, &y->src, sizeof(x->src));
}

void closing_ages_parse(char *text, struct closing_ages *ages)
{
	struct closing_age a, *more;
	char *line;

	*ages = (struct closing_ages){ 0 };
	while ((line = strsep(&text, "\n"))) {
		if (!*line || !parse_line(line, &a))
			continue;
		/* Grows at each power of two. */
		if (!(ages->n & (ages->n - 1))) {
			more = realloc(ages->v, (ages->n ? ages->n * 2 : 1) * sizeof(*more));
			if (!more)
				break;
			ages->v = more;
		}
		ages->v[ages->n++] = a;
	}
	if (ages->n)
		qsort(ages->v, ages->n, sizeof(*ages->v), compare);
}

void closing_ages_read(struct closing_ages *ages)
{
	char *text;

	*ages = (struct closing_ages){ 0 };
	if (procfile_read(AGES_FILE, &text, NULL))
		return;
	closing_ages_parse(text, ages);
	free(text);
}

static void as_v6(u8 family, const struct in6_addr *from, struct in6_addr *to)
{
	*to = *from;
	if (family != AF_INET)
		return;
	*to = (struct in6_addr){ 0 };
	to->s6_addr[10] = 0xff;
	to->s6_addr[11] = 0xff;
	memcpy(&to->s6_addr[12], from, 4);
}

const struct closing_age *closing_ages_find(const struct closing_ages *ages, const struct sock *s)
{
	struct closing_age key = { .sport = s->sport, .dport = s->dport };
	const struct closing_age *a;

	if (!ages->n)
		return NULL;
	as_v6(s->family, &s->src, &key.src);
	as_v6(s->family, &s->dst, &key.dst);
	a = bsearch(&key, ages->v, ages->n, sizeof(key), compare);
	return a && a->state == s->state ? a : NULL;
}

void closing_ages_free(struct closing_ages *ages)
{
	free(ages->v);
	*ages = (struct closing_ages){ 0 };
}
