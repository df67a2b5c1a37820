/* SPDX-License-Identifier: GPL-2.0 */
/* A proxy on side B: a real program, before the servers on side A. */
#ifndef CLOSELAB_LAB_PROXY_H
#define CLOSELAB_LAB_PROXY_H

struct lab;

/**
 * struct proxy - how a program is started
 * @package: what to install when it is missing
 * @command: for /bin/sh; runs in the foreground, reads @config as /dev/stdin
 * @config: may name, as address and port, @PROXY@: where to listen (towards C, or
 *	for B alone where there is no C), @A@ and @A2@: the servers
 */
struct proxy {
	const char *package;
	const char *command;
	const char *config;
};

/**
 * lab_proxy_start() - start a proxy and wait until it listens on PROXY_PORT
 * @lab: the lab; its helper is the proxy from then on
 * @proxy: which
 *
 * Return: 0; -1 after lab_fail(), with lab->skip when the program is missing.
 */
int lab_proxy_start(struct lab *lab, const struct proxy *proxy);

#endif
