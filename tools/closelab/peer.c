// SPDX-License-Identifier: GPL-2.0
#include "peer_task.h"

#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static u16 addr_port(const union addr *addr)
{
	return ntohs(addr->sa.sa_family == AF_INET6 ? addr->in6.sin6_port :
						      addr->in.sin_port);
}

static u8 addr_tail(const union addr *addr)
{
	return addr->sa.sa_family == AF_INET6 ?
	       addr->in6.sin6_addr.s6_addr[15] :
	       ntohl(addr->in.sin_addr.s_addr) & 0xff;
}

static void print_event(const struct peer_event *ev)
{
	printf("%u.%06u %u>%u %s", (unsigned int)(ev->at / 1000000000),
	       (unsigned int)(ev->at / 1000 % 1000000), ev->local, ev->remote,
	       op_name(ev->kind));
	if (ev->err)
		printf(": %s (%d)\n", strerror(ev->err), ev->err);
	else if (ev->ret)
		printf(" %d\n", ev->ret);
	else
		printf("%s\n", ev->kind == OP_READ || ev->kind == OP_READ_EOF ?
		       " 0" : "");
	fflush(stdout);
}

void peer_report(struct peer *peer, struct task *task, u64 at, int ret, int err,
		 bool breakpoint)
{
	const struct op *op = &task->ops[task->pc];
	struct peer_event ev = {
		.at = at, .kind = op->kind, .breakpoint = breakpoint, .err = err,
		.ret = ret, .slot = op->slot,
	};
	union addr addr;
	socklen_t len = sizeof(addr);

	if (err)
		peer->failed = true;
	if (peer->unwatched && !err)
		return;
	if (!getsockname(task->fd[op->slot], &addr.sa, &len)) {
		ev.local = addr_port(&addr);
		ev.local_tail = addr_tail(&addr);
	}
	len = sizeof(addr);
	if (!getpeername(task->fd[op->slot], &addr.sa, &len)) {
		ev.remote = addr_port(&addr);
		ev.remote_tail = addr_tail(&addr);
	}
	if (peer->config->control < 0)
		print_event(&ev);
	else if (send(peer->config->control, &ev, sizeof(ev), MSG_NOSIGNAL) < 0)
		_exit(1);	/* the runner is gone */
}

struct task *peer_task_new(struct peer *peer, const struct op *ops, int fd)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->ops = ops;
	task->timer = -1;
	for (int i = 0; i < TASK_SLOTS; i++)
		task->fd[i] = -1;
	task->fd[0] = fd;
	*peer->tail = task;
	peer->tail = &task->next;
	peer->running++;
	return task;
}

/* Operations that act are dated when they are called, not when they return. */
static bool acts(enum op_kind kind)
{
	return kind == OP_CLOSE || kind == OP_SEND || kind == OP_SHUTDOWN ||
	       kind == OP_HTTP_REQUEST || kind == OP_HTTP_ANSWER;
}

/* Which operations are not worth an event of their own. */
static bool silent(enum op_kind kind)
{
	return kind == OP_SOCKET || kind == OP_DELAY || kind == OP_AGAIN ||
	       kind == OP_LOOP || kind == OP_END;
}

static void close_slot(struct task *task, int slot)
{
	if (task->fd[slot] >= 0)
		close(task->fd[slot]);
	task->fd[slot] = -1;
}

static bool holds_any(const struct task *task)
{
	for (int i = 0; i < TASK_SLOTS; i++)
		if (task->fd[i] >= 0)
			return true;
	return false;
}

/* An operation without which the rest makes no sense has failed. */
static bool fatal(enum op_kind kind)
{
	return kind == OP_SOCKET || kind == OP_BIND || kind == OP_LISTEN ||
	       kind == OP_CONNECT || kind == OP_ACCEPT;
}

static void next_round(struct task *task)
{
	while (task->ops[task->pc].kind != OP_AGAIN &&
	       task->ops[task->pc].kind != OP_END)
		task->pc++;
}

/* Behind the next OP_LOOP, or to the end. */
static void leave_loop(struct task *task)
{
	while (task->ops[task->pc].kind != OP_LOOP &&
	       task->ops[task->pc].kind != OP_END)
		task->pc++;
	if (task->ops[task->pc].kind == OP_LOOP)
		task->pc++;
}

static void task_over(struct peer *peer, struct task *task)
{
	if (task->over)
		return;
	task->over = true;
	peer->running--;
}

