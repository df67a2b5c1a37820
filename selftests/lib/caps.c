// SPDX-License-Identifier: GPL-2.0
/* Running a part of a test with fewer capabilities, see caps.h. */
#include "caps.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "child.h"
#include "fail.h"

#define NOBODY	65534

/**
 * in_child() - do something in a process of its own
 * @part: returns 0 or a negative errno
 * @arg: for @part
 *
 * Return: what @part returned.
 */
int in_child(int (*part)(void *arg), void *arg)
{
	const pid_t pid = child_fork();
	int status;

	if (!pid)
		_exit(-part(arg));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("a child process ended with status %x", status);
	return -WEXITSTATUS(status);
}

/**
 * become_nobody() - continue as a user without any right
 */
void become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		die_errno("cannot become another user");
	/* Else its files below /proc stay root's. */
	prctl(PR_SET_DUMPABLE, 1);
}

/**
 * drop_capabilities() - continue as a root that may do nothing
 */
void drop_capabilities(void)
{
	struct __user_cap_header_struct hdr = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {};

	if (syscall(SYS_capset, &hdr, none))
		die_errno("cannot drop capabilities");
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die_errno("%s", path);
	close(fd);
}

/**
 * enter_user_namespace() - continue as root of a user namespace
 *
 * The caller is nobody (become_nobody()) and stays in its network namespace.
 */
void enter_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		die_errno("cannot make a user namespace");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 65534 1");
	put("/proc/self/gid_map", "0 65534 1");
}
