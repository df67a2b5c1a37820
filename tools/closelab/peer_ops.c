// SPDX-License-Identifier: GPL-2.0
/* The operations of a peer: what is done with sockets. */
#include "peer_task.h"

#include "lib/clock.h"
#include "lib/util.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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
		child = peer_task_new(peer, peer->config->conn, conn);
		if (!child) {
			close(conn);
			return FAILED;
		}
		/* Of the connection, not of the listener: its ports count. */
		child->fd[TASK_SLOTS - 1] = conn;
		child->ops = (const struct op[]){
			{ OP_ACCEPT, 0, TASK_SLOTS - 1 } };
		peer_report(peer, child, at, 0, 0, false);
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
			peer_report(peer, task, now_ns(), n, 0, false);
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

/* Of the two that may wake the task, the other is not there any more then. */
static enum verdict op_wait_close(struct peer *peer, struct task *task, int fd,
				  int seconds)
{
	if (task->started) {
		stop_timer(task);
		if (seconds)
			epoll_ctl(peer->epoll, EPOLL_CTL_DEL, fd, NULL);
		return DONE;
	}
	if (seconds &&
	    start_timer(peer, task, (u64)seconds * 1000000000) == FAILED)
		return FAILED;
	return op_poll(peer, task, fd, EPOLLRDHUP);
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

/*
 * As short as the kernel takes it: a probe after one second, and one more. Switched on at last:
 * while it is on, TCP_KEEPIDLE has a connection probed at once that was idle for longer
 * (net/ipv4/tcp.c, tcp_sock_set_keepidle_locked()), and the answer is waited for as long as
 * TCP_KEEPINTVL says then, 75 s.
 */
static enum verdict op_keepalive(int fd)
{
	static const struct { int level, name, value; } options[] = {
		{ IPPROTO_TCP, TCP_KEEPIDLE, 1 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 1 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
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

enum verdict peer_op_run(struct peer *peer, struct task *task, int *ret)
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
		return listen(*fd, op->arg ?: 4096) ? FAILED : DONE;
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
		return op_wait_close(peer, task, *fd, op->arg);
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
		peer_report(peer, task, now_ns(), 0, 0, false);
		return BLOCKED;
	case OP_END:
	case OP_AGAIN:
	case OP_LOOP:
	case OP_COUNT:
		break;
	}
	return OVER;
}
