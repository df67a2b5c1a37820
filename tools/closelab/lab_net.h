/* SPDX-License-Identifier: GPL-2.0 */
/* The namespaces of a lab and what joins them; selftests/lib/ends_lab.h has a picture. */
#ifndef CLOSELAB_LAB_NET_H
#define CLOSELAB_LAB_NET_H

#include "link.h"

struct lab;

/**
 * lab_net_build() - make the namespaces, devices, addresses and settings
 * @lab: the lab
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_net_build(struct lab *lab);

/**
 * lab_net_plug() - hold, or release, what the router has for a side
 * @lab: the lab
 * @side: 0 or 1
 * @what: which of these
 *
 * Return: 0; -1 after lab_fail(), with lab->skip when the kernel cannot.
 */
int lab_net_plug(struct lab *lab, int side, enum plug what);

/**
 * lab_net_rules() - set the nftables rules of a namespace
 * @lab: the lab
 * @where: a side, or ROUTER
 * @rules: body of a chain; NULL: none
 *
 * The chain sees what the router forwards, or what a side sends.
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_net_rules(struct lab *lab, int where, const char *rules);

/**
 * lab_net_program() - run a shell command in a side's namespace
 * @lab: the lab
 * @side: 0 or 1
 * @package: what to install when the command is missing
 * @command: for /bin/sh
 *
 * Return: 0; -1 after lab_fail(), with lab->skip when it is missing.
 */
int lab_net_program(struct lab *lab, int side, const char *package,
		    const char *command);

/**
 * lab_net_sysctl() - write a sysctl
 * @lab: the lab
 * @side: in whose namespace
 * @assignment: "path/under/proc/sys=value"
 *
 * Return: 0; -1 after lab_fail().
 */
int lab_net_sysctl(struct lab *lab, int side, const char *assignment);

/**
 * lab_net_close() - let the namespaces go
 * @lab: the lab
 */
void lab_net_close(struct lab *lab);

#endif
