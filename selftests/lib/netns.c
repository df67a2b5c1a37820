// SPDX-License-Identifier: GPL-2.0
/* Network namespaces, see netns.h. */
#include "netns.h"

#include <fcntl.h>
#include <sched.h>

#include "fail.h"
#include "link.h"

/**
 * netns_here() - the namespace that the caller is in
 *
 * Return: a file descriptor; failures end the test.
 */
int netns_here(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die_errno("cannot open the network namespace");
	return fd;
}

/**
 * netns_new() - make a namespace, its loopback up; the caller stays where it is
 *
 * Return: a file descriptor, which keeps it alive; failures end the test.
 */
int netns_new(void)
{
	int here = netns_here(), fd;

	if (unshare(CLONE_NEWNET))
		die_errno("cannot make a network namespace");
	link_up("lo");
	fd = netns_here();
	netns_enter(here);
	close(here);
	return fd;
}

/**
 * netns_enter() - go into a namespace
 * @ns: its file descriptor
 */
void netns_enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		die_errno("cannot enter a network namespace");
}
