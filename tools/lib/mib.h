/* SPDX-License-Identifier: GPL-2.0 */
/* Parser of the kernel's own counters, /proc/net/netstat and /proc/net/snmp. Pure. */
#ifndef TOOLS_MIB_H
#define TOOLS_MIB_H

#include "lib/util.h"

/**
 * mib_value - find one counter
 * @text: content of such a file: pairs of lines, "Group: names..." and "Group: values..."
 * @group: "Tcp", "TcpExt"
 * @name: of the counter
 * @value: set on success
 *
 * Return: 0, -ENOENT if it is not there or the file is cut short before it, -EINVAL if its value is
 * not an unsigned number.
 */
int mib_value(const char *text, const char *group, const char *name, u64 *value);

/**
 * mib_each - go through all counters
 * @text: content of such a file; nothing behind a pair of lines that is cut short
 * @each: called with @data, group, name and value; what it returns, where that is not 0, ends it
 * @data: for @each
 *
 * A value that is not an unsigned number, as MaxConn's -1, is left out.
 *
 * Return: 0, or what @each returned.
 */
int mib_each(const char *text,
	     int (*each)(void *data, const char *group, const char *name, u64 value), void *data);

#endif
