/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An observer that shares nothing with the module's counts: the kernel's ring
 * buffer of trace events, in an instance of its own, read in binary as they come.
 */
#ifndef OBSERVER_TRACE_H
#define OBSERVER_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_CPUS	64
#define TRACE_STATES	16
#define TRACE_NETNS	64
#define TRACE_ENDED	10
#define TRACE_RST	8

/**
 * struct trace_seen - what went by
 * @state: how often a TCP socket came to this state (netinet/tcp.h)
 * @n_netns: how many namespaces follow
 * @netns: those in which connections ended
 * @netns.inode: which
 * @netns.ended: tcp_close events by kind and cause
 */
struct trace_seen {
	uint64_t state[TRACE_STATES];
	unsigned int n_netns;
	struct {
		uint32_t inode;
		uint64_t ended[TRACE_ENDED][TRACE_RST];
	} netns[TRACE_NETNS];
};

/* Where things are in an event, of its format file. */
struct trace_event {
	unsigned int id;
	unsigned int off[4];
};

/**
 * struct trace - an observer
 * @dir: its instance
 * @n_cpus: how many buffers it has
 * @fd: the buffers
 * @set_state: sock:inet_sock_set_state, with oldstate, newstate
 * @close: tcp_closestat:tcp_close, with netns, ended, rst
 * @seen: what went by
 */
struct trace {
	char dir[128];
	unsigned int n_cpus;
	int fd[TRACE_CPUS];
	struct trace_event set_state;
	struct trace_event close;
	struct trace_seen seen;
};

void trace_start(struct trace *t);
bool trace_drain(struct trace *t);
void trace_stop(struct trace *t);
const uint64_t (*trace_ended(const struct trace_seen *seen,
			     uint32_t inode))[TRACE_RST];

#endif /* OBSERVER_TRACE_H */
