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

#endif
