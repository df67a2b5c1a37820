/* SPDX-License-Identifier: GPL-2.0 */
/* The format of the files in /etc/sysctl.d. Pure. */
#ifndef CLOSESTAT_SYSCTL_CONF_H
#define CLOSESTAT_SYSCTL_CONF_H

#include <stdbool.h>

/**
 * sysctl_conf_sets - tell whether a line gives a value to a sysctl
 * @line: without its newline
 * @name: full name of the sysctl, with dots
 *
 * Return: true if it does, with dots or slashes and with or without the '-' of "may fail".
 */
bool sysctl_conf_sets(const char *line, const char *name);

#endif
