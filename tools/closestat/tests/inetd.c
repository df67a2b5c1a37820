// SPDX-License-Identifier: GPL-2.0
/*
 * inetd PROGRAM ARGUMENTS...: as systemd does with Accept=yes, starts the program
 * for each connection, which is its stdin and stdout. Tells "port N", then "ended STATUS MS" for
 * each, which is -1 after a signal; stops when its input ends.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CHILDREN 1024

static struct child {
	pid_t pid;
	long long started;
} children[MAX_CHILDREN];

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void child_ended(int signal)
{
	(void)signal;	/* it is to interrupt poll() */
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *c = children;

		while (c->pid != pid)
			c++;
		c->pid = 0;
		printf("ended %d %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		       now_ms() - c->started);
		fflush(stdout);
	}
}

static void start(int fd, char **argv)
{
	struct child *c = children;

	while (c->pid && c < children + MAX_CHILDREN - 1)
		c++;
	c->started = now_ms();
	c->pid = fork();
	if (!c->pid) {
		dup2(fd, 0);
		dup2(fd, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fd);
}

static int serve(int listener, char **argv)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = listener, .events = POLLIN },
	};
	/* Open between polls only, so that no end of a child is missed. */
	sigset_t blocked, open;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	for (;;) {
		int n = ppoll(fds, 2, NULL, &open);

		reap();
		if (n <= 0)
			continue;
		if (fds[0].revents)
			return 0;
		if (fds[1].revents) {
			int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

			if (fd >= 0)
				start(fd, argv);
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(a);

	if (argc < 2)
		return 2;
	signal(SIGCHLD, child_ended);
	if (bind(listener, (struct sockaddr *)&a, len) || listen(listener, 512) ||
	    getsockname(listener, (struct sockaddr *)&a, &len)) {
		perror("inetd");
		return 1;
	}
	printf("port %d\n", ntohs(a.sin_port));
	fflush(stdout);
	return serve(listener, argv + 1);
}
