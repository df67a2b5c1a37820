/* SPDX-License-Identifier: GPL-2.0 */
/* Settings that are to last: a file for sysctl.d. */
#ifndef CLOSESTAT_SAVE_H
#define CLOSESTAT_SAVE_H

#include "atomic_file.h"
#include "settings.h"

#define SAVE_FILE "/etc/sysctl.d/60-tcp_closestat.conf"

/* One setting that set changes. */
struct assignment {
	const struct setting *setting;
	char value[SETTING_VALUE_SIZE];
	char old[SETTING_VALUE_SIZE];
};

/**
 * save_prepare - make a sysctl.d file that holds settings, not yet in place
 * @file: filled; to be ended with atomic_file_commit() or atomic_file_abort()
 * @path: of the file; what it says about other sysctls is kept
 * @settings: what to put there
 * @n: how many
 *
 * Says on stderr what is wrong.
 *
 * Return: EXIT_OK or EXIT_FAILED.
 */
int save_prepare(struct atomic_file *file, const char *path, const struct assignment *settings,
		 int n);

#endif
