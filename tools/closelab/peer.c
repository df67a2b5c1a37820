// SPDX-License-Identifier: GPL-2.0
#include "peer.h"

#include "lib/clock.h"
#include "lib/util.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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

enum verdict { DONE, BLOCKED, FAILED, OVER };

static const char message[] = "bip";
static const char * const request[] = {
	"GET / HTTP/1.1\r\nHost: lab\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n",
};

static const char * const answer[] = {
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbip",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
	"Connection: keep-alive\r\n\r\nbip",
};

socklen_t addr_len(const union addr *addr)
{
	return addr->sa.sa_family == AF_INET6 ? sizeof(addr->in6) :
						sizeof(addr->in);
}

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

static void report(struct peer *peer, struct task *task, u64 at,
		   int ret, int err, bool breakpoint)
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

static struct task *task_new(struct peer *peer, const struct op *ops, int fd)
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

static enum verdict block(struct peer *peer, struct task *task, int fd,
			  u32 events)
{
	struct epoll_event ev = {
		.events = events | EPOLLONESHOT, .data.ptr = task,
	};

	if (epoll_ctl(peer->epoll, EPOLL_CTL_MOD, fd, &ev) &&
	    epoll_ctl(peer->epoll, EPOLL_CTL_ADD, fd, &ev))
		return FAILED;
	return BLOCKED;
}

static enum verdict op_socket(struct peer *peer, int *fd)
{
	int family = peer->config->server[0].sa.sa_family;
	int one = 1;

	*fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return FAILED;
	/* One message, one segment: no waiting for an earlier one's ACK. */
	setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return DONE;
}

static enum verdict start_timer(struct peer *peer, struct task *task, u64 ns)
{
	struct itimerspec its = {
		.it_value = { ns / 1000000000, ns % 1000000000 },
	};

	task->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (task->timer < 0 || timerfd_settime(task->timer, 0, &its, NULL))
		return FAILED;
	return block(peer, task, task->timer, EPOLLIN);
}

static void stop_timer(struct task *task)
{
	if (task->timer >= 0)
		close(task->timer);
	task->timer = -1;
}

/*
 * Who closes second is in LAST_ACK until its FIN is acknowledged, a round trip, and
 * has the port until then: tried again every millisecond, for a second.
 */
static enum verdict op_bind(struct peer *peer, struct task *task, int fd)
{
	const struct peer_config *config = peer->config;
	union addr addr = config->server[0];

	if (!config->serves) {
		if (!config->source_port)
			return DONE;
		memset(&addr, 0, sizeof(addr));
		addr.sa.sa_family = config->server[0].sa.sa_family;
		/* sin_port and sin6_port are at the same place */
		addr.in.sin_port = htons(config->source_port);
	}
	stop_timer(task);
	if (!bind(fd, &addr.sa, addr_len(&addr)))
		return DONE;
	if (errno != EADDRINUSE || !task->eof || task->bind_tries++ == 1000)
		return FAILED;
	return start_timer(peer, task, 1000000);
}

static enum verdict op_connect(struct peer *peer, struct task *task,
			       const struct op *op)
{
	const union addr *to = &peer->config->server[op->arg];
	int fd = task->fd[op->slot];
	int err;
	socklen_t len = sizeof(err);

	if (!task->started) {
		task->started = true;
		if (!connect(fd, &to->sa, addr_len(to)))
			return DONE;
		if (errno != EINPROGRESS)
			return FAILED;
		return block(peer, task, fd, EPOLLOUT);
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		return FAILED;
	errno = err;
	return err ? FAILED : DONE;
}

static enum verdict op_accept(struct peer *peer, struct task *task, int fd)
{
	for (;;) {
		struct task *child;
		int one = 1;
		int conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		u64 at = now_ns();

		if (conn < 0)
			return errno == EAGAIN || errno == ECONNABORTED ?
			       block(peer, task, fd, EPOLLIN) : FAILED;
		setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		child = task_new(peer, peer->config->conn, conn);
		if (!child) {
			close(conn);
			return FAILED;
		}
		/* Of the connection, not of the listener: its ports count. */
		child->fd[TASK_SLOTS - 1] = conn;
		child->ops = (const struct op[]){
			{ OP_ACCEPT, 0, TASK_SLOTS - 1 } };
		report(peer, child, at, 0, 0, false);
		child->ops = peer->config->conn;
		child->fd[TASK_SLOTS - 1] = -1;
	}
}

static enum verdict op_send(int fd, const char *text, size_t len, int *ret)
{
	ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

	if (n < 0)
		return FAILED;
	*ret = n;
	return DONE;
}

static enum verdict op_message(int fd, size_t len, int *ret)
{
	char *text = malloc(len);
	enum verdict v;

	if (!text)
		return FAILED;
	for (size_t i = 0; i < len; i++)
		text[i] = message[i % (sizeof(message) - 1)];
	v = op_send(fd, text, len, ret);
	free(text);
	return v;
}

/* Read once, or until the end: *ret gets what the last read gave. */
static enum verdict op_read(struct peer *peer, struct task *task, int fd,
			    bool to_end, int *ret)
{
	char buf[4096];
	ssize_t n;

	do {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0 && to_end)
			report(peer, task, now_ns(), n, 0, false);
	} while (n > 0 && to_end);
	if (n < 0 && errno == EAGAIN)
		return block(peer, task, fd, EPOLLIN | EPOLLRDHUP);
	*ret = n;
	task->eof |= !n;
	return n < 0 ? FAILED : DONE;
}

