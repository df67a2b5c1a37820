/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of /proc/sys that only the initial network namespace has. */
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
 * host_value - the same, in the initial network namespace where the own one does not have it
 * @name: the file, relative to /proc
 * @number: set on success
 *
 * The thread is back in its own namespace afterwards.
 *
 * Return: 0, or a negative errno.
 */
int host_value(const char *name, u64 *number);

#endif
