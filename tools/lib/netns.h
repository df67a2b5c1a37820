/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces by their file descriptors, which hold those that have no name. */
#ifndef TOOLS_NETNS_H
#define TOOLS_NETNS_H

/**
 * netns_current - the namespace the calling thread is in
 *
 * Return: a file descriptor of it, to be closed by the caller, or -errno.
 */
int netns_current(void);

/**
 * netns_init - remember the namespace the process was started in
 *
 * Return: 0, or -errno.
 */
int netns_init(void);

/**
 * netns_enter - move the calling thread into a namespace
 * @fd: of the namespace, -1: the one that netns_init() remembers
 *
 * Return: 0, or -errno.
 */
int netns_enter(int fd);

/**
 * netns_new - make a namespace, with its loopback still down
 *
 * Needs netns_init(), and leaves the caller in the namespace it was started in. Whatever ends the
 * process ends the new one, with its devices, rules and sockets.
 *
 * Return: a file descriptor of the namespace, or -errno (-EPERM: needs CAP_SYS_ADMIN).
 */
int netns_new(void);

/**
 * netns_sysctl - write a sysctl of a namespace
 * @fd: of the namespace
 * @name: path under /proc/sys, such as "net/ipv4/tcp_fin_timeout"
 * @value: text to write
 *
 * Needs netns_init(), and leaves the caller in the namespace it was started in.
 *
 * Return: 0, or -errno.
 */
int netns_sysctl(int fd, const char *name, const char *value);

#endif
