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

/* Connects over the loopback: the client's end, and the one that was accepted. */
static void connect_here(int fd[2])
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &len) ||
	    connect(fd[0], (struct sockaddr *)&at, len))
		die_errno("cannot connect over the loopback");
	fd[1] = accept(listener, NULL, NULL);
	if (fd[1] < 0)
		die_errno("accept");
	close(listener);
}

/* Closes them so that the client's end is in TIME_WAIT. */
static void close_both(int fd[2])
{
	close(fd[0]);
	wait_eof(fd[1]);
	close(fd[1]);
}

static struct found {
	bool looked;
	bool counts_begun;
	bool destroys;
	bool keeps_cgroups;
} found;

static const struct found *look(void)
{
	int here, ns, diag, fd[2];
	struct tuple t;

	if (found.looked)
		return &found;
	here = netns_here();
	ns = netns_new();
	netns_enter(ns);
	connect_here(fd);
	tuple_of(&t, fd[0]);
	diag = diag_open(ns);
	found.keeps_cgroups = diag_find(diag, &t).cgroup;
	close_both(fd);
	found.counts_begun = time_waits_counted();
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

/**
 * kernel_keeps_cgroups() - whether it knows which cgroup a socket is of
 *
 * Not without CONFIG_SOCK_CGROUP_DATA; sock_diag says nothing of it then.
 */
bool kernel_keeps_cgroups(void)
{
	return look()->keeps_cgroups;
}
