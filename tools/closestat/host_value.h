/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of /proc/sys, also of those files that only the initial network namespace has. */
#ifndef CLOSESTAT_HOST_VALUE_H
#define CLOSESTAT_HOST_VALUE_H

#include "lib/util.h"

/**
 * procfile_number - read a file of /proc that begins with a number
 * @name: the file, relative to /proc
 * @number: set on success
 *
 * Return: 0, or a negative errno.
 */
int procfile_number(const char *name, u64 *number);

/**
 * host_read - read a file of /proc, in the initial network namespace where the own one has it not
 * @name: the file, relative to /proc
 * @text: set on success; to be freed
 *
 * The thread is back in its own namespace afterwards.
 *
 * Return: 0, or a negative errno.
 */
int host_read(const char *name, char **text);

/**
 * host_value - read one that begins with a number, in the same way
 * @name: the file, relative to /proc
 * @number: set on success
 *
 * The thread is back in its own namespace afterwards.
 *
 * Return: 0, or a negative errno.
 */
int host_value(const char *name, u64 *number);

#endif
