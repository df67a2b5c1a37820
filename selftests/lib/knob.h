/* SPDX-License-Identifier: GPL-2.0 */
/* Small files below /proc, read and written in any network namespace. */
#ifndef KNOB_H
#define KNOB_H

#include <stddef.h>
#include <sys/types.h>

#define KNOB(name)	"/proc/sys/net/tcp_closestat/" name
#define KNOB_ALIAS	"/proc/sys/net/ipv4/tcp_tw_timeout"

ssize_t knob_read(int ns, const char *path, char *text, size_t size);
int knob_write(int ns, const char *path, const char *text, size_t len);
void knob_set(int ns, const char *path, long value);
long knob_get(int ns, const char *path);

#endif /* KNOB_H */
