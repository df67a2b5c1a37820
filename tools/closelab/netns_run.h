/* SPDX-License-Identifier: GPL-2.0 */
/* Programs in a network namespace. */
#ifndef CLOSELAB_NETNS_RUN_H
#define CLOSELAB_NETNS_RUN_H

#include <stddef.h>

/**
 * netns_run() - run a program in a namespace and wait for its end
 * @fd: of the namespace
 * @argv: the program and its arguments, NULL behind the last
 * @input: text for its standard input, or NULL
 *
 * Return: the exit code, 128 and the number when a signal ended it, 127 when
 * there is no such program, or -errno.
 */
int netns_run(int fd, const char *const argv[], const char *input);

/**
 * netns_output() - run a shell command in a namespace, take what it prints
 * @fd: of the namespace
 * @command: for /bin/sh
 * @input: text for its standard input, or NULL
 * @text: gets the beginning of its standard output, as a string
 * @size: room in @text
 *
 * Return: as of netns_run().
 */
int netns_output(int fd, const char *command, const char *input, char *text,
		 size_t size);

/**
 * netns_spawn() - start a program in a namespace and let it run
 * @fd: of the namespace
 * @argv: the program and its arguments, NULL behind the last
 * @input: text for its standard input
 *
 * It has a file system of its own, in memory, on each of /run, /var/lib and
 * /var/log, and System V IPC of its own, so that it leaves nothing behind, and
 * dies with its parent.
 *
 * Return: its process ID, or -errno.
 */
int netns_spawn(int fd, const char *const argv[], const char *input);

#endif
