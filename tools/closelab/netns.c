// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"

static int home = -1;

static int open_current(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int netns_init(void)
{
	home = open_current();
	return home < 0 ? home : 0;
}

int netns_enter(int fd)
{
	return setns(fd < 0 ? home : fd, CLONE_NEWNET) ? -errno : 0;
}

int netns_new(void)
{
	int fd, err;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = open_current();
	err = netns_enter(-1);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	return fd;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int netns_sysctl(int fd, const char *name, const char *value)
{
	char path[256];
	int err = netns_enter(fd);

	if (err)
		return err;
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	err = write_text(path, value);
	return netns_enter(-1) ?: err;
}

static void exec_in(int fd, const char *const argv[], int input)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (netns_enter(fd))
		_exit(126);
	if (input >= 0)
		dup2(input, STDIN_FILENO);
	/* What it prints is for people, as our own messages are. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

int netns_run(int fd, const char *const argv[], const char *input)
{
	int pipefd[2] = { -1, -1 };
	int status;
	pid_t pid;

	if (input && pipe2(pipefd, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		exec_in(fd, argv, pipefd[0]);
	if (input) {
		close(pipefd[0]);
		/* Rules are far shorter than a pipe holds: no blocking. */
		if (pid > 0 && write(pipefd[1], input, strlen(input)) < 0)
			kill(pid, SIGKILL);
		close(pipefd[1]);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}
