// SPDX-License-Identifier: GPL-2.0
/* A process that makes a connection, see actor.h. */
#include "actor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "child.h"
#include "netns.h"
#include "setting.h"

static void receive(int fd, size_t len)
{
	char buf[ACTOR_RECEIVES];

	if (recv(fd, buf, len, MSG_WAITALL) != (ssize_t)len)
		die_errno("receive");
}

static void send_zeros(int fd, size_t len)
{
	char buf[ACTOR_SENDS] = {};

	if (send(fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len)
		die_errno("send");
}

static int act(const struct ends_lab *lab, int fd, char what)
{
	switch (what) {
	case ACT_CONNECT:
		return lab_try_connect(lab, fd, LAB_PORT);
	case ACT_CONNECT_CLOSED:
		return lab_try_connect(lab, fd, LAB_PORT + 1);
	case ACT_SEND:
		send_zeros(fd, ACTOR_SENDS);
		break;
	case ACT_RECEIVE:
		receive(fd, ACTOR_RECEIVES);
		break;
	case ACT_SHUTDOWN:
		shutdown(fd, SHUT_WR);
		wait_state(fd, TCP_FIN_WAIT2);
		break;
	case ACT_RESET:
		set_linger0(fd);
		close(fd);
		break;
	case ACT_CLOSE:
		close(fd);
		break;
	}
	return 0;
}

static void become(const struct actor *a, const struct ends_lab *lab, enum side side)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/actor.%d/cgroup.procs", a->dir, getppid());
	if (setting_write(-1, path, "0", 1))
		die("cannot enter the cgroup");
	netns_enter(lab->ns[side]);
	if (setresuid(ACTOR_UID, ACTOR_UID, ACTOR_UID))
		die_errno("setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, ACTOR_NAME);
}

static void play(const struct actor *a, const struct ends_lab *lab, enum side side,
		 int in, int out)
{
	char what;
	int fd, ret;

	become(a, lab, side);
	fd = socket(lab->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die_errno("socket");
	while (read(in, &what, 1) == 1) {
		ret = act(lab, fd, what);
		if (write(out, &ret, sizeof(ret)) != sizeof(ret))
			die_errno("answer");
	}
	_exit(0);
}

static void make_cgroup(struct actor *a)
{
	char path[128];
	struct stat st;

	strcpy(a->dir, "/tmp/actor.XXXXXX");
	if (!mkdtemp(a->dir))
		die_errno("mkdtemp");
	if (mount("none", a->dir, "cgroup2", 0, NULL))
		die_errno("cannot mount cgroups");
	snprintf(path, sizeof(path), "%s/actor.%d", a->dir, getpid());
	if (mkdir(path, 0700) || stat(path, &st))
		die_errno("cannot make %s", path);
	a->cgroup = st.st_ino;
}

/**
 * actor_start() - start the process
 * @a: filled; failures end the test
 * @lab: of lab_make()
 * @side: where it has its socket
 */
void actor_start(struct actor *a, const struct ends_lab *lab, enum side side)
{
	int to[2], from[2];

	make_cgroup(a);
	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die_errno("pipe");
	a->pid = child_fork();
	if (!a->pid) {
		close(to[1]);
		close(from[0]);
		play(a, lab, side, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	a->pipe = to[1];
	a->answer = from[0];
}

/**
 * actor_do() - have it do something, and wait until it has
 * @a: of actor_start()
 * @act: what
 *
 * Return: of a connect, 0 or an error number.
 */
int actor_do(const struct actor *a, enum act act)
{
	const char what = act;
	int ret;

	if (write(a->pipe, &what, 1) != 1 ||
	    read(a->answer, &ret, sizeof(ret)) != sizeof(ret))
		die("the actor is gone, before '%c'", what);
	return ret;
}

/**
 * actor_end() - end the process, and remove its cgroup
 * @a: of actor_start()
 */
void actor_end(const struct actor *a)
{
	char path[128];
	int status;

	close(a->pipe);
	if (waitpid(a->pid, &status, 0) != a->pid || status)
		die("the actor ended with %#x", status);
	close(a->answer);
	snprintf(path, sizeof(path), "%s/actor.%d", a->dir, getpid());
	/* Its sockets hold no directory. */
	if (rmdir(path) || umount(a->dir) || rmdir(a->dir))
		die_errno("cannot remove %s", path);
}
