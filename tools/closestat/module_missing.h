/* SPDX-License-Identifier: GPL-2.0 */
/* Why the module is not there, and what to do. */
#ifndef CLOSESTAT_MODULE_MISSING_H
#define CLOSESTAT_MODULE_MISSING_H

/**
 * module_missing - say on stderr that the module is not loaded, what keeps it from that as far as
 * this system shows it, and the command that helps
 *
 * Return: always EXIT_FAILED.
 */
int module_missing(void);

#endif