/*
 * Read a request or an answer. Both are short and come in one write: whole
 * means that the empty line and, of an answer, the three bytes are there.
 * The end of the file is the end of a kept connection.
 */
static enum verdict op_http_read(struct peer *peer, struct task *task, int fd,
				 size_t body, int *ret)
{
	for (;;) {
		ssize_t n = recv(fd, task->http + task->http_len,
				 sizeof(task->http) - 1 - task->http_len, 0);
		const char *end;

		if (n < 0 && errno == EAGAIN)
			return block(peer, task, fd, EPOLLIN | EPOLLRDHUP);
		if (n < 0)
			return FAILED;
		if (!n)
			return OVER;
		task->http_len += n;
		task->http[task->http_len] = '\0';
		*ret += n;
		end = strstr(task->http, "\r\n\r\n");
		if (end && task->http + task->http_len - end >=
			   (ssize_t)(4 + body)) {
			task->http_len = 0;
			return DONE;
		}
		if (task->http_len == sizeof(task->http) - 1)
			task->http_len = 0;
	}
}

static enum verdict op_poll(struct peer *peer, struct task *task, int fd,
			    u32 events)
{
	if (task->started)
		return DONE;
	task->started = true;
	return block(peer, task, fd, events);
}

static enum verdict op_delay(struct peer *peer, struct task *task, int us)
{
	if (task->started) {
		stop_timer(task);
		return DONE;
	}
	task->started = true;
	return start_timer(peer, task, (u64)us * 1000 / peer->config->scale);
}

static enum verdict op_linger(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
			  sizeof(linger)) ? FAILED : DONE;
}

/* As short as the kernel takes it: a probe after one second, and one more. */
static enum verdict op_keepalive(int fd)
{
	static const struct { int level, name, value; } options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 1 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 1 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (setsockopt(fd, options[i].level, options[i].name,
			       &options[i].value, sizeof(int)))
			return FAILED;
	return DONE;
}

static enum verdict op_reuseaddr(int fd)
{
	int one = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
			  sizeof(one)) ? FAILED : DONE;
}

static enum verdict run_op(struct peer *peer, struct task *task, int *ret)
{
	const struct op *op = &task->ops[task->pc];
	int *fd = &task->fd[op->slot];

	switch (op->kind) {
	case OP_SOCKET:
		return op_socket(peer, fd);
	case OP_REUSEADDR:
		return op_reuseaddr(*fd);
	case OP_BIND:
		return op_bind(peer, task, *fd);
	case OP_LISTEN:
		return listen(*fd, 4096) ? FAILED : DONE;
	case OP_ACCEPT:
		return op_accept(peer, task, *fd);
	case OP_CONNECT:
		return op_connect(peer, task, op);
	case OP_SEND:
		return op_message(*fd, op->arg, ret);
	case OP_READ:
		return op_read(peer, task, *fd, false, ret);
	case OP_READ_EOF:
		return op_read(peer, task, *fd, true, ret);
	case OP_WAIT_EVENT:
		return op_poll(peer, task, *fd, EPOLLIN | EPOLLRDHUP);
	case OP_WAIT_CLOSE:
		return op_poll(peer, task, *fd, EPOLLRDHUP);
	case OP_DELAY:
		return op_delay(peer, task, op->arg);
	case OP_SHUTDOWN:
		return shutdown(*fd, SHUT_WR) ? FAILED : DONE;
	case OP_LINGER:
		return op_linger(*fd);
	case OP_CLOSE:
		if (close(*fd))
			return FAILED;
		*fd = -1;
		return DONE;
	case OP_HTTP_REQUEST:
		return op_send(*fd, request[op->arg],
			       strlen(request[op->arg]), ret);
	case OP_HTTP_READ_REQUEST:
		return op_http_read(peer, task, *fd, 0, ret);
	case OP_HTTP_ANSWER:
		return op_send(*fd, answer[op->arg], strlen(answer[op->arg]),
			       ret);
	case OP_HTTP_READ_ANSWER:
		return op_http_read(peer, task, *fd, 3, ret);
	case OP_KEEPALIVE:
		return op_keepalive(*fd);
	case OP_HOLD:
		report(peer, task, now_ns(), 0, 0, false);
		return BLOCKED;
	case OP_END:
	case OP_AGAIN:
	case OP_LOOP:
	case OP_COUNT:
		break;
	}
	return OVER;
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
			report(peer, task, now_ns(), 0, 0, true);
			return;
		}
		called = now_ns();
		if (op->kind == OP_CLOSE) {
			/* Afterwards the ports are not to be had any more. */
			report(peer, task, called, 0, 0, false);
		}
		verdict = run_op(peer, task, &ret);
		if (verdict == BLOCKED)
			return;
		at = acts(op->kind) ? called : now_ns();
		if (verdict == FAILED)
			report(peer, task, at, ret, errno, false);
		else if (!silent(op->kind) && op->kind != OP_CLOSE)
			report(peer, task, at, ret, 0, false);
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
	first = task_new(&peer, config->main, -1);
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
