/* SPDX-License-Identifier: GPL-2.0 */
/* The program of a peer: its tasks, and the operations that they are made of. */
#ifndef CLOSELAB_PEER_TASK_H
#define CLOSELAB_PEER_TASK_H

#include "peer.h"

#include <stddef.h>

/*
 * A task is one list of operations under way: the process' own, or the one of
 * an accepted connection. It waits for at most one thing: a socket, its timer
 * or its breakpoint.
 */
struct task {
	struct task *next;
	const struct op *ops;
	size_t pc;
	int rounds;
	int fd[TASK_SLOTS];
	int timer;
	bool started;		/* the current operation was begun */
	bool passed;		/* its breakpoint is open */
	bool at_breakpoint;
	bool over;
	bool eof;		/* a connection was closed by its other end first */
	int bind_tries;
	char http[512];
	size_t http_len;
};

struct peer {
	const struct peer_config *config;
	struct task *tasks;
	struct task **tail;
	size_t running;
	int epoll;
	bool failed;
	bool asked;		/* whether there is anything left to do now */
	bool unwatched;		/* no breakpoints, no events but failures */
};

/**
 * enum verdict - what became of an operation
 * @DONE: the next one
 * @BLOCKED: the task is run again when what it waits for is there
 * @FAILED: errno says why
 * @OVER: what a loop continued with has ended
 */
enum verdict { DONE, BLOCKED, FAILED, OVER };

/**
 * peer_task_new() - one more list of operations
 * @peer: where
 * @ops: the operations
 * @fd: its first socket, -1 none
 *
 * Return: the task, which has not begun, or NULL.
 */
struct task *peer_task_new(struct peer *peer, const struct op *ops, int fd);

/**
 * peer_report() - tell the runner, or print, what an operation did
 * @peer: where
 * @task: its current operation
 * @at: when, ns of CLOCK_REALTIME
 * @ret: bytes read or sent
 * @err: errno, 0 on success
 * @breakpoint: the operation waits to be released
 */
void peer_report(struct peer *peer, struct task *task, u64 at, int ret, int err,
		 bool breakpoint);

/**
 * peer_op_run() - do the current operation of a task
 * @peer: where
 * @task: whose
 * @ret: gets how many bytes were read or sent, unchanged for others
 *
 * Return: what became of it.
 */
enum verdict peer_op_run(struct peer *peer, struct task *task, int *ret);

#endif
