// SPDX-License-Identifier: GPL-2.0
/* Differences between kernels, see kernel_can.h. */
#include "kernel_can.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "ends_sock.h"
#include "fail.h"
#include "netns.h"

static uint64_t time_waits_counted(void)
{
	char names[8192], values[8192];
	FILE *f = fopen("/proc/thread-self/net/netstat", "r");
	char *name, *value, *name_at, *value_at;

	if (!f || !fgets(names, sizeof(names), f) || !fgets(values, sizeof(values), f))
		die_errno("cannot read netstat");
	fclose(f);
	name = strtok_r(names, "\n ", &name_at);
	value = strtok_r(values, "\n ", &value_at);
	while (name && value && strcmp(name, "TW")) {
		name = strtok_r(NULL, "\n ", &name_at);
		value = strtok_r(NULL, "\n ", &value_at);
	}
	if (!name || !value)
		die("no TcpExtTW");
	return strtoull(value, NULL, 10);
}

/* Leaves a TIME_WAIT in this namespace, over the loopback. */
static void make_time_wait(struct tuple *t)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);
	int server;

	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &len) ||
	    connect(client, (struct sockaddr *)&at, len))
		die_errno("cannot connect over the loopback");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die_errno("accept");
	tuple_of(t, client);
	close(client);
	wait_eof(server);
	close(server);
	close(listener);
}

static struct found {
	bool looked;
	bool counts_begun;
	bool destroys;
} found;

static const struct found *look(void)
{
	int here, ns, diag;
	struct tuple t;

	if (found.looked)
		return &found;
	here = netns_here();
	ns = netns_new();
	netns_enter(ns);
	make_time_wait(&t);
	found.counts_begun = time_waits_counted();
	diag = diag_open(ns);
	found.destroys = !diag_destroy(diag, &t);
	found.looked = true;
	netns_enter(here);
	close(diag);
	close(ns);
	close(here);
	return &found;
}

/**
 * kernel_counts_time_wait_begun() - whether TcpExtTW counts TIME_WAITs that begin
 *
 * Else it counts those whose timer ran out (5.10, tw_timer_handler()).
 */
bool kernel_counts_time_wait_begun(void)
{
	return look()->counts_begun;
}

/**
 * kernel_destroys_timewait() - whether SOCK_DESTROY ends a timewait socket
 *
 * Else it fails with EOPNOTSUPP (5.10, tcp_abort()).
 */
bool kernel_destroys_timewait(void)
{
	return look()->destroys;
}
