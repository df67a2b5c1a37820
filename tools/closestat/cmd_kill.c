// SPDX-License-Identifier: GPL-2.0
/* closestat kill: end the connections that list shows. */
#include "command.h"
#include "endpoint.h"
#include "msg.h"
#include "netns_each.h"
#include "socklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct killing {
	const struct options *options;
	struct sock_filter filter;
	size_t ended;
	size_t gone;
	size_t not_supported;	/* of full sockets, which only such a kernel cannot end */
	size_t time_wait;	/* of timewait sockets, which older kernels cannot end */
	size_t failed;
	int err;		/* of the last that failed otherwise */
};

static int add_filter(void *data, const char *text)
{
	return sock_filter_add(data, text);
}

static void tell(const struct listed *s)
{
	char local[ENDPOINT_SIZE], peer[ENDPOINT_SIZE];

	endpoint_format(s->sock.family, &s->sock.src, s->sock.sport, local);
	endpoint_format(s->sock.family, &s->sock.dst, s->sock.dport, peer);
	printf("%s %s %s", sock_filter_state_name(s->sock.state), local, peer);
	if (s->owner)
		printf(" %s/%d", s->owner->command, s->owner->pid);
	putchar('\n');
}

static void account(struct killing *k, const struct sock *s, int err)
{
	switch (err) {
	case 0:
		k->ended++;
		break;
	case ENOENT:
		k->gone++;
		break;
	case EOPNOTSUPP:
		if (s->timewait)
			k->time_wait++;
		else
			k->not_supported++;
		break;
	default:
		k->failed++;
		k->err = err;
	}
}

static int end_all(struct killing *k, const struct socklist *list)
{
	struct socks socks = { .n = list->n };
	int *errors = calloc(list->n + 1, sizeof(*errors));
	int ret = EXIT_FAILED;

	socks.v = calloc(list->n + 1, sizeof(*socks.v));
	if (errors && socks.v) {
		for (size_t i = 0; i < list->n; i++)
			socks.v[i] = list->v[i].sock;
		ret = sockdiag_destroy(&socks, errors);
		for (size_t i = 0; !ret && i < list->n; i++)
			account(k, &socks.v[i], errors[i]);
	} else {
		msg_error("out of memory");
	}
	free(socks.v);
	free(errors);
	return ret;
}

static int kill_one(const char *name, const char *spec, void *data)
{
	struct killing *k = data;
	struct socklist list;
	int ret;

	(void)name;
	(void)spec;
	ret = socklist_read(&k->filter, sock_filter_closing(), &list);
	if (ret)
		return ret;
	if (k->options->dry) {
		for (size_t i = 0; i < list.n; i++)
			tell(&list.v[i]);
		k->ended += list.n;
	} else {
		ret = end_all(k, &list);
	}
	socklist_free(&list);
	return ret;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int report(const struct killing *k)
{
	int ret = EXIT_OK;

	printf("%zu socket%s %s\n", k->ended, plural(k->ended),
	       k->options->dry ? "would be ended" : "ended");
	if (k->gone)
		printf("%zu had gone by then\n", k->gone);
	if (k->not_supported)
		ret = msg_error("%zu could not be ended: this kernel is built without CONFIG_INET_DIAG_DESTROY",
				k->not_supported);
	if (k->time_wait)
		ret = msg_error("%zu could not be ended: this kernel cannot end single timewait sockets; 'closestat purge' ends all TIME_WAITs",
				k->time_wait);
	if (k->err == EPERM)
		ret = msg_error("%zu could not be ended: not permitted, it needs CAP_NET_ADMIN over the namespace",
				k->failed);
	else if (k->failed)
		ret = msg_error("%zu could not be ended: %s", k->failed, strerror(k->err));
	return fflush(stdout) || ferror(stdout) ? msg_error("cannot write: %m") : ret;
}

static int kill_sockets(const struct options *o, int n, char **words)
{
	struct killing k = { .options = o };
	int ret;

	ret = options_filters(o, n, words, add_filter, &k.filter, sock_filter_values, "kill");
	if (ret)
		return ret;
	if (!k.filter.n)
		return msg_usage("kill", "which? At least one filter, such as --state close-wait");
	ret = o->all ? netns_each(kill_one, &k, false) : kill_one("", "", &k);
	return report(&k) ? : ret;
}

static void print_words(void)
{
	const char *name;

	for (size_t i = 0; (name = sock_filter_name(i)); i++)
		printf("%s=\n", name);
}

const struct command cmd_kill = {
	.name = "kill",
	.usage = "[-N NETNS | -A] [-n] FILTER...",
	.summary = "End the sockets that list shows",
	.help = "Takes the FILTERs of 'list', at least one. Sockets that close are ended; others\n"
		"only where --state names theirs. The peer gets a RST, the program an error.\n"
		"\n"
		"  -n, --dry-run      only show which\n"
		"  -N, --netns NETNS  of another namespace: a name in /run/netns, a process id or a path\n"
		"  -A, --all          of every namespace that has a name or a process\n",
	.options = "NAnf",
	.run = kill_sockets,
	.print_words = print_words,
};
