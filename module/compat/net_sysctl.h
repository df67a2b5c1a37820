/* SPDX-License-Identifier: GPL-2.0 */
/*
 * register_net_sysctl() through the versions.
 *
 *  - up to 6.5 a table ends with an empty entry and its length is not told;
 *  - 6.6 adds register_net_sysctl_sz() and turns register_net_sysctl() into a
 *    macro over ARRAY_SIZE(), which cannot be used on a duplicated table;
 *  - 6.11 refuses the empty entry, and hands handlers a const table.
 *
 * Tables here are followed by one empty entry, at which kernels up to 6.5 stop, and are
 * registered without counting it where the kernel takes a length.
 */
#ifndef TCS_COMPAT_NET_SYSCTL_H
#define TCS_COMPAT_NET_SYSCTL_H

#include <linux/sysctl.h>
#include <net/net_namespace.h>

/* A handler's argument: struct ctl_table, or a const one. */
#define tcs_ctl_table \
	typeof(*__builtin_choose_expr(__builtin_types_compatible_p(proc_handler, \
		int(const struct ctl_table *, int, void *, size_t *, loff_t *)), \
		(const struct ctl_table *)NULL, (struct ctl_table *)NULL))

/**
 * tcs_register_net_sysctl() - register a table in a namespace
 * @net: the namespace
 * @path: below /proc/sys, for example "net/tcp_closestat"
 * @table: entries, followed by one empty entry
 * @n: number of entries, the empty one not counted
 *
 * The table must stay until unregister_net_sysctl_table(). Process context,
 * may sleep.
 *
 * Return: the header to unregister with, or NULL (out of memory, or an entry
 * of that name exists).
 */
static inline struct ctl_table_header *
tcs_register_net_sysctl(struct net *net, const char *path,
			struct ctl_table *table, size_t n)
{
#ifdef register_net_sysctl
	return register_net_sysctl_sz(net, path, table, n);
#else
	return register_net_sysctl(net, path, table);
#endif
}

#endif /* TCS_COMPAT_NET_SYSCTL_H */
