/* SPDX-License-Identifier: GPL-2.0 */
/* Files of the host outside /proc: below $HOST_ROOT where that is set, as in a container. */
#ifndef CLOSESTAT_HOSTFILE_H
#define CLOSESTAT_HOSTFILE_H

#include <stddef.h>

/**
 * hostfile_path - name a file of the host
 * @buf: where to put the path
 * @size: bytes in @buf
 * @name: the file, without a leading slash
 *
 * Return: 0, or -ENAMETOOLONG.
 */
int hostfile_path(char *buf, size_t size, const char *name);

/**
 * hostfile_read - read a file of the host
 * @name: the file, without a leading slash
 *
 * Return: its content, to be freed; NULL if it cannot be read, or is larger than any of those that
 * are read here.
 */
char *hostfile_read(const char *name);

#endif
