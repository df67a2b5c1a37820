/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files under /proc, or under $PROC_ROOT where that is set. */
#ifndef TOOLS_PROCFILE_H
#define TOOLS_PROCFILE_H

#include <dirent.h>
#include <stddef.h>

/**
 * procfile_path - name a file of /proc
 * @buf: where to put the path
 * @size: bytes in @buf
 * @name: the file, relative to /proc, without a leading slash
 *
 * Return: 0, or -ENAMETOOLONG.
 */
int procfile_path(char *buf, size_t size, const char *name);

/**
 * procfile_opendir - open a directory of /proc
 * @name: the directory, relative to /proc
 *
 * Return: as opendir().
 */
DIR *procfile_opendir(const char *name);

/**
 * procfile_read - read a file of /proc to its end
 * @name: the file, relative to /proc
 * @text: set to the content, NUL-terminated, to be freed by the caller
 * @len: set to its length in bytes without the terminator; may be NULL
 *
 * A file of more than 64 MiB is refused: the largest honest one, all namespaces in one read, is
 * far smaller.
 *
 * Return: 0, or the negative errno of what failed, with @text untouched.
 */
int procfile_read(const char *name, char **text, size_t *len);

#define COMMAND_SIZE 32

/**
 * procfile_command - the name of a process, fit for a terminal
 * @pid: of the process
 * @command: COMMAND_SIZE bytes, set to the name, "?" if it cannot be told
 */
void procfile_command(const char *pid, char *command);

/**
 * procfile_write - write a file of /proc in one write
 * @name: the file, relative to /proc
 * @text: what to write
 *
 * Return: 0, or the negative errno of what failed.
 */
int procfile_write(const char *name, const char *text);

#endif
