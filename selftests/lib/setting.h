/* SPDX-License-Identifier: GPL-2.0 */
/* Small files below /proc, read and written in any network namespace. */
#ifndef SETTING_H
#define SETTING_H

#include <stddef.h>
#include <sys/types.h>

#define SETTING(name)	"/proc/sys/net/tcp_closestat/" name
#define SETTING_ALIAS	"/proc/sys/net/ipv4/tcp_tw_timeout"

/* The buckets of the hash tables of namespaces made from here. Not all kernels have it */
#define CHILD_TABLE	"/proc/sys/net/ipv4/tcp_child_ehash_entries"

ssize_t setting_read(int ns, const char *path, char *text, size_t size);
int setting_write(int ns, const char *path, const char *text, size_t len);
void setting_set(int ns, const char *path, long value);
long setting_get(int ns, const char *path);

#endif /* SETTING_H */