static bool jump(struct task *task)
{
	const struct op *op = &task->ops[task->pc];

	if (op->kind == OP_AGAIN) {
		task->rounds++;
		task->pc = task->rounds < op->arg ? 0 : task->pc + 1;
		return true;
	}
	if (op->kind == OP_LOOP) {
		task->pc -= op->arg;
		return true;
	}
	return false;
}

/* Let a task run until it waits or is over. */
static void task_run(struct peer *peer, struct task *task)
{
	while (!task->over && !task->at_breakpoint) {
		const struct op *op = &task->ops[task->pc];
		enum verdict verdict;
		u64 called, at;
		int ret = 0;

		if (jump(task))
			continue;
		if (op->kind == OP_END) {
			task_over(peer, task);
			return;
		}
		if (!task->passed && !peer->unwatched &&
		    (peer->config->hold & 1u << op->kind)) {
			task->at_breakpoint = true;
			peer_report(peer, task, now_ns(), 0, 0, true);
			return;
		}
		called = now_ns();
		if (op->kind == OP_CLOSE) {
			/* Afterwards the ports are not to be had any more. */
			peer_report(peer, task, called, 0, 0, false);
		}
		verdict = peer_op_run(peer, task, &ret);
		if (verdict == BLOCKED)
			return;
		at = acts(op->kind) ? called : now_ns();
		if (verdict == FAILED)
			peer_report(peer, task, at, ret, errno, false);
		else if (!silent(op->kind) && op->kind != OP_CLOSE)
			peer_report(peer, task, at, ret, 0, false);
		task->started = false;
		task->passed = false;
		if (verdict == OVER) {
			leave_loop(task);
		} else if (verdict == FAILED && fatal(op->kind)) {
			close_slot(task, op->slot);
			if (holds_any(task))
				task->pc++;
			else
				next_round(task);
		} else {
			task->pc++;
		}
	}
}

static void command(struct peer *peer)
{
	struct peer_go go;
	ssize_t n = recv(peer->config->control, &go, sizeof(go), MSG_DONTWAIT);

	if (!n)
		_exit(0);	/* the runner is done with us */
	if (n != sizeof(go))
		return;
	peer->unwatched |= go.unwatched;
	if (go.kind == OP_END) {
		peer->asked = true;
		return;
	}
	for (struct task *t = peer->tasks; t; t = t->next) {
		if (!t->at_breakpoint || t->ops[t->pc].kind != go.kind)
			continue;
		t->at_breakpoint = false;
		t->passed = true;
		task_run(peer, t);
		return;
	}
}

/* Nothing has happened that a task has not dealt with. */
static void at_rest(struct peer *peer)
{
	struct peer_event ev = { .at = now_ns(), .kind = OP_END };

	peer->asked = false;
	if (send(peer->config->control, &ev, sizeof(ev), MSG_NOSIGNAL) < 0)
		_exit(1);	/* the runner is gone */
}

/* Tasks that are over leave the list, so that a server does not grow. */
static void reap(struct peer *peer)
{
	struct task **at = &peer->tasks;

	while (*at) {
		struct task *task = *at;

		if (!task->over || holds_any(task)) {
			at = &task->next;
			continue;
		}
		*at = task->next;
		free(task);
	}
	peer->tail = at;
}

int peer_run(const struct peer_config *config)
{
	struct epoll_event ctl = { .events = EPOLLIN };
	struct peer peer = { .config = config };
	struct task *first;

	peer.tail = &peer.tasks;
	peer.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (peer.epoll < 0)
		return 1;
	if (config->control >= 0 &&
	    epoll_ctl(peer.epoll, EPOLL_CTL_ADD, config->control, &ctl))
		return 1;
	first = peer_task_new(&peer, config->main, -1);
	if (!first)
		return 1;
	task_run(&peer, first);
	for (struct task *t = first->next; t; t = t->next)
		task_run(&peer, t);
	/* Under a runner an idle peer stays: its sockets are being watched. */
	while (peer.running || config->control >= 0) {
		struct epoll_event ev[64];
		int n = epoll_wait(peer.epoll, ev, 64, peer.asked ? 0 : -1);

		if (n < 0 && errno != EINTR)
			return 1;
		for (int i = 0; i < n; i++) {
			struct task **tail = peer.tail;

			if (!ev[i].data.ptr)
				command(&peer);
			else
				task_run(&peer, ev[i].data.ptr);
			for (struct task *t = *tail; t; t = t->next)
				task_run(&peer, t);
		}
		reap(&peer);
		if (!n && peer.asked)
			at_rest(&peer);
	}
	return peer.failed;
}
