/* SPDX-License-Identifier: GPL-2.0 */
/* Entering the network namespace that -N names. */
#ifndef CLOSESTAT_NETNS_SPEC_H
#define CLOSESTAT_NETNS_SPEC_H

/* Where ip netns keeps its names. */
#define NETNS_DIR "/run/netns"

/**
 * netns_enter_spec - move the calling thread into a network namespace
 * @spec: a name in /run/netns, else the id of a process, or (with a slash in it) the path of a
 *        namespace file; else what -A calls it. The first that there is
 *
 * From then on /proc/thread-self/net and /proc/sys/net are those of that namespace. Says on stderr
 * what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int netns_enter_spec(const char *spec);

/**
 * netns_spec_pid - look up a namespace by what -A calls it
 * @spec: as "docker:web" or "nginx/12"
 *
 * Return: the id of a process in it, 0 if none is called so, or it has a name in /run/netns.
 */
int netns_spec_pid(const char *spec);

#endif
