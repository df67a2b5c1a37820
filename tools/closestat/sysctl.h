/* SPDX-License-Identifier: GPL-2.0 */
/* Reading and writing settings in the network namespace the thread is in. */
#ifndef CLOSESTAT_SYSCTL_H
#define CLOSESTAT_SYSCTL_H

#include "lib/util.h"
#include "settings.h"

/* As time_wait_ms: the kernel's own length, whatever that is. */
#define KERNELS_OWN_MS 60000

/**
 * sysctl_read - read a setting
 * @setting: which
 * @value: SETTING_VALUE_SIZE bytes, set on success to the numbers with one space between them
 *
 * Return: 0, -EBADMSG if the file does not hold numbers, or the negative errno of what failed.
 */
int sysctl_read(const struct setting *setting, char *value);

/**
 * sysctl_write - write a setting
 * @setting: which
 * @value: as setting_parse() makes it
 *
 * Return: 0, or the negative errno of what failed.
 */
int sysctl_write(const struct setting *setting, const char *value);

/**
 * sysctl_explain - say on stderr why a setting could not be read or written
 * @setting: which
 * @value: what was to be written, NULL for a read
 * @err: the errno, positive
 *
 * Return: always EXIT_FAILED.
 */
int sysctl_explain(const struct setting *setting, const char *value, int err);

/**
 * sysctl_read_number - read a setting that holds one number
 * @name: of the setting
 * @number: set on success
 *
 * Return: as sysctl_read().
 */
int sysctl_read_number(const char *name, u64 *number);

/**
 * sysctl_read_ports - read ip_local_port_range
 * @low: set on success: the first port that connect() takes
 * @high: set on success: the last one, not below it
 *
 * Return: as sysctl_read().
 */
int sysctl_read_ports(unsigned int *low, unsigned int *high);

/**
 * sysctl_time_wait_length - the length that TIME_WAIT has
 * @time_wait_ms: the setting; at its default that is the kernel's own length, which
 *	tcp_tw_timeout tells where the kernel has that itself
 *
 * Return: milliseconds.
 */
u64 sysctl_time_wait_length(u64 time_wait_ms);

#endif
