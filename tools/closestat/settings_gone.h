/* SPDX-License-Identifier: GPL-2.0 */
/* Settings that people still ask for and that no kernel has any more. Pure. */
#ifndef CLOSESTAT_SETTINGS_GONE_H
#define CLOSESTAT_SETTINGS_GONE_H

/**
 * setting_gone - why a setting is not there, and what to use instead
 * @name: as a user wrote it, with or without what stands before the last dot
 *
 * Return: a sentence without its full stop, NULL for a name that never was one.
 */
const char *setting_gone(const char *name);

#endif
