// SPDX-License-Identifier: GPL-2.0
#include "lab_peers.h"

#include "lab.h"
#include "lib/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Delays of seconds become milliseconds. */
#define SHORT_SCALE 1000

int lab_peer_side(const struct lab *lab, int number)
{
	return lab->scenario->peer[number].side;
}

static const struct behaviour *behaviour(const struct lab *lab, int number)
{
	const struct peer_spec *spec = &lab->scenario->peer[number];

	return number ? client_behaviour(spec->client) :
			server_behaviour(spec->server);
}

static const struct op *main_ops(const struct lab *lab, int number)
{
	const struct peer_spec *spec = &lab->scenario->peer[number];

	return spec->ops ? spec->ops : behaviour(lab, number)->main;
}

static const struct op *conn_ops(const struct lab *lab, int number)
{
	const struct peer_spec *spec = &lab->scenario->peer[number];

	if (spec->conn || spec->ops)
		return spec->conn;
	return behaviour(lab, number)->conn;
}

bool lab_peer_listens(const struct lab *lab, int number)
{
	for (const struct op *op = main_ops(lab, number); op->kind; op++)
		if (op->kind == OP_LISTEN)
			return true;
	return false;
}

static union addr address(const struct lab *lab, const char *text, int port)
{
	union addr addr;

	memset(&addr, 0, sizeof(addr));
	if (lab->options.ipv6) {
		addr.in6.sin6_family = AF_INET6;
		addr.in6.sin6_port = htons(port);
		inet_pton(AF_INET6, text, &addr.in6.sin6_addr);
	} else {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(port);
		inet_pton(AF_INET, text, &addr.in.sin_addr);
	}
	return addr;
}

/* The address that a side listens on, or connects to. */
static union addr server_of(const struct lab *lab, enum side side)
{
	switch (side) {
	case B:
		return address(lab, lab->address[0], SERVER_PORT);
	case C:
		return address(lab, lab->address[3], PROXY_PORT);
	default:
		return address(lab, lab->options.ipv6 ? "::" : "0.0.0.0",
			       SERVER_PORT);
	}
}

static void run_child(struct lab *lab, int number, int control, pid_t parent)
{
	const struct peer_spec *spec = &lab->scenario->peer[number];
	struct peer_config config = {
		.main = main_ops(lab, number),
		.conn = conn_ops(lab, number),
		.serves = spec->side == A,
		.source_port = spec->any_port ? 0 : CLIENT_PORT,
		.hold = spec->hold,
		.scale = lab->options.keep_delays ? 1 : SHORT_SCALE,
		.control = control,
	};

	static const char *const names[SIDES] = {
		"closelab-a", "closelab-b", "closelab-c",
	};

	/* Dies with the runner, whatever ends that. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* The terminal's Ctrl+C is for the runner, which then ends us. */
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_NAME, names[spec->side]);
	if (netns_enter(lab->ns[spec->side]))
		_exit(1);
	config.server[0] = server_of(lab, spec->side);
	config.server[1] = address(lab, lab->address[2], SERVER_PORT);
	_exit(peer_run(&config));
}

int lab_peer_start(struct lab *lab, int number)
{
	struct lab_peer *peer = &lab->peer[number];
	struct epoll_event ev = { .events = EPOLLIN };
	pid_t parent = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return lab_fail(lab, "socketpair: %s", strerror(errno));
	peer->pid = fork();
	if (!peer->pid) {
		/* The others' sockets, lest they miss the runner's end. */
		for (int i = 0; i < MAX_PEERS; i++)
			if (lab->peer[i].control >= 0)
				close(lab->peer[i].control);
		close(pair[0]);
		run_child(lab, number, pair[1], parent);
	}
	close(pair[1]);
	peer->control = pair[0];
	if (peer->pid < 0)
		return lab_fail(lab, "fork: %s", strerror(errno));
	if (epoll_ctl(lab->epoll, EPOLL_CTL_ADD, peer->control, &ev))
		return lab_fail(lab, "epoll_ctl: %s", strerror(errno));
	return 0;
}

static int add_event(struct lab *lab, int number,
		     const struct peer_event *event)
{
	if (lab->events == lab->event_room) {
		size_t room = lab->event_room ? 2 * lab->event_room : 64;
		struct lab_event *p = realloc(lab->event, room * sizeof(*p));

		if (!p)
			return lab_fail(lab, "%s", strerror(ENOMEM));
		lab->event = p;
		lab->event_room = room;
	}
	lab->event[lab->events++] = (struct lab_event){ number, *event };
	return 0;
}

/* A peer is over: say so, unless that is part of the scenario. */
static int ended(struct lab *lab, int number)
{
	struct lab_peer *peer = &lab->peer[number];
	int status;

	close(peer->control);
	peer->control = -1;
	while (waitpid(peer->pid, &status, 0) < 0 && errno == EINTR)
		;
	peer->pid = 0;
	peer->ended = true;
	if (peer->may_end)
		return 0;
	/* Whatever else went wrong may come of this, and another run as well. */
	peer->lost = true;
	lab->again = NULL;
	if (WIFSIGNALED(status))
		return lab_fail(lab, "peer %d (on %c) was ended early by signal %d (%s)",
				number, 'A' + lab_peer_side(lab, number),
				WTERMSIG(status),
				strsignal(WTERMSIG(status)));
	return lab_fail(lab, "peer %d (on %c) ended early with exit code %d",
			number, 'A' + lab_peer_side(lab, number),
			WEXITSTATUS(status));
}

int lab_peer_read(struct lab *lab, int number)
{
	struct lab_peer *peer = &lab->peer[number];

	while (peer->control >= 0) {
		struct peer_event event;
		ssize_t n = recv(peer->control, &event, sizeof(event),
				 MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n != sizeof(event))
			return ended(lab, number);
		if (event.kind == OP_END)
			peer->at_rest = true;
		else if (add_event(lab, number, &event))
			return -1;
	}
	return 0;
}

int lab_peer_go(struct lab *lab, int number, enum op_kind op)
{
	struct peer_go go = { .kind = op, .unwatched = lab->unwatched };

	if (send(lab->peer[number].control, &go, sizeof(go), MSG_NOSIGNAL) < 0)
		return lab_fail(lab, "peer %d is gone: %s", number,
				strerror(errno));
	return 0;
}

void lab_peers_close(struct lab *lab)
{
	for (int i = 0; i < MAX_PEERS; i++) {
		struct lab_peer *peer = &lab->peer[i];

		if (peer->pid > 0) {
			kill(peer->pid, SIGKILL);
			while (waitpid(peer->pid, NULL, 0) < 0 &&
			       errno == EINTR)
				;
		}
		peer->pid = 0;
		if (peer->control >= 0)
			close(peer->control);
		peer->control = -1;
	}
}
