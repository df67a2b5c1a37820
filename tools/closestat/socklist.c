// SPDX-License-Identifier: GPL-2.0
#include "socklist.h"

#include "lib/units.h"
#include "msg.h"
#include "sock_age.h"
#include "sysctl.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Listening on the socket's port, on its address or on any. */
static bool listens_for(const struct sock *l, const struct sock *s)
{
	static const struct in6_addr any;
	size_t size = s->family == AF_INET ? 4 : sizeof(any);

	if (l->state != TCP_LISTEN || l->sport != s->sport)
		return false;
	if (!memcmp(&l->src, &any, sizeof(any)))
		return l->family == AF_INET6 || s->family == AF_INET;
	return l->family == s->family && !memcmp(&l->src, &s->src, size);
}

/* The listener that has not accepted the socket; NULL if that is not what it is. */
static const struct sock *listener_of(const struct socks *listeners, const struct sock *s)
{
	if (s->inode || s->timewait || (s->state != TCP_CLOSE_WAIT && s->state != TCP_ESTABLISHED))
		return NULL;
	for (size_t i = 0; i < listeners->n; i++) {
		if (listens_for(&listeners->v[i], s))
			return &listeners->v[i];
	}
	return NULL;
}

static int find_owners(struct socklist *list, const struct socks *listeners)
{
	u32 *inodes = calloc(list->n + listeners->n + 1, sizeof(*inodes));
	size_t n = 0;

	if (!inodes)
		return msg_error("out of memory");
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].sock.inode)
			inodes[n++] = list->v[i].sock.inode;
	}
	for (size_t i = 0; i < listeners->n; i++)
		inodes[n++] = listeners->v[i].inode;
	owners_read(inodes, n, &list->owners);
	free(inodes);
	for (size_t i = 0; i < list->n; i++) {
		struct listed *l = &list->v[i];
		const struct sock *listener = listener_of(listeners, &l->sock);

		l->unaccepted = !!listener;
		l->owner = owners_find(&list->owners, listener ? listener->inode : l->sock.inode);
	}
	return EXIT_OK;
}

static const char *find_unit(struct socklist *list, u64 cgroup)
{
	struct socklist_unit *more;

	for (size_t i = 0; i < list->n_units; i++) {
		if (list->units[i].cgroup == cgroup)
			return list->units[i].name;
	}
	more = realloc(list->units, (list->n_units + 1) * sizeof(*more));
	if (!more)
		return "";
	list->units = more;
	more[list->n_units].cgroup = cgroup;
	return cgroup_unit_by_id(cgroup, more[list->n_units++].name);
}

/* In two rounds: names move while their table grows. */
static void find_units(struct socklist *list)
{
	for (size_t i = 0; i < list->n; i++)
		find_unit(list, list->v[i].sock.cgroup);
	for (size_t i = 0; i < list->n; i++)
		list->v[i].unit = find_unit(list, list->v[i].sock.cgroup);
}

/* By its state alone. */
static const char *closed_by_state(u8 state)
{
	switch (state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_TIME_WAIT:
		return "active";
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
		return "passive";
	case TCP_CLOSING:
		return "simultaneous";
	default:
		return "";
	}
}

/* The module's knowledge comes before guesses by the kernel's. */
static void use_age(const struct closing_ages *ages, struct listed *l)
{
	const struct closing_age *a = closing_ages_find(ages, &l->sock);

	l->closed = closed_by_state(l->sock.state);
	if (!a)
		return;
	l->closed = a->closed;
	if (a->state_known) {
		/* 0 is for what is not known. */
		l->age_us = (a->state_ms ? : 1) * US_PER_MS;
		l->at_least = false;
	}
	l->first_known = a->first_known;
	l->first_us = a->first_ms * US_PER_MS;
}

static void find_ages(struct socklist *list)
{
	u64 time_wait_ms, fin_timeout_s;

	if (sysctl_read_number("time_wait_ms", &time_wait_ms))
		time_wait_ms = KERNELS_OWN_MS;
	time_wait_ms = sysctl_time_wait_length(time_wait_ms);
	if (sysctl_read_number("tcp_fin_timeout", &fin_timeout_s))
		fin_timeout_s = 60;
	for (size_t i = 0; i < list->n; i++) {
		struct listed *l = &list->v[i];

		l->age_us = sock_age_ms(&l->sock, time_wait_ms, fin_timeout_s * 1000) *
			    US_PER_MS;
		l->at_least = l->age_us && !l->sock.timewait;
		use_age(&list->ages, l);
	}
}

static bool is_program(const struct listed *l, const char *program)
{
	char pid[16];

	if (!l->owner)
		return false;
	snprintf(pid, sizeof(pid), "%d", l->owner->pid);
	return !strcmp(program, pid) || !strncmp(program, l->owner->command, COMMAND_SIZE - 1);
}

static bool wanted(const struct sock_filter *f, const struct listed *l)
{
	if (f->program && !is_program(l, f->program))
		return false;
	if (f->unit && strcmp(f->unit, l->unit))
		return false;
	return l->age_us >= f->older_us;
}

static int compare(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->age_us != y->age_us)
		return x->age_us < y->age_us ? 1 : -1;
	return (x->sock.cookie > y->sock.cookie) - (x->sock.cookie < y->sock.cookie);
}

static int select_socks(const struct sock_filter *f, u32 states, const struct socks *socks,
			struct socklist *list)
{
	list->v = calloc(socks->n + 1, sizeof(*list->v));
	if (!list->v)
		return msg_error("out of memory");
	for (size_t i = 0; i < socks->n; i++) {
		const struct sock *s = &socks->v[i];

		if ((states & BIT(s->state)) && sock_filter_matches(f, s))
			list->v[list->n++].sock = *s;
	}
	return EXIT_OK;
}

int socklist_read(const struct sock_filter *f, u32 states, struct socklist *list)
{
	struct socks socks, listeners;
	size_t kept = 0;
	int ret;

	*list = (struct socklist){ 0 };
	states = f->states ? : states;
	ret = sockdiag_read(BIT(TCP_LISTEN), &listeners);
	if (ret)
		return ret;
	closing_ages_read(&list->ages);
	ret = sockdiag_read(states, &socks);
	if (!ret)
		ret = select_socks(f, states, &socks, list) ? : find_owners(list, &listeners);
	sockdiag_free(&socks);
	sockdiag_free(&listeners);
	if (ret) {
		socklist_free(list);
		return ret;
	}
	find_units(list);
	find_ages(list);
	for (size_t i = 0; i < list->n; i++) {
		if (wanted(f, &list->v[i]))
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
	if (kept)
		qsort(list->v, kept, sizeof(*list->v), compare);
	return EXIT_OK;
}

void socklist_free(struct socklist *list)
{
	owners_free(&list->owners);
	closing_ages_free(&list->ages);
	free(list->units);
	free(list->v);
	*list = (struct socklist){ 0 };
}
