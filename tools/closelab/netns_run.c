// SPDX-License-Identifier: GPL-2.0
#include "netns_run.h"

#include "lib/netns.h"
#include "lib/util.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What goes with the process: file systems, and System V IPC, which else stays when the
 * process is killed. Its keys are of a file's numbers (ftok(3)), so that the next apache
 * takes the shared memory for its own. A kernel without CONFIG_IPC_NS has EINVAL.
 */
static int own_traces(void)
{
	static const char * const places[] = { "/run", "/var/lib", "/var/log" };

	if (unshare(CLONE_NEWIPC) && errno != EINVAL)
		return -1;
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (mount("tmpfs", places[i], "tmpfs", 0, NULL))
			return -1;
	return 0;
}

struct child {
	int ns;
	const char *const *argv;
	int input, output;	/* -1: none; messages for people */
	bool own_traces;
};

static void exec_in(const struct child *child)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (netns_enter(child->ns) || (child->own_traces && own_traces()))
		_exit(126);
	if (child->input >= 0)
		dup2(child->input, STDIN_FILENO);
	/* Its output is for people, as our own messages are. */
	dup2(child->output >= 0 ? child->output : STDERR_FILENO,
	     STDOUT_FILENO);
	execvp(child->argv[0], (char *const *)child->argv);
	_exit(127);
}

/* A file in memory that holds a text, read from its beginning: or -errno. */
static int text_file(const char *text)
{
	int fd = memfd_create("closelab", MFD_CLOEXEC);
	ssize_t len = strlen(text);

	if (fd < 0)
		return -errno;
	if (write(fd, text, len) == len && !lseek(fd, 0, SEEK_SET))
		return fd;
	close(fd);
	return -EIO;
}

/* Start a child with a text on its standard input: its number, or -errno. */
static pid_t start(struct child *child, const char *input)
{
	pid_t pid;

	child->input = input ? text_file(input) : -1;
	if (input && child->input < 0)
		return child->input;
	pid = fork();
	if (!pid)
		exec_in(child);
	if (child->input >= 0)
		close(child->input);
	return pid < 0 ? -errno : pid;
}

static int finish(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

int netns_run(int fd, const char *const argv[], const char *input)
{
	struct child child = { .ns = fd, .argv = argv, .output = -1 };
	pid_t pid = start(&child, input);

	return pid < 0 ? pid : finish(pid);
}

int netns_output(int fd, const char *command, const char *input, char *text,
		 size_t size)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct child child = { .ns = fd, .argv = argv };
	char rest[512];
	size_t len = 0;
	int pipefd[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC))
		return -errno;
	child.output = pipefd[1];
	pid = start(&child, input);
	close(pipefd[1]);
	while (pid > 0) {
		/* Output that does not fit is read all the same, lest it blocks. */
		bool fits = len < size - 1;

		n = read(pipefd[0], fits ? text + len : rest,
			 fits ? size - 1 - len : sizeof(rest));
		if (n > 0 && fits)
			len += n;
		if (!n || (n < 0 && errno != EINTR))
			break;
	}
	text[len] = '\0';
	close(pipefd[0]);
	return pid < 0 ? pid : finish(pid);
}

int netns_spawn(int fd, const char *const argv[], const char *input)
{
	struct child child = {
		.ns = fd, .argv = argv, .output = -1, .own_traces = true,
	};

	return start(&child, input);
}
